"""One spelling for each piece of JSON data, so that a digest over it means the same everywhere."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from restant_tui.journal.records import Entry

NOTHING_BEFORE = "0" * 64
"""Stands for the digest of the entry before the first one."""


def canonical(value: Any) -> str:
    """Return the one JSON text for this value: keys sorted, no blanks, ASCII only.

    Raises:
        ValueError: it holds something that JSON cannot say, such as a NaN, a date or a key that is no string.
    """
    _check_keys(value)
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, RecursionError) as problem:
        raise ValueError(f"only plain JSON data can be kept in the journal: {problem}") from problem


def digest(entry: Entry) -> str:
    """Return the SHA-256, in hexadecimal, over the digest before the entry and all it says."""
    said = [entry.position, entry.run, entry.seq, stamp(entry.at), entry.kind, entry.step, entry.actor, entry.data]
    return hashlib.sha256((entry.prev + canonical(said)).encode("ascii")).hexdigest()


def stamp(at: datetime) -> str:
    """Return the moment as text of fixed width in UTC, so that text order is time order.

    Raises:
        ValueError: the moment has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"the moment {at.isoformat()} has no time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """Return the moment of a `stamp`."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _check_keys(value: Any) -> None:
    # json.dumps would write the keys 1 and "1" alike; then what is read back is not what was kept.
    match value:
        case dict():
            for key, inner in value.items():
                if not isinstance(key, str):
                    raise ValueError(f"only plain JSON data can be kept in the journal: the key {key!r} is no string")
                _check_keys(inner)
        case list() | tuple():
            for inner in value:
                _check_keys(inner)
