"""How a release behaves once it serves: what the logs, health pages and deploys of the practice host share."""

from __future__ import annotations

from enum import StrEnum


class Behaviour(StrEnum):
    """How a commit behaves once it is built."""

    GOOD = "good"
    SLOW = "slow"
    """Answers well, but far too late."""
    BROKEN = "broken"
    """Passes the checks of the deploy, then answers 500 on `/health` and fills the log with errors."""
    FAILS_CHECK = "fails-check"
    """Does not pass the checks of the deploy, so it never serves."""
