"""Keep a secret in the system's keyring, list the names, or forget one.

The value is asked for without being shown, or read from standard input; it never stands on the command line. Where
there is no keyring, refer to a secret as env:NAME in the configuration and set that environment variable.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from restant_tui.cli.options import Options
from restant_tui.config.model import Identity

if TYPE_CHECKING:
    from restant_tui.config.secrets import Secrets

_MOST = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One name. `there` is whether a value is kept from here, or is set in the environment; never the value itself."""

    name: str
    there: bool
    used_by: tuple[str, ...] = ()


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("action", choices=("set", "list", "remove"), help="what to do")
    parser.add_argument("name", nargs="?", metavar="NAME", help="the name the configuration refers to it by")
    # Taken only to be turned down with a sentence: the usual message for too many words would repeat the secret.
    parser.add_argument("value", nargs="*", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="with list: print one JSON list")


def main(parsed: argparse.Namespace) -> int:
    """Do it and say so; a value is never printed.

    Raises:
        UsageProblem: the name is missing or cannot be used, or a value stood on the command line.
        ConfigProblem: the keyring cannot be used, or the configuration cannot be read.
    """
    from restant_tui.errors import UsageProblem

    if parsed.value:
        raise UsageProblem(
            "a secret does not belong on the command line, where others can read it: give only its name, and type the "
            "value when asked or send it to standard input"
        )
    if parsed.action == "list":
        if parsed.name:
            raise UsageProblem("`secret list` takes no name: it lists them all")
        return _list(Options.of(parsed), as_json=parsed.json)
    if not parsed.name:
        raise UsageProblem(f"which one? name it, as in `restant-tui secret {parsed.action} slack`")
    kept = secrets()
    if parsed.action == "remove":
        asyncio.run(kept.remove(parsed.name))
        print(f"removed {parsed.name}")
        return 0
    from restant_tui.config.secrets import check_name

    check_name(parsed.name)  # before a person types a value for nothing
    asyncio.run(kept.set(parsed.name, value(parsed.name)))
    print(f"stored {parsed.name} in the keyring")
    return 0


def secrets() -> Secrets:
    """Return what looks secrets up for this process; the keyring is not touched yet."""
    from restant_tui.cli.opening import paths
    from restant_tui.config.secrets import Secrets
    from restant_tui.text import Redactor

    return Secrets(os.environ, Redactor(), names=paths().secret_names)


def value(name: str) -> str:
    """Return a secret from the person at the terminal, or from standard input where there is none.

    Raises:
        UsageProblem: nothing came, what was typed twice differs, or it is no text.
    """
    from restant_tui.errors import UsageProblem

    if not sys.stdin.isatty():
        data = sys.stdin.buffer.read(_MOST + 1)
        if len(data) > _MOST:
            raise UsageProblem(f"the secret {name} was not stored: it is longer than {_MOST // 1024} KiB")
        try:
            return data.decode("utf-8").strip()
        except UnicodeDecodeError:
            raise UsageProblem(f"the secret {name} was not stored: it is not text in UTF-8") from None
    from getpass import getpass

    try:
        first = getpass(f"value of {name} (not shown): ").strip()
        again = getpass("once more: ").strip() if first else ""
    except EOFError:
        raise UsageProblem(f"the secret {name} was not stored: the input ended") from None
    if first != again:
        raise UsageProblem(f"the secret {name} was not stored: the two differ; try again")
    return first


def known(options: Options, kept: Secrets) -> list[Known]:
    """Return every name that is kept or referred to, sorted, with where it is used.

    Raises:
        ConfigProblem: there is a configuration and it cannot be read, or the list of names cannot be.
    """
    uses: dict[str, list[str]] = {}
    for name, where in references(options):
        uses.setdefault(name, []).append(where)
    listed = kept.list()
    for name, where in _passphrases(options, listed):
        uses.setdefault(name, []).append(where)
    there = set(listed) | {name for name in uses if name.startswith("env:") and os.environ.get(name[4:])}
    return [
        Known(name=name, there=name in there, used_by=tuple(dict.fromkeys(uses.get(name, ()))))
        for name in sorted({*there, *uses})
    ]


def references(options: Options) -> list[tuple[str, str]]:
    """Return each reference to a secret with the place it stands in: channels first, then runbooks' parameters."""
    from restant_tui.cli.opening import paths
    from restant_tui.cli.runbooks import catalogue
    from restant_tui.config.load import load
    from restant_tui.errors import RestantError

    file = options.config or paths().config_file
    found: list[tuple[str, str]] = []
    if options.config or file.exists():
        for name, channel in load(file).channels.items():
            if reference := getattr(channel, "secret", None):
                found.append((reference, f"channel {name}"))
    books = catalogue()
    for runbook in books.ids():
        try:
            params = books.get(runbook).runbook.params
        except RestantError:
            continue  # a broken runbook is told of by `runbooks` and `lint`
        found += [(param.secret_name, f"runbook {runbook}") for param in params if param.secret_name]
    return found


def _passphrases(options: Options, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Return which of the kept names are passphrases, and of which key as far as that can be told."""
    from restant_tui.cli.opening import configured
    from restant_tui.transport.passphrases import PREFIX, name_of
    from restant_tui.transport.personal import Personal

    kept = [name for name in names if name.startswith(PREFIX)]
    if not kept:
        return
    person = Personal.from_environ(os.environ, Path.home())
    config = configured(options)
    logins = [host.login(identity) for host in (config.hosts.values() if config else ()) for identity in Identity]
    keys = {person.path(login.key) for login in logins if login and login.key}
    folder = Path.home() / ".ssh"
    keys |= set(folder.iterdir()) if folder.is_dir() else set()
    known = {name_of(key): person.said(key) for key in keys}
    for name in kept:
        yield name, f"the passphrase of {known.get(name, 'a key file')}"


def _list(options: Options, *, as_json: bool) -> int:
    from restant_tui.cli.marks import Marks

    found = known(options, secrets())
    if as_json:
        print(json.dumps([asdict(one) for one in found], indent=2))
        return 0
    marks = Marks.of(options)
    width = max((len(one.name) for one in found), default=0)
    for one in found:
        kept = "set" if one.there else "not set"
        if not one.name.startswith("env:"):
            kept = "kept" if one.there else "not kept from here"
        used = ", ".join(one.used_by) or "nothing refers to it"
        print(marks.plain(f"{one.name:<{max(24, width)}} {kept:<19} {used}"))
    if not found:
        print("no secret is kept, and nothing refers to one")
    return 0
