"""What the practice host has beside Dokku: a code forge, chat, mail and a status page that only keep what they get."""
