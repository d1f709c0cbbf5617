"""The shapes Dokku answers in: reports as text, JSON or one value; tables; times and durations."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, named_app
from restant_tui.practice.world import App, World

Values = Callable[[App], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Report:
    """How one plugin reports. `values` has the flag names without dashes as keys: `ps-can-scale`, `running`."""

    title: str
    """The word in the header: `app` of `=====> restant-main app information`."""
    prefix: str
    """What JSON leaves away from the keys: `ps-`."""
    values: Values
    legacy: bool = False
    """Whether JSON has the whole keys too, as the plugins written in Go do."""
    hidden: Callable[[str], bool] = lambda key: False
    """Keys that are shown, but cannot be asked for by flag."""
    capital: bool = True
    padded: bool = False
    """Whether values are padded to 25 columns, as the plugins written in shell do."""
    ordered: bool = False
    """Whether JSON keeps the order of the keys instead of sorting them."""


async def report(world: World, args: Sequence[str], io: Io, kind: Report) -> int:
    """Answer `plugin:report [APP] [--flag | --format json]`."""
    names, flags, as_json = _read(args)
    apps = [named_app(world, name) for name in names[:1]] or list(world.apps.values())
    for number, app in enumerate(apps):
        if number:
            await world.dawdle(0.4)
        values = kind.values(app)
        if flags:
            known = [key for key in values if not kind.hidden(key)]
            flag = flags[0].removeprefix("--")
            if len(flags) > 1 or as_json or flag not in known:
                raise Refused(f"Invalid flag passed, valid flags: {', '.join('--' + key for key in known)}")
            io.out(values[flag])
        elif as_json:
            io.out(_as_json(values, kind))
        else:
            _as_text(app, values, kind, io)
    return 0


def _read(args: Sequence[str]) -> tuple[list[str], list[str], bool]:
    names: list[str] = []
    flags: list[str] = []
    as_json = False
    rest = iter(args)
    for word in rest:
        if word == "--format" or word.startswith("--format="):
            given = next(rest, "") if word == "--format" else word.partition("=")[2]
            if given not in ("json", "stdout"):
                raise Refused(f"Invalid output format specified, supported formats: json, stdout (got {given})")
            as_json = given == "json"
        elif word.startswith("-"):
            flags.append(word)
        else:
            names.append(word)
    return names, flags, as_json


def _as_json(values: dict[str, str], kind: Report) -> str:
    short = {key.removeprefix(kind.prefix): value for key, value in values.items()}
    if kind.legacy:
        short |= {key: value for key, value in values.items() if key.startswith(kind.prefix)}
    return json.dumps(short, separators=(",", ":"), sort_keys=not kind.ordered, ensure_ascii=False)


def _as_text(app: App, values: dict[str, str], kind: Report, io: Io) -> None:
    io.header(f"=====> {app.name} {kind.title} information")
    labels = {key: key.replace("-", " ").replace(".", " ") + ":" for key in values}
    width = max((30, *map(len, labels.values()))) if not kind.padded else 30
    for key in values if kind.ordered else sorted(values):
        label = labels[key][0].upper() + labels[key][1:] if kind.capital else labels[key]
        value = f"{values[key]:<25}" if kind.padded else values[key]
        io.out(f"       {label:<{width}} {value}")


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows as lines with columns two blanks apart; the last column is not padded."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def go_time(at: datetime) -> str:
    """Return a time as Go writes it into JSON: the fraction without zeros at its end."""
    fraction = f".{at.microsecond:06d}".rstrip("0").rstrip(".")
    return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def go_duration(seconds: float) -> str:
    """Return whole seconds as Go prints a duration: `43s`, `1m2s`, `44h11m19s`."""
    minutes, left = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{left}s"
    return f"{minutes}m{left}s" if minutes else f"{left}s"
