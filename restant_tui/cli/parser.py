"""The words of the command line: the program, its verbs and their arguments."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final, NoReturn

from restant_tui import __version__
from restant_tui.cli.options import add_global

VERBS: Final = (
    "console", "practice", "status", "runbooks", "show", "plan", "run", "resume", "runs", "export", "lint", "schema",
    "doctor", "setup", "secret",
)  # fmt: skip
"""One module of this package each: its docstring begins with the help, `arguments` adds to the parser, `main` runs."""

Verb = Callable[[argparse.Namespace], int]

_INVALID = re.compile(r"argument VERB: invalid choice: '(?P<word>[^']*)'")
_EPILOG = """\
With no verb the console opens; without a terminal one snapshot is printed.
Exit status: 0 ok, 1 failed or warning, 2 usage or critical, 3 unknown, 4 declined or aborted, 130 interrupted.
"""


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one sentence."""

    def error(self, message: str) -> NoReturn:
        """End with status 2 and one line on standard error."""
        if invalid := _INVALID.match(message):
            near = get_close_matches(invalid["word"], VERBS, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "`restant-tui --help` lists them"
            message = f"there is no verb `{invalid['word']}`; {hint}"
        else:
            message = f"{message}; see `{self.prog} --help`"
        self.exit(2, f"restant-tui: {message}\n")


def build() -> Parser:
    """Return the parser of the whole command line; each verb's namespace holds its `main` as `verb`."""
    parser = Parser(
        prog="restant-tui",
        description="Watch a Laravel application on Dokku and walk its procedures step by step.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"restant-tui {__version__}")
    parser.add_argument(
        "--print-completion", choices=("bash", "zsh", "tcsh"), action=_Completion, help=argparse.SUPPRESS
    )
    add_global(parser, defaults=True)
    parser.set_defaults(verb=_late("console"))
    verbs = parser.add_subparsers(metavar="VERB", title="verbs", parser_class=Parser)
    for name in VERBS:
        module = import_module(f"restant_tui.cli.{name}")
        summary = (module.__doc__ or "").splitlines()[0].rstrip(".")
        verb = verbs.add_parser(name, help=summary, description=summary + ".", allow_abbrev=False)
        module.arguments(verb)
        add_global(verb, defaults=False)
        verb.set_defaults(verb=module.main)
    return parser


def _late(name: str) -> Verb:
    def main(parsed: argparse.Namespace) -> int:
        found: Verb = import_module(f"restant_tui.cli.{name}").main
        return found(parsed)

    return main


class _Completion(argparse.Action):
    """Print a completion script for a shell and end."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: Any, values: Any, option_string: Any = None) -> None:
        """Print the script for the shell named by `values`."""
        import shtab

        print(shtab.complete(parser, shell=values))
        parser.exit(0)
