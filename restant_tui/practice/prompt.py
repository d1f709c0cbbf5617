"""A prompt on a terminal: a line in, an answer out, and ctrl+c ends what runs there, not the prompt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from restant_tui.practice.io import Io

T = TypeVar("T")

Answer = Callable[[str], Awaitable[str | None]]
"""Answers one line and returns the next prompt; None leaves."""


async def converse(io: Io, prompt: str, answer: Answer, *, stopped: Callable[[], object] = lambda: None) -> None:
    """Answer line by line until the other end leaves, with a word, with ctrl+d or by hanging up.

    Args:
        io: the terminal.
        prompt: what stands before each line, and again after ctrl+c.
        answer: answers a line.
        stopped: called after ctrl+c; what was begun is forgotten.
    """
    first, now = prompt, prompt
    while not io.gone.is_set():
        if io.input.at_eof():
            # Ctrl+d ended what read before, which is not the end of the terminal.
            io.input = asyncio.StreamReader()
        io.raw(now.encode())
        line = await stoppable(io, io.read_line())
        if line is STOPPED:
            stopped()
            now = first
            continue
        if line is None:
            io.out()
            return
        assert isinstance(line, str)
        after = await stoppable(io, answer(line))
        if after is None:
            return
        now = first if after is STOPPED else str(after)


class _Stopped:
    """Ctrl+c came before a result did."""


STOPPED = _Stopped()


async def stoppable(io: Io, work: Awaitable[T]) -> T | _Stopped:
    """Await the work; ctrl+c ends it, and then `STOPPED` is returned."""
    task = asyncio.ensure_future(work)
    before, io.interrupt = io.interrupt, task.cancel
    try:
        return await task
    except asyncio.CancelledError:
        own = asyncio.current_task()
        if own is not None and own.cancelling():
            raise  # it is we who are to end: the terminal is gone
        return STOPPED
    finally:
        io.interrupt = before
        task.cancel()
