"""The commands of the practice Dokku, one file a plugin family; importing this package registers them all."""

from __future__ import annotations

from restant_tui.practice.commands import apps, builds, certs, config, git, logs, misc, ps, reports, run, services

__all__ = ["apps", "builds", "certs", "config", "git", "logs", "misc", "ps", "reports", "run", "services"]
