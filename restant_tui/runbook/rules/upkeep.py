"""Rules of style and upkeep: lists a person can keep in mind, reviews that are not forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from restant_tui.runbook.rules.node import Node, every_place
from restant_tui.runbook.shape import Finding
from restant_tui.text import parse_duration

_MOST_ITEMS = 9


def check(runbook: Node, today: date | None) -> Iterator[Finding]:
    """Check upkeep; without `today` the date of the last review is not judged."""
    if today is not None:
        yield from _reviewed(runbook, today)
    if runbook["severity"].text not in ("", "none") and not runbook["triggers"].value:
        said = f"severity {runbook['severity'].text}, but no `triggers`: no alert will suggest this runbook"
        yield Finding(runbook["severity"].path, "RB505", said)
    held = {
        param["default"].text: param["name"].text
        for param in runbook["params"].each
        if param["type"].text in ("app", "service", "host") and param["default"].text
    }
    for place in every_place(runbook):
        step = place.step
        items = step["items"].each
        if len(items) > _MOST_ITEMS:
            said = f"{len(items)} items are more than a person keeps in mind; split the list at {_MOST_ITEMS}"
            yield Finding(step["items"].path, "RB501", said)
        for item in items:
            if item["killer"].value is True and item["evidence"].text == "none":
                said = "an item that must never be missed needs `evidence`: what was seen"
                yield Finding(item["evidence"].path, "RB502", said)
        for argument in step["argv"].each:
            if argument.text in held:
                name = held[argument.text]
                said = f"`{argument.text}` is what the parameter `{name}` holds; write {{{{ {name} }}}}"
                yield Finding(argument.path, "RB504", said)


def _reviewed(runbook: Node, today: date) -> Iterator[Finding]:
    reviewed = runbook["reviewed"]
    try:
        on = date.fromisoformat(reviewed.text)
        every = timedelta(seconds=parse_duration(runbook["review_every"].text or "90d"))
    except (ValueError, OverflowError):
        return  # the shape and the dates are checked elsewhere
    if on > today:
        yield Finding(reviewed.path, "RB503", f"the review of {reviewed.text} lies in the future")
    elif today - on > every:
        said = f"the last review is {(today - on).days} days ago; walk through it and renew `reviewed`"
        yield Finding(reviewed.path, "RB503", said)
