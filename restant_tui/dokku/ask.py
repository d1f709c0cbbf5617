"""Ask one question and get its answer, or an exception that says why there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.transport.outcome import Runner

T = TypeVar("T")


async def read(runner: Runner, argv: Sequence[str], parse: Callable[[str], T], *, timeout: float) -> T:
    """Run a reading command and return what its standard output means.

    Args:
        runner: where.
        argv: what.
        parse: reads the answer, which comes as it came: the parsers clean it.
        timeout: real seconds.

    Raises:
        NoAnswer: it did not end with exit status 0.
        ParseProblem: it ended well, but what came cannot be read, or is more than we keep; it holds what was asked.
    """
    outcome = await runner.run(argv, timeout=timeout)
    if not outcome.succeeded:
        raise NoAnswer(argv, outcome)
    text = outcome.text
    try:
        if outcome.truncated:
            raise ParseProblem(f"the answer of {' '.join(argv[:2])} is too long to be read whole", text)
        return parse(text)
    except ParseProblem as problem:
        problem.argv, problem.errors = tuple(argv), outcome.error_text
        raise


async def ask(runner: Runner, argv: Sequence[str], *, timeout: float) -> str:
    """Return the standard output of a reading command as it came; raises as `read` does."""
    return await read(runner, argv, str, timeout=timeout)
