"""Says in words where the lines of a log do not go on."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.monitors.logjoin import Break
from restant_tui.monitors.logtail import time_of


def in_words(breaks: Sequence[Break]) -> list[str]:
    """Return a sentence for each gap and one for all new containers; times are as the host wrote them (UTC)."""
    sentences = [_gap(each) for each in breaks if not each.anew]
    if new := [each for each in breaks if each.anew and each.after]:
        has, one = ("has", "container") if len(new) == 1 else ("have", "containers")
        since, old = _time(min(time_of(each.after) for each in new)), _oldest(new)
        sentences.append(f"{_names(new)} {has} a new {one} since {since}; anything written after {old} before is gone")
    if gone := [each for each in breaks if each.anew and not each.after]:
        has = "has" if len(gone) == 1 else "have"
        sentences.append(f"{_names(gone)} {has} no log any more; anything written after {_oldest(gone)} is gone")
    return sentences


def _gap(missing: Break) -> str:
    start, end = time_of(missing.before), time_of(missing.after)
    if not start or not end:
        return "lines are missing here"
    if start[:10] != end[:10]:
        return f"lines of {_names([missing])} from {_day(start)} to {_day(end)} are missing"
    return f"lines of {_names([missing])} from {_time(start)} to {_time(end)} are missing"


def _names(breaks: Sequence[Break]) -> str:
    *names, last = sorted(each.process.decode("utf-8", "replace") for each in breaks)
    return f"{', '.join(names)} and {last}" if names else last


def _oldest(breaks: Sequence[Break]) -> str:
    return _time(min(time_of(each.before) for each in breaks))


def _time(stamp: bytes) -> str:
    return stamp[11:19].decode()


def _day(stamp: bytes) -> str:
    return f"{stamp[:10].decode()} {_time(stamp)}"
