"""`git -C /home/dokku/APP …` as the admin asks it: log, reflog, rev-parse, over the world's commits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused
from restant_tui.practice.world import App, Commit, RefMove, World


@dataclass(slots=True)
class _Asked:
    """What the words after `git log` ask for."""

    form: str = "commit %H%nAuthor: %an <%ae>%nDate:   %ad%n%n    %s%n"
    number: int = 1_000_000
    walk: bool = False
    date: str = "default"
    revs: list[str] = field(default_factory=list)


def git(world: World, args: list[str], io: Io, *, user: str) -> int:
    """Run one git command; only the owner of the repositories, `dokku`, and root may."""
    try:
        app, words = _repository(world, args, user)
        for line in _run(app, words):
            io.out(line)
    except Refused as refused:
        io.err(refused.message)
        return refused.status
    return 0


def _repository(world: World, args: list[str], user: str) -> tuple[App, list[str]]:
    if args[:1] == ["--version"]:
        raise Refused("git version 2.39.5", 0, raw=True)
    if args[:1] != ["-C"] or len(args) < 3:
        raise Refused("fatal: not a git repository (or any of the parent directories): .git", 128, raw=True)
    path = args[1].rstrip("/")
    app = next((app for app in world.apps.values() if app.directory == path), None)
    if app is None:
        raise Refused(f"fatal: cannot change to '{args[1]}': No such file or directory", 128, raw=True)
    if user not in ("dokku", "root"):
        raise Refused(f"fatal: detected dubious ownership in repository at '{path}'", 128, raw=True)
    return app, args[2:]


def _run(app: App, words: list[str]) -> Iterator[str]:
    match words:
        case ["log", *rest]:
            yield from _log(app, _read(rest))
        case ["reflog", *rest]:
            short = _Asked(form="%h %gd: %gs", walk=True)
            yield from _log(app, _read(rest[1:] if rest[:1] == ["show"] else rest, short))
        case ["rev-parse", *rest]:
            for rev in (word for word in rest if not word.startswith("-")):
                sha = _commit(app, rev).sha
                yield sha[:7] if "--short" in rest else sha
        case ["symbolic-ref", *rest]:
            yield app.head_branch if "--short" in rest else f"refs/heads/{app.head_branch}"
        case ["config", *rest] if rest[-1:] == ["core.logAllRefUpdates"]:
            yield "true"
        case ["for-each-ref" | "show-ref", *_]:
            yield f"{app.ref} refs/heads/{app.branch}"
        case _:
            raise Refused(f"git: '{' '.join(words[:1])}' is not available on the practice host.", 1, raw=True)


def _read(words: Sequence[str], asked: _Asked | None = None) -> _Asked:
    asked = asked or _Asked()
    rest = iter(words)
    for word in rest:
        flag, _, value = word.partition("=")
        match flag:
            case "-g" | "--walk-reflogs":
                asked.walk = True
            case "--format" | "--pretty":
                asked.form = re.sub(r"^t?format:", "", value)
            case "--date":
                asked.date = value
            case "-n" | "--max-count":
                asked.number = _number(value or next(rest, ""))
            case "--":
                break
            case _ if re.fullmatch(r"-n?\d+", word):
                asked.number = _number(word.lstrip("-n"))
            case _ if not word.startswith("-"):
                asked.revs.append(word)
    return asked


def _number(text: str) -> int:
    if not text.isdigit():
        raise Refused(f"fatal: '{text}': not an integer", 128, raw=True)
    return int(text)


def _log(app: App, asked: _Asked) -> Iterator[str]:
    rev = asked.revs[0] if asked.revs else "HEAD"
    if not asked.walk:
        last = app.commits.index(_commit(app, rev))
        for commit in reversed(app.commits[max(0, last + 1 - asked.number) : last + 1]):
            yield _filled(asked, app, commit, None, 0)
        return
    _commit(app, rev)
    for index, move in list(enumerate(reversed(app.reflog)))[: asked.number]:
        yield _filled(asked, app, _commit(app, move.sha), move, index)


def _commit(app: App, rev: str) -> Commit:
    rev = re.sub(r"\^\{(commit|)\}$", "", rev)
    found = app.find(rev)
    if found is None or (rev == "HEAD" and app.head_branch != app.branch):
        raise Refused(
            f"fatal: ambiguous argument '{rev}': unknown revision or path not in the working tree.\n"
            "Use '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'",
            128,
            raw=True,
        )
    return found


def _filled(asked: _Asked, app: App, commit: Commit, move: RefMove | None, index: int) -> str:
    mail = commit.author.lower().replace(" ", ".") + "@restant.example.com"
    fields = {
        "H": commit.sha,
        "h": commit.short,
        "an": commit.author,
        "cn": commit.author,
        "ae": mail,
        "s": commit.subject,
        "ct": str(int(commit.at.timestamp())),
        "at": str(int(commit.at.timestamp())),
        "cI": commit.at.isoformat(timespec="seconds"),
        "aI": commit.at.isoformat(timespec="seconds"),
        "ad": _date(commit.at, asked.date),
        "cd": _date(commit.at, asked.date),
        "gd": f"{app.branch}@{{{_date(move.at, asked.date) if asked.date != 'default' else index}}}" if move else "",
        "gs": move.message if move else "",
        "n": "\n",
        "%": "%",
    }

    def fill(found: re.Match[str]) -> str:
        if found[1]:
            return chr(int(found[1], 16))
        return fields.get(found[2], found[0])

    return re.sub(r"%(?:x([0-9a-fA-F]{2})|(an|cn|ae|ct|at|cI|aI|ad|cd|gd|gs|[Hhsn%]))", fill, asked.form)


def _date(at: datetime, form: str) -> str:
    match form:
        case "unix":
            return str(int(at.timestamp()))
        case "iso" | "iso8601":
            return f"{at:%Y-%m-%d %H:%M:%S} +0000"
        case "iso-strict":
            return at.isoformat(timespec="seconds")
    return f"{at:%a %b} {at.day} {at:%H:%M:%S %Y} +0000"
