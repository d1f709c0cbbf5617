"""Commands as a person reads them: who gets them, each argument quoted as a shell would want it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from textual.content import Content

from restant_tui.engine.state import CommandLine
from widgets.layout import outside, wrapped

_MOST_LINES = 60


def line(argv: Sequence[str]) -> str:
    """Return an argument list as one line that can be pasted into a shell."""
    return shlex.join(argv)


def shown(commands: Iterable[CommandLine], width: int, *, limit: int = _MOST_LINES) -> list[Content]:
    """Return the commands in the order they are sent, each on lines of its own, below whom they go to.

    What is sent in any case is bold; what depends on something says on what.

    Args:
        commands: what is sent.
        width: cells in a line.
        limit: lines at which a single command is cut; by default no real one is.
    """
    commands = list(commands)
    if len(commands) == 1 and (whole := _on_one_line(commands[0])).cell_length <= width:
        return [whole]
    lines: list[Content] = []
    before = ""
    for command in commands:
        if command.where != before:
            before = command.where
            lines.append(outside(command.where, "$text-secondary"))
        text, when = outside(line(command.argv)), outside(command.when)
        style = "" if command.when else "bold"
        if command.when and text.cell_length + when.cell_length + 6 <= width:
            lines.append(Content("  ") + text + Content.styled(f"  ({when.plain})", "$text-muted"))
            continue
        lines += wrapped(text.plain, width, style, indent=2, limit=limit)
        lines += wrapped(f"({when.plain})", width, "$text-muted", indent=4, limit=3) if command.when else ()
    return lines


def parted(commands: Iterable[CommandLine], width: int, *, limit: int = _MOST_LINES) -> list[Content]:
    """Return what is sent in any case first, and below it what is sent only as needed; arguments as for `shown`."""
    commands = list(commands)
    always = [command for command in commands if not command.when]
    as_needed = [command for command in commands if command.when]
    lines = shown(always, width, limit=limit) if always else []
    if always and as_needed:
        lines.append(Content.styled("Besides, as needed:", "$text-muted"))
    return [*lines, *(shown(as_needed, width, limit=limit) if as_needed else ())]


def _on_one_line(command: CommandLine) -> Content:
    when = Content.styled(f"  ({outside(command.when).plain})" if command.when else "", "$text-muted")
    return (
        outside(command.where, "$text-secondary")
        + Content("  ")
        + outside(line(command.argv), "" if command.when else "bold")
        + when
    )


def pasteable(commands: Iterable[CommandLine]) -> str:
    """Return the commands as text for the clipboard, one a line, as they are typed on the host."""
    return "\n".join(
        f"dokku {line(command.argv)}" if command.where.startswith("dokku@") else line(command.argv)
        for command in commands
    )
