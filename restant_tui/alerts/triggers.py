"""What an alert is called where runbooks say what triggers them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from restant_tui.alerts.model import Alert

_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "down": ("app-down",),
    "slow": ("app-slow", "slow"),
    "processes": ("processes-down",),
    "certificate": ("certificate-ending", "certificate-expiring"),
    "deploy": ("deploy-failed",),
    "rejected": ("deploy-failed",),
    "link": ("host-lost",),
}
"""By the first word of an alert's key, which names the rule that raised it."""


def triggers_of(alerts: Iterable[Alert]) -> frozenset[str]:
    """Return the words for these alerts that a runbook may have among its `triggers`."""
    return frozenset(word for alert in alerts for word in _WORDS.get(alert.key.partition(":")[0], ()))
