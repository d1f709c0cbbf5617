"""The practice host: a server that answers like Dokku, over real SSH and HTTP on loopback."""
