"""The shapes Dokku answers in: one JSON document, or a report of `Key: value` lines.

A text answer must end in a newline: without one its last line may be cut, and a cut value is a wrong value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from restant_tui.dokku.problems import ParseProblem
from restant_tui.text import clean

_HEAD = 1000
_REPORT_LINE = re.compile(r"^ {7}(?P<key>[^\s:][^:]*):(?: +(?P<value>.*))?$")
_STAMP = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$")


def whole_lines(text: str) -> tuple[str, ...]:
    """Return the cleaned lines of an answer, without trailing blanks.

    Raises:
        ParseProblem: the last line has no end, so the answer may be cut.
    """
    cleaned = clean(text)
    if cleaned and not cleaned.endswith("\n"):
        raise ParseProblem("the answer ends in the middle of a line", text)
    return tuple(line.rstrip() for line in cleaned.split("\n")[:-1])


def only_line(text: str) -> str:
    """Return the one line an answer consists of, without blanks around it; raises ParseProblem."""
    lines = [line.strip() for line in whole_lines(text) if line.strip()]
    if len(lines) != 1:
        raise ParseProblem(f"one line was expected, {len(lines)} came", text)
    return lines[0]


def looks_like_json(text: str) -> bool:
    """Whether an answer is meant as JSON rather than as a report for people."""
    # The whole text is cleaned only where its beginning does not tell.
    head = clean(text[:_HEAD]).lstrip() or clean(text).lstrip()
    return head[:1] in ("{", "[")


def json_document(text: str) -> object:
    """Return what a JSON answer holds, every string in it cleaned; raises ParseProblem."""
    try:
        return _cleaned(json.loads(clean(text)))
    except (ValueError, RecursionError) as problem:  # a number of thousands of digits is a plain ValueError
        raise ParseProblem(f"the answer is not JSON ({problem})", text) from problem


def _cleaned(value: object) -> object:
    # An escape sequence may hide behind \u001b inside a JSON string.
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(str(key)): _cleaned(item) for key, item in value.items()}
    return value


def report(text: str, plugin: str) -> Mapping[str, str]:
    """Return a `X:report` answer of one app as keys and values, from its JSON or its text form.

    Keys come out in one spelling, lower case with hyphens and without the plugin's name in front: `Ssl expires at`,
    `ssl-expires-at` and `expires-at` are all `expires-at`. A key that has a dot in JSON (`status-web.1`) has a
    hyphen in its place when it comes from text (`status-web-1`).

    Args:
        text: the answer.
        plugin: the word the long keys start with, such as `ps`, `app`, `git`, `ssl`.

    Raises:
        ParseProblem: the answer is neither form, or is cut.
    """
    pairs = _json_report(text) if looks_like_json(text) else _text_report(text)
    short = {key: value for key, value in pairs.items() if not key.startswith(f"{plugin}-")}
    # Before 0.38 only the long keys exist; where both do, the short one is the current one.
    long = {key.removeprefix(f"{plugin}-"): value for key, value in pairs.items() if key not in short}
    return {**long, **short}


def _json_report(text: str) -> dict[str, str]:
    document = json_document(text)
    if not isinstance(document, dict) or not all(isinstance(value, str) for value in document.values()):
        raise ParseProblem("the report is not one object of texts", text)
    return {str(key).lower(): str(value).strip() for key, value in document.items()}


def _text_report(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for line in whole_lines(text):
        if not line or line.startswith("=====>"):
            continue
        match = _REPORT_LINE.match(line)
        if not match:
            raise ParseProblem(f"not a line of a report: {line[:80]!r}", text)
        pairs[match["key"].strip().lower().replace(" ", "-")] = (match["value"] or "").strip()
    if not pairs:
        raise ParseProblem("the report is empty", text)
    return pairs


def needed(pairs: Mapping[str, str], key: str, raw: str) -> str:
    """Return the value of a key the answer must have (it may be empty); raises ParseProblem."""
    if key not in pairs:
        raise ParseProblem(f"the report has no {key!r}", raw)
    return pairs[key]


def flag(pairs: Mapping[str, str], key: str, raw: str) -> bool:
    """Return a value that must be `true` or `false`; raises ParseProblem."""
    match needed(pairs, key, raw):
        case "true":
            return True
        case "false":
            return False
        case other:
            raise ParseProblem(f"{key!r} is neither true nor false but {other[:40]!r}", raw)


def moment(stamp: str, raw: str) -> datetime:
    """Return an RFC 3339 time (nanoseconds are cut to microseconds) in UTC; raises ParseProblem."""
    match = _STAMP.match(stamp)
    if not match:
        raise ParseProblem(f"not a time: {stamp[:40]!r}", raw)
    day, fraction, zone = match.groups()
    try:
        found = datetime.fromisoformat(
            f"{day}.{(fraction or '0')[:6].ljust(6, '0')}{'+00:00' if zone == 'Z' else zone}"
        ).astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise ParseProblem(f"not a time: {stamp[:40]!r}", raw) from problem
    return _sensible(found, stamp, raw)


def unix_moment(digits: str, raw: str) -> datetime:
    """Return unix seconds written in digits as a time in UTC; raises ParseProblem."""
    if not (digits.isascii() and digits.isdigit()):
        raise ParseProblem(f"not unix seconds: {digits[:40]!r}", raw)
    try:
        found = datetime.fromtimestamp(int(digits), UTC)
    except (ValueError, OverflowError, OSError) as problem:
        raise ParseProblem(f"not unix seconds: {digits[:40]!r}", raw) from problem
    return _sensible(found, digits, raw)


def _sensible(found: datetime, said: str, raw: str) -> datetime:
    # At the ends of the calendar every sum of times would fail; no deploy and no certificate is there.
    if not 1970 <= found.year < 9000:
        raise ParseProblem(f"not a time anything here could have: {said[:40]!r}", raw)
    return found
