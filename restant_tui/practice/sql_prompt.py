"""The mysql client at a terminal: statements over several lines, tables with frames."""

from __future__ import annotations

import re

from restant_tui.practice import sql
from restant_tui.practice.io import Io
from restant_tui.practice.prompt import converse
from restant_tui.practice.world import Service, World

_PROMPT = "mysql> "
_GOES_ON = "    -> "
_LEAVE = ("exit", "quit", "\\q")


async def monitor(world: World, service: Service, io: Io) -> None:
    """Answer statements until `exit`, `quit` or ctrl+d."""
    io.out("Welcome to the MySQL monitor.  Commands end with ; or \\g.")
    io.out(f"Server version: {service.version.partition(':')[2]} (practice host: only a few statements are known)")
    io.out()
    begun: list[str] = []

    async def answered(line: str) -> str | None:
        if not begun and line.strip().lower().rstrip(";") in _LEAVE:
            io.out("Bye")
            return None
        begun.append(line)
        statement = "\n".join(begun)
        if not statement.strip():
            begun.clear()
            return _PROMPT
        if not re.search(r"(;|\\g|\\G|\\c)\s*$", statement):
            return _GOES_ON
        begun.clear()
        if not statement.rstrip().endswith("\\c"):
            for one in re.split(r";|\\[gG]", statement):
                _answer(world, service, one, io)
        return _PROMPT

    def forget() -> None:
        begun.clear()

    await converse(io, _PROMPT, answered, stopped=forget)


def _answer(world: World, service: Service, statement: str, io: Io) -> None:
    if not statement.strip():
        return
    if service.status != "running":
        io.out("ERROR 2013 (HY000): Lost connection to MySQL server during query")
        return
    try:
        answer = sql.ask(service, statement, world.clock.now())
    except sql.SqlError as problem:
        io.out(re.sub(r" at line \d+:", ":", str(problem)))
        return
    for line in boxed(answer):
        io.out(line)
    io.out()


def boxed(answer: sql.Answer) -> list[str]:
    """Return the lines of a framed table, numbers to the right, and how many rows there are."""
    if not answer:
        return ["Query OK, 0 rows affected (0.00 sec)"]
    rows = answer[1:]
    if not rows:
        return ["Empty set (0.00 sec)"]
    widths = [max(len(row[column]) for row in answer) for column in range(len(answer[0]))]
    right = [all(re.fullmatch(r"-?[\d.]+", row[column]) for row in rows) for column in range(len(widths))]
    frame = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    head, *body = [
        "| " + " | ".join(cell.rjust(width) if to_right and number else cell.ljust(width)
                          for cell, width, to_right in zip(row, widths, right, strict=True)) + " |"
        for number, row in enumerate(answer)
    ]  # fmt: skip
    count = f"{len(rows)} row{'' if len(rows) == 1 else 's'} in set (0.00 sec)"
    return [frame, head, frame, *body, frame, count]
