"""What was asked for, and how what is known about it becomes an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from restant_tui.text import duration
from restant_tui.transport.lifeline import parting
from restant_tui.transport.outcome import OnOutput, Outcome, OutcomeKind
from restant_tui.transport.valve import Valve

if TYPE_CHECKING:
    from restant_tui.transport.call import Call


class Order:
    """One argument list to run, and the call it became once there was a connection."""

    def __init__(
        self,
        argv: Sequence[str],
        stdin: bytes | None,
        on_output: OnOutput | None,
        cap: int,
        valve: Valve | None = None,
        *,
        tied: bool = False,
    ) -> None:
        self.argv = argv
        self.call: Call | None = None
        self.tied = tied
        self._stdin = stdin
        self._on_output = on_output
        self._cap = cap
        self._valve = valve

    def place_call(self, line: str, *, pty: bool) -> Call:
        """Return a fresh call for that line."""
        # Importable without delay here: a connection exists, so asyncssh is loaded.
        from restant_tui.transport.call import Call

        self.call = Call(
            line, stdin=self._stdin, on_output=self._on_output, cap=self._cap, pty=pty, valve=self._valve,
            tied=self.tied,
        )  # fmt: skip
        return self.call

    def outcome(self, seconds: float, gone: str) -> Outcome:
        """Return how the call ended; `gone` says why the connection is no more, if it is."""
        assert self.call is not None
        return ended(self.call, seconds, gone)


def ended(call: Call, seconds: float, gone: str) -> Outcome:
    """Return the outcome of a call that is over."""
    told = call.exit_status is not None or call.exit_signal is not None
    reason = ""
    if not told:
        reason = f"{gone or 'The host closed the channel.'} It never said how the command ended."
    elif gone and not call.complete:
        reason = "The command ended, but the rest of its output did not arrive."
    return _outcome(call, OutcomeKind.EXITED if told else OutcomeKind.UNKNOWN, seconds, reason)


def timed_out(call: Call | None, limit: float, seconds: float, name: str) -> Outcome:
    """Return the outcome of a command whose time ran out; `call` is None where it had none yet."""
    if call is None or not call.sent:
        return Outcome(
            kind=OutcomeKind.TIMED_OUT,
            seconds=seconds,
            sent=False,
            reason=f"Not sent: {name} was not free to take the command within {duration(limit)}.",
        )
    if call.parted:
        reason = f"No end after {duration(limit)}: {parting(call)[1]}."
        return _outcome(call, OutcomeKind.TIMED_OUT, seconds, reason)
    if call.exit_status is not None or call.exit_signal is not None:
        reason = "The command ended, but something it started still holds its output open."
        return _outcome(call, OutcomeKind.EXITED, seconds, reason)
    reason = f"No end after {duration(limit)}: we stopped watching, and the command may still be running there."
    return _outcome(call, OutcomeKind.TIMED_OUT, seconds, reason)


def unsent(reason: str, seconds: float = 0.0) -> Outcome:
    """Return the outcome of a command that never left."""
    return Outcome(kind=OutcomeKind.UNKNOWN, seconds=seconds, sent=False, reason=f"Not sent: {reason}")


def _outcome(call: Call, kind: OutcomeKind, seconds: float, reason: str) -> Outcome:
    return Outcome(
        kind=kind,
        exit_status=call.exit_status if kind is OutcomeKind.EXITED else None,
        exit_signal=call.exit_signal if kind is OutcomeKind.EXITED else None,
        stdout=call.stdout.bytes(),
        stderr=call.stderr.bytes(),
        seconds=seconds,
        truncated=call.stdout.truncated or call.stderr.truncated or (kind is OutcomeKind.EXITED and bool(reason)),
        reason=reason,
    )
