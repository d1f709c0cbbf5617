"""What may be asked of Dokku, and what it answers."""
