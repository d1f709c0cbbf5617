"""What a host says of itself: disk, memory, load, processors, time since start."""

from __future__ import annotations

import re
from dataclasses import dataclass

from restant_tui.dokku.problems import ParseProblem
from restant_tui.text import clean

_RECORD = "\x1e"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFigures:
    """One look at a machine. Percentages are of the whole; `load1` is the mean of running tasks over a minute."""

    disk_percent: float
    """Of the root file system, as `df` rounds it: what a program that is not root can no longer use."""
    memory_percent: float
    """What is not available to a new program; caches count as available."""
    load1: float
    cpus: int
    cpu_percent: float | None
    """Share of the last second in which a processor was busy; None where the machine does not tell."""
    uptime_s: float


def parse_figures(text: str) -> HostFigures:
    """Return what `scripts.FIGURES` printed: records that begin with 0x1e and a name; raises ParseProblem."""
    parts = _parts(text)
    if "end" not in parts:
        raise ParseProblem("the host did not tell everything", text)
    samples = [_ticks(part) for part in parts.get("stat", ())]
    return HostFigures(
        disk_percent=_disk(_one(parts, "df", text), text),
        memory_percent=_memory(_one(parts, "free", text), text),
        load1=_number(_word(_one(parts, "loadavg", text)), text),
        cpus=_cpus(_one(parts, "nproc", text), text),
        cpu_percent=_busy(samples),
        uptime_s=_number(_word(_one(parts, "uptime", text)), text),
    )


def _parts(text: str) -> dict[str, list[list[str]]]:
    # Cleaning would remove 0x1e as the control character it is, so the text is cut first.
    parts: dict[str, list[list[str]]] = {}
    for record in text.split(_RECORD)[1:]:
        name, *lines = clean(record).split("\n")
        if not lines or lines[-1]:
            raise ParseProblem("the answer ends in the middle of a line", text)
        parts.setdefault(name.strip(), []).append([line for line in lines if line.strip()])
    return parts


def _one(parts: dict[str, list[list[str]]], name: str, raw: str) -> list[str]:
    found = parts.get(name, [])
    if len(found) != 1 or not found[0]:
        raise ParseProblem(f"the host did not tell its {name}", raw)
    return found[0]


def _disk(lines: list[str], raw: str) -> float:
    fields = lines[-1].split()
    percent = re.fullmatch(r"(\d{1,3})%", fields[4]) if len(fields) >= 6 and fields[5] == "/" else None
    if percent is None:
        raise ParseProblem(f"not the root file system: {lines[-1][:80]!r}", raw)
    return float(percent[1])


def _memory(lines: list[str], raw: str) -> float:
    heads = lines[0].split()
    row = next((line.split()[1:] for line in lines if line.startswith("Mem:")), [])
    figures = dict(zip(heads, row, strict=False))
    if "available" not in figures or "total" not in figures:
        raise ParseProblem("the memory has no total, or not what is available", raw)
    total, available = _number(figures["total"], raw), _number(figures["available"], raw)
    if total <= 0 or available > total:
        raise ParseProblem("the figures of the memory do not fit together", raw)
    return round(100 * (total - available) / total, 1)


def _cpus(lines: list[str], raw: str) -> int:
    count = _number(_word(lines), raw)
    if count < 1 or count != int(count):
        raise ParseProblem(f"not a number of processors: {lines[0][:40]!r}", raw)
    return int(count)


def _word(lines: list[str]) -> str:
    return lines[0].split()[0]


def _number(word: str, raw: str) -> float:
    if not re.fullmatch(r"\d{1,15}(\.\d{1,9})?", word, re.ASCII):
        raise ParseProblem(f"not a number: {word[:40]!r}", raw)
    return float(word)


def _ticks(lines: list[str]) -> tuple[int, int] | None:
    """Return all ticks and the idle ones of a `cpu` line (user nice system idle iowait irq softirq steal …)."""
    words = lines[0].split() if lines else []
    if len(words) < 6 or words[0] != "cpu" or not all(re.fullmatch(r"\d{1,18}", word, re.ASCII) for word in words[1:]):
        return None
    counts = [int(word) for word in words[1:9]]
    return sum(counts), counts[3] + counts[4]


def _busy(samples: list[tuple[int, int] | None]) -> float | None:
    match samples:
        case [(int(all_before), int(idle_before)), (int(all_after), int(idle_after))] if all_after > all_before:
            idle = (idle_after - idle_before) / (all_after - all_before)
            return round(100 * min(1.0, max(0.0, 1 - idle)), 1)
        case _:
            return None
