"""Text from outside made harmless, secrets taken out, durations said in words. Pure functions.

Everything a host, an API or a file gives us passes through `clean` where it enters: a log line must not be able
to drive the terminal of the person who reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

# ECMA-48: CSI … final byte; OSC/DCS/SOS/PM/APC … up to BEL or ST (or the end); other two-byte escapes.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]).*?(?:\x07|\x1b\\|\x9c|$)"
    r"|\x1b[ -/]*[0-~]?",
    re.DOTALL,
)
_BEGINS_ESCAPE = re.compile("[\x1b\x80-\x9f]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")
_DURATION = re.compile(r"([0-9]+)(ms|s|m|h|d|w)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_URL_PASSWORD = re.compile(r"(?P<head>[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@/]+(?=@)", re.IGNORECASE)
_NAMED_SECRET = re.compile(
    r"(?P<head>\b[A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|APP_KEY|PRIVATE_KEY)[A-Z0-9_]*\s*[=:]\s*)"
    r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"']+)",
    re.IGNORECASE,
)
MASK = "•••"


def clean(text: str) -> str:
    """Return the text without escape sequences, control characters (but tab and newline) and bidi overrides.

    A carriage return before a newline goes; of the parts between others the last that is not blank is kept, so that
    a progress bar shows where it ended.
    """
    if _BEGINS_ESCAPE.search(text):
        text = _ESCAPES.sub("", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        text = "\n".join(_last_written(line) if "\r" in line else line for line in text.split("\n"))
    return _CONTROLS.sub("", text)


def _last_written(line: str) -> str:
    return next((part for part in reversed(line.split("\r")) if _CONTROLS.sub("", part).strip()), "")


def decode(data: bytes) -> str:
    """Return bytes from outside as clean text; what is not UTF-8 becomes U+FFFD."""
    return clean(data.decode("utf-8", "replace"))


def one_line(text: str, width: int = 200) -> str:
    """Return the text cleaned, on one line, cut with an ellipsis at `width` characters."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"


class Redactor:
    """Takes secrets out of text before it is stored or shown.

    Known secrets are replaced wherever they stand; passwords inside URLs and values behind names such as
    `DB_PASSWORD=` are masked without being known.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Mask this value from now on; values of fewer than four characters would mask everything and are left."""
        if len(secret) >= 4:
            self._secrets.add(secret)

    def redact(self, text: str) -> str:
        """Return the text with every secret replaced by a mask of fixed length."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, MASK)
        if "://" in text:
            text = _URL_PASSWORD.sub(rf"\g<head>{MASK}", text)
        return _NAMED_SECRET.sub(rf"\g<head>{MASK}", text)


def parse_duration(text: str) -> float:
    """Return the seconds of a duration such as `500ms`, `30s`, `2m30s`, `25d`.

    Raises:
        ValueError: the text is not a duration.
    """
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is not a duration; write it like 30s, 2m30s or 25d")
    return sum(int(number) * _UNITS[unit] for number, unit in parts)


def duration(seconds: float) -> str:
    """Say a length of time in at most two units: `0.8 s`, `42 s`, `2 min 10 s`, `3 h 5 min`, `4 d 2 h`."""
    if seconds < 0:
        return "-" + duration(-seconds)
    if seconds < 9.95:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    for large, small, size, rest in (("min", "s", 60, 1), ("h", "min", 3600, 60), ("d", "h", 86400, 3600)):
        if whole < size * (60 if size < 3600 else 24) or size == 86400:
            count, left = divmod(whole, size)
            return f"{count} {large} {left // rest} {small}" if left // rest else f"{count} {large}"
    raise AssertionError("unreachable: every length ends in days")


def ago(then: datetime, now: datetime) -> str:
    """Say how long ago that was: `3 s ago`, `2 min 10 s ago`; `just now` within a second."""
    seconds = (now - then).total_seconds()
    return "just now" if seconds < 1 else f"{duration(int(seconds))} ago"
