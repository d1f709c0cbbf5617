"""What is known about a command after it was sent. Not knowing is a result of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class OutcomeKind(StrEnum):
    """How a command ended, as far as we know."""

    EXITED = "exited"
    """The far side reported an exit status or a signal."""
    TIMED_OUT = "timed-out"
    """Our limit ran out; the command may still be running there."""
    UNKNOWN = "unknown"
    """The link was lost, or no exit status came: it may or may not have happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of one command.

    `exit_status` is None unless `kind` is EXITED. `stdout` and `stderr` are raw bytes as received,
    cut at the caller's cap (`truncated`). `seconds` is wall time. `reason` is one sentence for a person
    whenever the kind is not EXITED or the command was never sent.
    """

    kind: OutcomeKind
    exit_status: int | None = None
    exit_signal: str | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    seconds: float = 0.0
    truncated: bool = False
    reason: str = ""
    sent: bool = True
    """False only when we know that nothing reached the far side: then nothing can have changed."""

    @property
    def succeeded(self) -> bool:
        """Whether the far side itself said exit status 0; an unknown outcome never did."""
        return self.kind is OutcomeKind.EXITED and self.exit_status == 0

    @property
    def text(self) -> str:
        """Standard output as text; bytes that are not UTF-8 are replaced. Not yet cleaned for a screen."""
        return self.stdout.decode("utf-8", "replace")

    @property
    def error_text(self) -> str:
        """Standard error as text; bytes that are not UTF-8 are replaced. Not yet cleaned for a screen."""
        return self.stderr.decode("utf-8", "replace")


OnOutput = Callable[[bytes, bool], None]
"""Called with each chunk as it arrives and whether it came from standard error."""


class Runner(Protocol):
    """Something that can run an argument list: an SSH session of one identity, or the local machine."""

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = 4 * 1024 * 1024,
    ) -> Outcome:
        """Run one argument list to its end.

        Args:
            argv: the program or Dokku command and its arguments; each stays one argument, quoted for the place
                it goes to.
            timeout: real seconds after which we stop waiting; the outcome is then TIMED_OUT.
            stdin: bytes for standard input; nothing (end of file at once) if not given.
            on_output: called with each chunk as it arrives.
            cap: most bytes kept of each stream; the rest is still passed to `on_output`.

        Returns:
            The outcome; a lost link is an outcome, not an exception.

        Raises:
            UsageProblem: an argument cannot be sent to this place as one argument (see `transport.quoting`).
        """
        ...

    async def follow(self, argv: Sequence[str], on_data: Callable[[bytes], None]) -> Outcome:
        """Run an argument list that does not end by itself, until it does or the caller cancels.

        Over SSH it runs on a pseudo-terminal (so nothing stays behind on the host when it is closed) and on a
        connection of its own. `on_data` gets raw bytes, standard error merged in.
        """
        ...
