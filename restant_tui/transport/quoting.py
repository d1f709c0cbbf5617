"""Argument lists written for the place they are sent to, or refused where that place would tear them apart.

Dokku's forced command does not use a shell. It splits what we send with `xargs -n 1`, which prints every word
through `echo`; commands in `git:` are split at blanks with no quoting at all. What does not survive that is refused
here, because the host would run the command without it and report success.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from restant_tui.config.model import Identity
from restant_tui.errors import UsageProblem
from restant_tui.text import one_line

LONGEST = 120_000
"""Bytes of one command line: Linux takes 128 KiB as one argument of a program, and the far side adds its own."""

_EATEN_BY_ECHO = re.compile(r"-[neE]+")
_ANSWERED_BY_ECHO = {"--help", "--version"}
_WAYS_OUT = {
    "-n": "write its long form, such as --num",
    "-e": "write its long form",
    "-E": "write its long form",
    "--help": "send `help`, or the command with `:help` behind it",
    "--version": "send `version`",
}


def command_line(argv: Sequence[str], identity: Identity) -> str:
    """Return the argument list as the one line an SSH exec request carries.

    Args:
        argv: the Dokku command (for `dokku`) or program (for `admin`) and its arguments.
        identity: whose far side will split the line again.

    Raises:
        UsageProblem: an argument cannot arrive there as the single argument it is.
    """
    if not argv:
        raise UsageProblem("There is no command to send: give a program or a Dokku command.")
    if not argv[0].strip():
        raise UsageProblem("The command to send has an empty name: give a program or a Dokku command.")
    for argument in argv:
        _refuse_unsendable(argument)
    if identity is Identity.ADMIN:
        line = shlex.join(argv)
    elif (command := _dokku_command(argv)).startswith(("git:", "git-")):
        line = _plain_words(argv, command)
    else:
        line = _xargs_words(argv)
    if len(line.encode()) > LONGEST:
        raise UsageProblem(
            f"The command {_said(argv[0])} is longer than {LONGEST} bytes: send the large part on standard input."
        )
    return line


def _refuse_unsendable(argument: str) -> None:
    if "\0" in argument:
        raise UsageProblem(f"The argument {_said(argument)} holds a NUL byte, which no command can take.")
    try:
        argument.encode()
    except UnicodeEncodeError:
        raise UsageProblem(
            f"The argument {_said(argument)} is not valid text: give it as UTF-8, or send it on standard input."
        ) from None


def _dokku_command(argv: Sequence[str]) -> str:
    """Return the command behind Dokku's global flags, of which only `--app` takes a value."""
    words = iter(argv)
    for word in words:
        if word == "--app":
            next(words, None)
        elif not word.startswith("--"):
            return word
    return ""


def _plain_words(argv: Sequence[str], command: str) -> str:
    for argument in argv:
        if not argument:
            raise UsageProblem(f"An empty argument cannot be sent to {_said(command)}: leave it out.")
        if re.search(r"\s", argument):
            raise UsageProblem(
                f"The argument {_said(argument)} holds a blank, and Dokku splits {_said(command)} at blanks: "
                "use a value without blanks."
            )
        if re.search(r"""['"\\]""", argument):
            raise UsageProblem(
                f"The argument {_said(argument)} holds a quote or a backslash, and Dokku reads "
                f"{_said(command)} without quoting: use a value without them."
            )
    return " ".join(argv)


def _xargs_words(argv: Sequence[str]) -> str:
    for argument in argv:
        if "\n" in argument or "\r" in argument:
            raise UsageProblem(
                f"The argument {_said(argument)} holds a line break, and Dokku would run the command cut short "
                "there: for config:set send `--encoded NAME=<base64>`, else use standard input."
            )
        if _EATEN_BY_ECHO.fullmatch(argument) or argument in _ANSWERED_BY_ECHO:
            way_out = _WAYS_OUT.get(argument, "write each flag in its long form")
            raise UsageProblem(f"The argument {argument} never reaches Dokku over SSH: {way_out}.")
    return shlex.join(argv)


def _said(argument: str) -> str:
    shown = argument.encode("utf-8", "replace").decode()
    return f"`{one_line(shown, 60)}`"
