"""Commands in words, the same wherever they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from restant_tui.engine.state import CommandLine


def written(command: CommandLine) -> str:
    """Return a command as one line: who it goes to, its arguments, and when it is sent if not always."""
    line = f"{command.where}  {' '.join(map(_word, command.argv))}"
    return f"{line}  ({command.when})" if command.when else line


def _word(argument: str) -> str:
    return argument if argument and not any(c.isspace() for c in argument) else repr(argument)
