"""What can go wrong between asking Dokku something and knowing the answer."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.text import decode, one_line
from restant_tui.transport.outcome import Outcome, OutcomeKind


class ParseProblem(ValueError):
    """An answer that does not mean what we need; `raw` is the whole answer as it came.

    Raised in place of any default: a figure that could not be read is not a figure. Where it was asked for just now
    (`ask.read`), `argv` is what was asked and `errors` what came on standard error.
    """

    def __init__(self, message: str, raw: str) -> None:
        super().__init__(message)
        self.raw = raw
        self.argv: tuple[str, ...] = ()
        self.errors = ""


class NoAnswer(Exception):
    """A question that Dokku did not answer; `outcome` tells how it ended."""

    def __init__(self, argv: Sequence[str], outcome: Outcome) -> None:
        self.argv = tuple(argv)
        self.outcome = outcome
        super().__init__(why(self.argv, outcome))


def why(argv: Sequence[str], outcome: Outcome) -> str:
    """Say in one sentence why a command that did not succeed did not."""
    command = " ".join(argv[:2])
    if outcome.kind is not OutcomeKind.EXITED or not outcome.sent:
        return outcome.reason or f"{command} ended without an exit status"
    if outcome.exit_status is None:
        return f"{command} was ended by signal {outcome.exit_signal or 'unknown'}"
    # Deploy commands and a few others put their errors on standard output.
    said = decode(outcome.stderr).strip() or decode(outcome.stdout).strip()
    first = said.splitlines()[0].removeprefix(" !").strip().removeprefix("! ").strip() if said else ""
    return one_line(f"{command} exited {outcome.exit_status}" + (f": {first}" if first else ""))
