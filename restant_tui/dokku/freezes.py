"""What the scripts that freeze and thaw an app's deploys answer."""

from __future__ import annotations

from dataclasses import dataclass

from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.shapes import moment, whole_lines
from restant_tui.text import one_line

_STATES = frozenset({"frozen", "already", "thawed", "taken", "ended", "none"})


@dataclass(frozen=True, slots=True)
class Freeze:
    """A freeze, or what became of one; `by` and `since` (as the host wrote it, UTC) are empty where there was none."""

    state: str
    by: str
    since: str

    @property
    def told(self) -> str:
        """Who froze and since when, in words."""
        return f"by {self.by} since {self.since}"


def parse_freeze(text: str) -> Freeze:
    """Return the one line `scripts.FREEZE` or `scripts.THAW` printed; raises ParseProblem."""
    lines = [line for line in whole_lines(text) if line]
    fields = lines[0].split("\t") if len(lines) == 1 else []
    # Trailing empty fields go with the blanks at the end of a line.
    state, by, since, _pid = (*fields, "", "", "", "")[:4]
    if state not in _STATES or len(fields) > 4:
        raise ParseProblem("the host did not say whether deploys are frozen", text)
    if state != "none":
        moment(since, text)
    return Freeze(state, one_line(by, 80), since)
