"""The argument list that copies files to or from a host."""

from __future__ import annotations

import shlex

from restant_tui.errors import UsageProblem

REMOTE = "host:"
"""What a path begins with that is on the host: `host:/var/backups/db.sql`."""


def copy_argv(source: str, destination: str, login: str, ssh: tuple[str, ...]) -> tuple[str, ...]:
    """Return the rsync argument list for one copy.

    Args:
        source: where from; on the host if it begins with `host:`.
        destination: where to; exactly one of both is on the host.
        login: `user@address` of the host.
        ssh: the ssh program and its options, with which rsync reaches it.

    Raises:
        UsageProblem: not exactly one side is on the host, or a path could be read as an option.
    """
    sides = (source, destination)
    if sum(one.startswith(REMOTE) for one in sides) != 1:
        raise UsageProblem(f"One of {source!r} and {destination!r} has to be on the host: write it as {REMOTE}/path.")
    if any(one.removeprefix(REMOTE).startswith("-") for one in sides):
        raise UsageProblem("A path may not begin with a dash: it would be read as an option.")
    placed = [f"{login}:{one.removeprefix(REMOTE)}" if one.startswith(REMOTE) else one for one in sides]
    return (
        "rsync", "--archive", "--compress", "--partial", "--protect-args", "--info=progress2", "--stats",
        "--rsh", shlex.join(ssh), "--", *placed,
    )  # fmt: skip
