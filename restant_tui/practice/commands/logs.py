"""`logs`: what the containers write. One block for each container, never merged by time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from restant_tui.practice.io import Io
from restant_tui.practice.logbook import Line
from restant_tui.practice.registry import Refused, command, the_app
from restant_tui.practice.world import App, Process, World

_COLOURS = (36, 33, 32, 35, 31)
_ORPHAN_SECONDS = 20.0
"""World seconds a follower without a terminal lives on after its client is gone."""

_USAGE = """Usage of logs:
  -h, --help        print help for the command
  -n, --num int     the number of lines to display (default 100)
  -p, --ps string   only display logs from the given process
  -q, --quiet       display raw logs without colors, time and names
  -t, --tail        continually stream logs"""


@dataclass(slots=True)
class _Asked:
    """What the flags of `logs` ask for."""

    number: int = 100
    follow: bool = False
    quiet: bool = False
    process: str = ""


@command("logs", seconds=0.6)
async def logs(world: World, args: Sequence[str], io: Io) -> int:
    """Print the newest lines of each container; with `--tail`, go on until the containers are gone."""
    try:
        asked, names = _read(args)
    except ValueError as problem:
        if not io.pty:
            io.out(str(problem))
        io.err(str(problem))
        raise Refused(_USAGE, 2, raw=True) from None
    app = the_app(world, names)
    if not app.deployed:
        raise Refused(f"App {app.name} has not been deployed")
    chosen = [(n, p) for n, p in enumerate(app.processes) if asked.process in ("", p.kind)]
    for number, process in reversed(chosen):
        _catch_up(world, process)
        for line in process.log.last(asked.number):
            io.out(_shown(line, number, process, asked))
        await io.drain()
    if asked.follow:
        await _follow(world, app, chosen, asked, io)
    return 0


@command("logs:failed", seconds=0.5)
async def logs_failed(world: World, args: Sequence[str], io: Io) -> int:
    """Find nothing, as Dokku does even after a failed deploy; `builds:output` has it."""
    app = the_app(world, args)
    io.header(f"=====> {app.name} failed deploy logs")
    io.problem("No failed containers found")
    return 0


async def _follow(world: World, app: App, chosen: list[tuple[int, Process]], asked: _Asked, io: Io) -> None:
    seen = {process.cid: process.log.total for _, process in chosen}
    left_at = None
    while any(process.stopped_at is None and process in app.processes for _, process in chosen):
        now = world.clock.now()
        if io.gone.is_set():
            left_at = left_at or now
            if now - left_at > timedelta(seconds=_ORPHAN_SECONDS):
                return
        for number, process in chosen:
            _catch_up(world, process)
            for line in process.log.since(seen[process.cid]):
                io.out(_shown(line, number, process, asked))
            seen[process.cid] = process.log.total
        await io.drain()
        next_at = min(process.log.due for _, process in chosen)
        await world.clock.sleep(max(0.05, min(1.0, (next_at - now).total_seconds())))


def _catch_up(world: World, process: Process) -> None:
    process.log.catch_up(process.stopped_at or world.machine.full_since or world.clock.now())


def _shown(line: Line, number: int, process: Process, asked: _Asked) -> str:
    if asked.quiet:
        return line.text
    colour = _COLOURS[number % len(_COLOURS)]
    return f"\x1b[{colour}m{line.stamp} app[{process.name}]:\x1b[0m {line.text}"


def _read(args: Sequence[str]) -> tuple[_Asked, list[str]]:
    """Read the flags as pflag does; `--tail` takes no value, so a number after it is a name that is ignored."""
    asked = _Asked()
    names: list[str] = []
    rest = iter(args)
    for word in rest:
        flag, equals, value = word.partition("=")
        match flag:
            case "-t" | "--tail":
                if equals and value not in ("true", "false"):
                    raise _bad_value(value, "-t, --tail", "ParseBool")
                asked.follow = value != "false"
            case "-q" | "--quiet":
                asked.quiet = value != "false"
            case "-n" | "--num":
                asked.number = _number(value if equals else next(rest, ""))
            case "-p" | "--ps":
                asked.process = value if equals else next(rest, "")
            case _ if word.startswith("--"):
                raise ValueError(f"unknown flag: {flag}")
            case _ if word.startswith("-") and len(word) > 1:
                raise ValueError(f"unknown shorthand flag: '{word[1]}' in {word}")
            case _:
                names.append(word)
    return asked, names


def _number(text: str) -> int:
    if not text.lstrip("-").isdigit():
        raise _bad_value(text, "-n, --num", "ParseInt")
    return int(text)


def _bad_value(value: str, flag: str, parser: str) -> ValueError:
    return ValueError(
        f'invalid argument "{value}" for "{flag}" flag: strconv.{parser}: parsing "{value}": invalid syntax'
    )
