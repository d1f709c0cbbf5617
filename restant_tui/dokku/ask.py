"""Ask one question and get its text, or an exception that says why there is none."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.transport.outcome import Runner


async def ask(runner: Runner, argv: Sequence[str], *, timeout: float) -> str:
    """Run a reading command and return its standard output as it came; the parsers clean it.

    Raises:
        NoAnswer: it did not end with exit status 0.
        ParseProblem: it ended well, but more came than we keep, so the answer is not whole.
    """
    outcome = await runner.run(argv, timeout=timeout)
    if not outcome.succeeded:
        raise NoAnswer(argv, outcome)
    text = outcome.text
    if outcome.truncated:
        raise ParseProblem(f"the answer of {' '.join(argv[:2])} is too long to be read whole", text)
    return text
