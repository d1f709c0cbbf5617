"""What a runbook is for, in words: when to use it, when not, its steps, what it needs, what is wrong with its file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from textual.content import Content

from restant_tui.engine.state import RunState
from restant_tui.runbook.catalogue import Entry
from restant_tui.runbook.danger import Lookup, danger_of, inner_steps
from restant_tui.runbook.model import Runbook, Step
from restant_tui.text import clean, duration, parse_duration
from widgets import glyphs
from widgets.layout import outside, sentence, spread, wrapped
from widgets.run_heading import where
from widgets.step_list import position

_PARAGRAPH = 12
_TEMPLATE = re.compile(r"\{\{(.*?)\}\}")


def runbook_lines(
    entry: Entry,
    runbook: Runbook | None,
    width: int,
    standing: Iterable[Content] = (),
    *,
    look: Lookup | None = None,
) -> list[Content]:
    """Return the detail of a runbook; of a broken file, what is wrong with it.

    Args:
        entry: its line in the catalogue.
        runbook: the runbook, None if it cannot be read.
        width: cells of each line.
        standing: whether it is due and can be run, as lines.
        look: finds an included runbook, so that what it does counts for the step that includes it.
    """
    lines: list[Content] = []
    if runbook is None or entry.broken:
        lines.append(Content.styled("This file cannot be run.", "bold $text-error"))
    if runbook is not None:
        lines += [*_about(runbook, width), *standing]
        lines += [Content(""), Content.styled("Steps", "bold $text-primary"), *_steps(runbook, width, look)]
        lines += _needs(runbook, width)
    if entry.problems:
        lines += [Content(""), Content.styled("Problems of the file", "bold $text-primary")]
        for problem in entry.problems:
            lines += wrapped(_flat(str(problem)), width, indent=2, limit=4)
    return lines


def run_lines(run: RunState, width: int) -> list[Content]:
    """Return the detail of a run that is under way."""
    lines = [sentence([where(run), Content(position(run))])]
    if run.gate is not None:
        lines.append(Content.styled("It waits for you:", "bold $text-warning"))
        lines += wrapped(_flat(run.gate.title), width, indent=2)
    lines += wrapped(f"Started by {run.actor}. Enter goes back to it.", width, "$text-muted")
    return lines


def _about(runbook: Runbook, width: int) -> Iterator[Content]:
    yield from wrapped(_flat(runbook.when_to_use), width, limit=_PARAGRAPH)
    if runbook.not_when:
        yield from wrapped(f"Not when: {_flat(runbook.not_when)}", width, "$text-warning", limit=_PARAGRAPH)
    usual = duration(parse_duration(runbook.estimate.typical))
    most = duration(parse_duration(runbook.estimate.max))
    yield Content.styled(f"Usually {usual}, at most {most}.", "$text-muted")


def _steps(runbook: Runbook, width: int, look: Lookup | None) -> Iterator[Content]:
    for number, step in enumerate(runbook.steps, start=1):
        yield from _step(step, f"{number:>2} ", width, 0, look)
    for step in runbook.finally_:
        yield from _step(step, "at the end: ", width, 0, look)


def _step(step: Step, head: str, width: int, depth: int, look: Lookup | None) -> Iterator[Content]:
    danger = danger_of(step, look)
    word = Content.styled("" if danger.rank == 0 else danger.value, glyphs.danger_style(danger))
    left = Content("  " * depth) + Content.styled(head, "$text-muted") + _title(step.title)
    yield spread(left, word, width)
    for inner in inner_steps(step):
        yield from _step(inner, "   ", width, depth + 1, look)


def _title(written: str) -> Content:
    """Return a title with what is filled in later in a quiet `<…>`, not in the braces of the file."""
    title, filled = outside(written), Content("")
    at = 0
    for found in _TEMPLATE.finditer(title.plain):
        later = Content.styled(f"<{found[1].strip()}>", "$text-muted")
        filled += title[at : found.start()] + later
        at = found.end()
    return filled + title[at:]


def _needs(runbook: Runbook, width: int) -> Iterator[Content]:
    needs = runbook.requires
    found = [f"Dokku {needs.dokku}" if needs.dokku else "", *(f"plugin {name}" for name in needs.plugins),
             *(f"{name} on this machine" for name in needs.local), *needs.verbs]  # fmt: skip
    words = ", ".join(filter(None, found))
    if words:
        yield Content("")
        yield Content.styled("Needs", "bold $text-primary")
        yield from wrapped(words, width, indent=2)
    if runbook.document:
        yield from wrapped(f"Carries out: {_flat(runbook.document)}", width, "$text-muted")
    yield from wrapped(f"Kept by {_flat(runbook.owner)}, reviewed {runbook.reviewed}.", width, "$text-muted")


def _flat(text: str) -> str:
    return " ".join(clean(text).split())
