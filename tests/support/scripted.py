"""A runner that answers from a script and remembers what it was asked."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence

from restant_tui.transport.outcome import OnOutput, Outcome, OutcomeKind

Argv = tuple[str, ...]
Answer = Outcome | Callable[[Argv], "Outcome | Awaitable[Outcome]"]
Follow = Callable[[Callable[[bytes], None]], Awaitable[Outcome]]


def exited(stdout: str | bytes = "", status: int = 0, stderr: str = "") -> Outcome:
    """A command the far side ended."""
    data = stdout if isinstance(stdout, bytes) else stdout.encode()
    return Outcome(kind=OutcomeKind.EXITED, exit_status=status, stdout=data, stderr=stderr.encode())


def lost(*, sent: bool = True, stdout: bytes = b"") -> Outcome:
    """A command whose end we never heard of."""
    return Outcome(kind=OutcomeKind.UNKNOWN, sent=sent, stdout=stdout, reason="the link was lost")


def timed_out() -> Outcome:
    """A command that took longer than we waited."""
    return Outcome(kind=OutcomeKind.TIMED_OUT, reason="no answer within 15 s")


class ScriptedRunner:
    """Answers each argument list as told; what it was not told of is an unknown command, as on a real host."""

    def __init__(self, answers: dict[Argv, Answer] | None = None) -> None:
        self.answers: dict[Argv, Answer] = dict(answers or {})
        self.calls: list[Argv] = []
        self.follows: list[Follow] = []
        """What each follow does, in turn; when they run out, a follow waits for ever."""
        self.followed = 0
        self.parting = True, "it was told to end, and the host confirms its end (exit 143)"
        """What a lifeline says of a command that was let go of."""

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = 4 * 1024 * 1024,
    ) -> Outcome:
        asked = tuple(argv)
        self.calls.append(asked)
        await asyncio.sleep(0)
        answer = self.answers.get(asked)
        if answer is None:
            return exited("", 1, f" !     `{' '.join(asked)}` is not a dokku command.\n")
        if not isinstance(answer, Outcome):
            made = answer(asked)
            answer = await made if inspect.isawaitable(made) else made
        if on_output and answer.stdout:
            on_output(answer.stdout, False)
        return answer

    async def follow(self, argv: Sequence[str], on_data: Callable[[bytes], None]) -> Outcome:
        self.calls.append(tuple(argv))
        self.followed += 1
        if not self.follows:
            await asyncio.Event().wait()
        return await self.follows.pop(0)(on_data)

    def times(self, *argv: str) -> int:
        """How often exactly this was asked."""
        return self.calls.count(argv)
