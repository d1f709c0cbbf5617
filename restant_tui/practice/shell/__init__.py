"""The admin's commands, one file a subject; importing this package registers them all."""

from __future__ import annotations

from restant_tui.practice.shell import (
    archives,
    backups,
    docker,
    files,
    known_scripts,
    network,
    packages,
    security,
    services,
    waiting,
)

__all__ = [
    "archives",
    "backups",
    "docker",
    "files",
    "known_scripts",
    "network",
    "packages",
    "security",
    "services",
    "waiting",
]
