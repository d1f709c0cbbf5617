"""The scripts by which a command outlives the link or ends with us, done to the model of the machine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from restant_tui.practice.io import Io
from restant_tui.practice.machine_model import LeftAlone
from restant_tui.practice.shell.waiting import run_words
from restant_tui.practice.world import World
from restant_tui.transport import detached, lifeline

RunAround = Callable[[World, list[str], Io, str], Awaitable[int]]
"""Called with the world, the script's arguments, the streams and the user; returns the exit status."""

_TERMINATED = 143


async def tied(world: World, args: list[str], io: Io, user: str) -> int:
    """Run a command until it ends, or until the other end closes our input."""
    alone = Io(lambda data, to_err: io.raw(data, to_err=to_err))
    alone.input.feed_eof()
    work = asyncio.ensure_future(run_words(world, args[1:], alone, user))
    held = asyncio.ensure_future(io.input.read())
    try:
        await asyncio.wait({work, held}, return_when=asyncio.FIRST_COMPLETED)
        return work.result() if work.done() else _TERMINATED
    finally:
        for task in (work, held):
            task.cancel()
        await asyncio.gather(work, held, return_exceptions=True)


async def start(world: World, args: list[str], io: Io, user: str) -> int:
    """Start a command apart from the session; it writes to a file, and leaves its exit status."""
    name, words = args[0], args[2:]
    if name in world.machine.left_alone:
        return detached.ALREADY
    left = LeftAlone()
    alone = Io(lambda data, to_err: left.output.extend(data))
    alone.input.feed_eof()

    async def run() -> None:
        left.status = await run_words(world, words, alone, user)

    left.task = asyncio.create_task(run(), name=f"practice {name}")
    world.machine.left_alone[name] = left
    return 0


async def look(world: World, args: list[str], io: Io, user: str) -> int:
    """Say whether it runs, or how it ended."""
    left = world.machine.left_alone.get(args[0])
    if left is None or left.task is None:
        io.out("absent")
    elif left.status is not None:
        io.out(f"exited {left.status}")
    else:
        io.out("gone" if left.task.done() else "running")
    return 0


async def output(world: World, args: list[str], io: Io, user: str) -> int:
    """Print a piece of what it has printed."""
    left = world.machine.left_alone.get(args[0])
    begin = int(args[1]) - 1
    if left is not None:
        io.raw(bytes(left.output[begin : begin + int(args[2])]))
    return 0


async def withdraw(world: World, args: list[str], io: Io, user: str) -> int:
    """See to it that what was not started is never started."""
    world.machine.left_alone.setdefault(args[0], LeftAlone())
    return await look(world, args, io, user)


async def forget(world: World, args: list[str], io: Io, user: str) -> int:
    """Remove what it left, unless it runs."""
    left = world.machine.left_alone.get(args[0])
    if left is None or left.task is None:
        return 0
    if not left.task.done():
        return detached.RUNS
    del world.machine.left_alone[args[0]]
    return 0


AROUND: dict[str, RunAround] = {
    lifeline.SCRIPT: tied,
    detached.START: start,
    detached.LOOK: look,
    detached.OUTPUT: output,
    detached.WITHDRAW: withdraw,
    detached.FORGET: forget,
}
"""The scripts by their text."""
