"""Problems a person can do something about: one sentence each, with the way out, and an exit status."""

from __future__ import annotations

from typing import ClassVar


class RestantError(Exception):
    """A problem told in one sentence that says what to do next; never shown as a traceback."""

    exit_status: ClassVar[int] = 2


class UsageProblem(RestantError):
    """What was asked for does not fit: an unknown runbook, a missing parameter, a wrong value."""


class ConfigProblem(RestantError):
    """The configuration cannot be read or does not hold together; names file, line and column."""


class RunbookProblem(RestantError):
    """A runbook cannot be read, or breaks a rule of the format."""


class Unreachable(RestantError):
    """A host refuses, does not answer or is not who it should be, so the state of the world is unknown."""

    exit_status = 3
