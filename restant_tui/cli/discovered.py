"""Which apps the hosts have, beside what the inventory says: in words, and as plain data. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from restant_tui.cli.marks import Marks
from restant_tui.monitors.snapshots import HostApps, Reading, Trust
from restant_tui.text import ago, one_line


def host_lines(found: HostApps, now: datetime, marks: Marks) -> Iterator[str]:
    """Return what one host has that nobody watches, and what is watched there and is not there."""
    reading = found.reading
    if reading.observed_at is None:
        yield f"{found.host:<18} {reading.trust.value}: {one_line(reading.reason)}".rstrip(": ")
        return
    word = "" if reading.trust is Trust.LIVE else f"{reading.trust.value}, "
    others = f"also has {', '.join(found.others)} (not watched)" if found.others else "every app there is watched"
    yield f"{found.host:<18} {others}; {word}{ago(reading.observed_at, now)}, {reading.source}"
    if found.missing:
        names = ", ".join(found.missing)
        yield f"{'':<18} {marks.state('missing')}: {names}; misspelt in the configuration, or destroyed"


def host_data(found: HostApps) -> dict[str, Any]:
    """Return the same with stable keys."""
    return {
        "host": found.host,
        "watched": list(found.watched),
        "not_watched": list(found.others),
        "missing": list(found.missing),
        **reading_data(found.reading),
    }


def reading_data(reading: Reading) -> dict[str, Any]:
    """Return where a value comes from, when it was seen, and what was said where it could not be read."""
    data: dict[str, Any] = {
        "trust": reading.trust.value,
        "observed_at": reading.observed_at.isoformat() if reading.observed_at else None,
        "source": reading.source,
        "reason": reading.reason,
    }
    if reading.raw is not None:
        data["raw"] = {"asked": reading.raw.asked, "text": reading.raw.text, "cut": reading.raw.cut}
    return data
