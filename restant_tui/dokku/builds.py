"""What `builds:list` answers: every attempt to release, newest first. A record does not hold the commit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.shapes import json_document, looks_like_json, moment, whole_lines

_LENGTH = re.compile(r"^(?:(\d{1,7})h)?(?:(\d{1,7})m)?(?:(\d{1,9}(?:\.\d{1,9})?)s)?$", re.ASCII)
_COLUMNS = re.compile(r" {2,}")
_PID = re.compile(r"-?\d{1,9}", re.ASCII)
_HEADER = ("Build ID", "Kind", "Status", "PID", "Source", "Started", "Duration")
_EMPTY = "No builds recorded for this app"


class BuildStatus(StrEnum):
    """How a build or deploy ended, in Dokku's words."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    ABANDONED = "abandoned"
    """Recorded as running, but its process is gone."""
    UNKNOWN = "unknown"
    """Never Dokku's word: ours, where it keeps no records."""


_SAID = frozenset(status.value for status in BuildStatus if status is not BuildStatus.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One record. `seconds` is how long it took, or has taken so far; `finished_at` is None while it runs."""

    id: str
    kind: str
    """`build` or `deploy` (a restart of what was built before)."""
    status: BuildStatus
    source: str
    """What started it: `git-hook`, `git:sync`, `ps:rebuild`, …"""
    started_at: datetime
    finished_at: datetime | None
    seconds: float
    exit_code: int | None = None


def parse_builds_list(text: str) -> tuple[Build, ...]:
    """Return the records of one app from the JSON or the text form, in Dokku's order; raises ParseProblem."""
    if looks_like_json(text):
        document = json_document(text)
        if not isinstance(document, list):
            raise ParseProblem("the list of builds is not a list", text)
        return tuple(_from_json(item, text) for item in document)
    lines = [line for line in whole_lines(text) if line]
    if lines == [_EMPTY]:
        return ()
    if not lines or tuple(_COLUMNS.split(lines[0])) != _HEADER:
        raise ParseProblem("the table of builds has not the columns we know", text)
    return tuple(_from_row(line, text) for line in lines[1:])


def _from_json(item: object, raw: str) -> Build:
    if not isinstance(item, dict):
        raise ParseProblem("a build is not an object", raw)

    def word(key: str) -> str:
        value = item.get(key)
        if not isinstance(value, str) or not value:
            raise ParseProblem(f"a build has no {key!r}", raw)
        return value

    started = moment(word("started_at"), raw)
    # A program in Go that has no time may write its first one.
    ended = item.get("finished_at") not in (None, "", "0001-01-01T00:00:00Z")
    finished = moment(word("finished_at"), raw) if ended else None
    exit_code = item.get("exit_code")
    if exit_code is not None and (not isinstance(exit_code, int) or isinstance(exit_code, bool)):
        raise ParseProblem("the exit code of a build is not a number", raw)
    return Build(
        id=word("id"),
        kind=word("kind"),
        # A dead build still says "running" in `status`; only the shown status knows better.
        status=_status(word("display_status") if item.get("display_status") else word("status"), raw),
        source=word("source"),
        started_at=started,
        finished_at=finished,
        seconds=(finished - started).total_seconds() if finished else length(word("duration"), raw),
        exit_code=exit_code,
    )


def _from_row(line: str, raw: str) -> Build:
    fields = _COLUMNS.split(line)
    if len(fields) != len(_HEADER) or not all(fields) or not _PID.fullmatch(fields[3]):
        raise ParseProblem(f"not a row of the table of builds: {line[:120]!r}", raw)
    ident, kind, status_word, _pid, source, started_word, duration_word = fields
    status, started, seconds = (
        _status(status_word, raw),
        moment(started_word, raw),
        length(duration_word, raw),
    )
    ended = status not in (BuildStatus.RUNNING, BuildStatus.ABANDONED)
    return Build(
        id=ident,
        kind=kind,
        status=status,
        source=source,
        started_at=started,
        finished_at=started + timedelta(seconds=seconds) if ended else None,
        seconds=seconds,
    )


def _status(word: str, raw: str) -> BuildStatus:
    if word not in _SAID:
        raise ParseProblem(f"not a status of a build we know: {word[:40]!r}", raw)
    return BuildStatus(word)


def length(text: str, raw: str) -> float:
    """Return the seconds of a length such as `9s`, `1m14s`, `44h11m19s`; raises ParseProblem."""
    match = _LENGTH.match(text)
    if not text or not match:
        raise ParseProblem(f"not a length of time: {text[:40]!r}", raw)
    hours, minutes, seconds = match.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds or 0)
