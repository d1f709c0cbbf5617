"""The arguments of verbs, checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from restant_tui.dokku.apps import is_app_name
from restant_tui.errors import UsageProblem

_SHA = re.compile(r"^[0-9a-f]{7,40}$", re.ASCII)
_SERVICE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$", re.ASCII)


def one_app(verb: str, args: Sequence[str]) -> str:
    """Return the one argument of a verb that takes an app; raises UsageProblem."""
    if len(args) != 1:
        raise UsageProblem(f"@{verb} takes one argument, the app; it was given {len(args)}.")
    return _app(verb, args[0])


def app_and_commit(verb: str, args: Sequence[str]) -> tuple[str, str]:
    """Return the two arguments of a verb that takes an app and a commit; raises UsageProblem."""
    if len(args) != 2:
        raise UsageProblem(f"@{verb} takes two arguments, the app and the commit; it was given {len(args)}.")
    if not _SHA.fullmatch(args[1]):
        raise UsageProblem(
            f"@{verb} needs a commit of 7 to 40 hexadecimal digits, not {args[1][:60]!r}; "
            "choose one from the list of releases."
        )
    return _app(verb, args[0]), args[1]


def app_and_who(verb: str, args: Sequence[str]) -> tuple[str, str]:
    """Return the arguments of a verb that takes an app and, if wanted, who asks; raises UsageProblem."""
    if len(args) not in (1, 2):
        raise UsageProblem(f"@{verb} takes the app and, if you like, who asks; it was given {len(args)} arguments.")
    who = args[1].strip() if len(args) == 2 else ""
    if len(who) > 80 or not (who.isprintable() or not who):
        raise UsageProblem(f"@{verb} needs a name of at most 80 characters on one line, not {who[:60]!r}.")
    return _app(verb, args[0]), who


def app_and_since(verb: str, args: Sequence[str]) -> tuple[str, datetime | None]:
    """Return the arguments of a verb that takes an app and, if wanted, since when; raises UsageProblem."""
    if len(args) not in (1, 2):
        raise UsageProblem(f"@{verb} takes the app and, if you like, since when; it was given {len(args)} arguments.")
    since = None
    if len(args) == 2:
        with suppress(ValueError):
            since = datetime.fromisoformat(args[1])
        if since is None or since.tzinfo is None:
            raise UsageProblem(f"@{verb} needs a moment such as 2026-11-23T01:42:00+00:00, not {args[1][:60]!r}.")
    return _app(verb, args[0]), since


def one_service(verb: str, args: Sequence[str]) -> str:
    """Return the one argument of a verb that takes a data service; raises UsageProblem."""
    if len(args) != 1:
        raise UsageProblem(f"@{verb} takes one argument, the service; it was given {len(args)}.")
    return _service(verb, args[0])


def service_and_file(verb: str, args: Sequence[str]) -> tuple[str, Path]:
    """Return the two arguments of a verb that takes a data service and a file here; raises UsageProblem."""
    if len(args) != 2:
        raise UsageProblem(f"@{verb} takes two arguments, the service and the file; it was given {len(args)}.")
    return _service(verb, args[0]), _file(verb, args[1])


def one_file(verb: str, args: Sequence[str]) -> Path:
    """Return the one argument of a verb that takes a file here; raises UsageProblem."""
    if len(args) != 1:
        raise UsageProblem(f"@{verb} takes one argument, the file; it was given {len(args)}.")
    return _file(verb, args[0])


def nothing(verb: str, args: Sequence[str]) -> None:
    """Accept no argument; raises UsageProblem."""
    if args:
        raise UsageProblem(f"@{verb} takes no arguments; it was given {len(args)}.")


def _service(verb: str, name: str) -> str:
    if not _SERVICE.fullmatch(name):
        raise UsageProblem(f"@{verb} needs the name of a data service, not {name[:60]!r}.")
    return name


def _file(verb: str, name: str) -> Path:
    if not name or not name.isprintable() or name.startswith("~") or name.endswith(("/", "/.", "/..")):
        raise UsageProblem(f"@{verb} needs the path of a file on this machine, written out, not {name[:60]!r}.")
    return Path(name)


def _app(verb: str, name: str) -> str:
    if not is_app_name(name):
        raise UsageProblem(f"@{verb} needs the name of an app, not {name[:60]!r}.")
    return name
