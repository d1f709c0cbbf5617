"""Durable memory: runs, events, locks, releases seen, exports."""
