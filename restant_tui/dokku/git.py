"""What `git:report` answers, and what git itself says of an app's bare repository (through the admin identity)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.shapes import needed, report, unix_moment, whole_lines

_FULL_SHA = re.compile(r"^[0-9a-f]{40}$")
_SHORT_SHA = re.compile(r"^[0-9a-f]{7,40}$")
_BRANCH_AT = re.compile(r"^.+@\{(?P<unix>\d+)\}$")


@dataclass(frozen=True, slots=True)
class GitReport:
    """Where an app's deploy branch stands. It also moves for builds that fail, so it does not say what is live."""

    branch: str
    sha: str | None
    """None when Dokku could not resolve the branch (it then prints the word HEAD). Short before 0.26."""
    last_updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit; `at` is when the branch moved to it (reflog) or when it was committed (log)."""

    sha: str
    at: datetime
    author: str
    subject: str


def parse_git_report(text: str) -> GitReport:
    """Return the report of one app from its JSON or text form; raises ParseProblem."""
    pairs = report(text, "git")
    branch = _branch(pairs, text)
    sha = needed(pairs, "sha", text)
    if sha not in ("", "HEAD") and not _SHORT_SHA.match(sha):
        raise ParseProblem(f"not a commit: {sha[:60]!r}", text)
    updated = pairs.get("last-updated-at", "")
    return GitReport(
        branch=branch,
        sha=sha if _SHORT_SHA.match(sha) else None,
        last_updated_at=unix_moment(updated, text) if updated else None,
    )


def parse_deploy_branch(text: str) -> str:
    """Return only the deploy branch of a `git:report`, which is all that versions before 0.25 tell."""
    return _branch(report(text, "git"), text)


def _branch(pairs: Mapping[str, str], text: str) -> str:
    branch = pairs.get("computed-deploy-branch") or needed(pairs, "deploy-branch", text)
    if not branch:
        raise ParseProblem("the report names no deploy branch", text)
    return branch


def parse_reflog(text: str) -> tuple[Commit, ...]:
    """Return the moves of a branch, newest first, from lines of commit, `branch@{unix}`, author and subject.

    The fields are parted by the unit separator (0x1f). Raises ParseProblem.
    """
    moves = []
    for sha, selector, author, subject in _records(text):
        match = _BRANCH_AT.match(selector)
        if not match:
            raise ParseProblem(f"not a place in a reflog: {selector[:60]!r}", text)
        moves.append(Commit(sha, unix_moment(match["unix"], text), author, subject))
    return tuple(moves)


def parse_log(text: str) -> tuple[Commit, ...]:
    """Return commits, newest first, from lines of commit, unix seconds, author and subject (0x1f between them).

    Raises ParseProblem.
    """
    return tuple(Commit(sha, unix_moment(unix, text), author, subject) for sha, unix, author, subject in _records(text))


def _records(text: str) -> list[tuple[str, str, str, str]]:
    # Cleaning removes 0x1f as the control character it is, so it changes places with a private-use one first.
    lines = whole_lines(text.replace("\x1f", "\ue01f"))
    records = []
    for line in lines:
        if not line:
            continue
        fields = line.split("\ue01f", 3)
        if len(fields) != 4 or not _FULL_SHA.match(fields[0]):
            raise ParseProblem(f"not a line of a git log: {line[:80]!r}", text)
        records.append((fields[0], fields[1], fields[2], fields[3]))
    return records
