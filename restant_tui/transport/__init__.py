"""One SSH session per identity, the local shell, and the outcome of a command."""
