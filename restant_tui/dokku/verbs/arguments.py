"""The arguments of verbs, checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from restant_tui.dokku.apps import is_app_name
from restant_tui.errors import UsageProblem

_SHA = re.compile(r"^[0-9a-f]{7,40}$", re.ASCII)


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


def _app(verb: str, name: str) -> str:
    if not is_app_name(name):
        raise UsageProblem(f"@{verb} needs the name of an app, not {name[:60]!r}.")
    return name
