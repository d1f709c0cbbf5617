"""Pollers that turn probes into frozen snapshots on feeds."""
