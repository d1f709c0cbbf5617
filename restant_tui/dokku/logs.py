"""One line of an app's log as Dokku prints it, and how serious it is.

Dokku prints `TIME app[web.1]: message`, the first part coloured even without a terminal. The message is whatever the
app wrote: Laravel, nginx or plain text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.shapes import moment
from restant_tui.text import clean

_LINE = re.compile(r"^(?P<time>\d{4}-\d\d-\d\dT\S+Z) app\[(?P<process>[^\]]+)\]: ?(?P<message>.*)$", re.DOTALL)

_WORDS = r"emergency|emerg|alert|critical|crit|fatal|panic|error|err|warning|warn|notice|info|debug|trace"
_LEVELS = (
    # Laravel: `[2026-11-23 06:24:08] production.ERROR: …`, or the same without its stamp.
    re.compile(rf"(?:^|\s)[a-z]+\.(?P<level>{_WORDS})\b:?", re.IGNORECASE),
    # Key and value, or JSON: `level=warn`, `"level":"error"`, `"level_name": "ERROR"`.
    re.compile(rf"\b(?:level|level_name|severity|lvl)\"?\s*[=:]\s*\"?(?P<level>{_WORDS})\b", re.IGNORECASE),
    # nginx's error log and many others: `[error] 31#31: …`.
    re.compile(rf"\[(?P<level>{_WORDS})\]", re.IGNORECASE),
    # A line that begins with the word: `ERROR something`, `warn 5: slow query`, `PHP Fatal error: …`.
    re.compile(rf"^(?:PHP )?(?P<level>{_WORDS})\b", re.IGNORECASE),
)
# The status of an access log line: `"GET / HTTP/2.0" 500 12`, `GET /health 200 n=0`, `response:500`.
_HTTP_STATUS = re.compile(r"(?:\"\s|\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \S+ |\bresponse:)([1-5]\d\d)\b")
# Laravel's queue worker: `App\\Jobs\\SendReceipt ......... 12ms FAIL`.
_JOB = re.compile(r"(?<!\.)\.{3,}+(?: [\d.,]+ ?m?s)? (?P<end>RUNNING|DONE|FAIL)$")
_BARE_500 = re.compile(r" 5\d\d (?:\d|-|\")")


class Level(StrEnum):
    """How serious a line says it is; PLAIN when it does not say."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"
    PLAIN = "plain"


_LEVEL_OF = {
    "trace": Level.DEBUG,
    "debug": Level.DEBUG,
    "info": Level.INFO,
    "notice": Level.INFO,
    "warn": Level.WARNING,
    "warning": Level.WARNING,
    "err": Level.ERROR,
    "error": Level.ERROR,
    "crit": Level.CRITICAL,
    "critical": Level.CRITICAL,
    "alert": Level.CRITICAL,
    "emerg": Level.CRITICAL,
    "emergency": Level.CRITICAL,
    "fatal": Level.CRITICAL,
    "panic": Level.CRITICAL,
}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One cleaned line. `time` is None and `process` empty for a line that is not the app's own."""

    time: datetime | None
    process: str
    level: Level
    message: str


def parse_log_line(text: str) -> LogLine:
    """Return one line of `logs APP`, without its newline.

    Raises:
        ParseProblem: the line is not one of an app's: Dokku's own words, or half a line.
    """
    match = _LINE.match(clean(text))
    if not match:
        raise ParseProblem("not a line of an app's log", text)
    message = match["message"]
    return LogLine(moment(match["time"], text), match["process"], level_of(message), message)


def log_line(text: str) -> LogLine:
    """Return any line that came with a log: an app's own, or whatever else as a plain message."""
    try:
        return parse_log_line(text)
    except ParseProblem:
        message = clean(text)
        return LogLine(None, "", level_of(message.removeprefix(" !").strip()), message)


def level_of(message: str) -> Level:
    """Return how serious a cleaned message says it is."""
    for form in _LEVELS:
        if match := form.search(message):
            return _LEVEL_OF[match["level"].lower()]
    if match := _JOB.search(message):
        return Level.ERROR if match["end"] == "FAIL" else Level.INFO
    if match := _HTTP_STATUS.search(message):
        return {"5": Level.ERROR, "4": Level.WARNING}.get(match[1][0], Level.INFO)
    return Level.ERROR if _BARE_500.search(message) else Level.PLAIN
