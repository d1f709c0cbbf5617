"""Every code of `runbook.lint`, with what it means and an example that earns it.

RB0xx file and YAML, RB1xx the format, RB2xx names and templates, RB3xx safety, RB4xx arguments for Dokku, RB5xx upkeep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from restant_tui.runbook.problems import Severity


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """One code: what it means and a line that earns it. An error keeps the runbook from being run."""

    meaning: str
    example: str
    severity: Severity = Severity.ERROR


def _warning(meaning: str, example: str) -> CodeInfo:
    return CodeInfo(meaning, example, Severity.WARNING)


CODES: Final[Mapping[str, CodeInfo]] = {
    "RB000": CodeInfo("The file cannot be read.", "a folder named x.yaml"),
    "RB001": CodeInfo("The file is too large, too deep or holds too many values.", "[[[[[[[[ …"),
    "RB002": CodeInfo("The file is not UTF-8.", "a file saved as Latin-1"),
    "RB003": CodeInfo("The file is not YAML, is empty, or is not a mapping.", "title: [open"),
    "RB004": CodeInfo("The file holds more than one document.", "--- twice"),
    "RB005": CodeInfo("Anchors, aliases and tags are not part of the format.", "why: &shared text"),
    "RB006": CodeInfo("A key is given twice.", "title: A … title: B"),
    "RB007": CodeInfo("A text hides control or direction characters.", r'title: "\e[31mred"'),
    "RB101": CodeInfo("A key is not known here.", "timout: 30s"),
    "RB102": CodeInfo("A value has the wrong type.", "argv: [logs, app, --num, 200]"),
    "RB103": CodeInfo("A key that must be there is missing.", "a step without title"),
    "RB104": CodeInfo("A value is not one of those allowed.", "danger: mild"),
    "RB105": CodeInfo("A duration is not well formed.", "timeout: 30 seconds"),
    "RB106": CodeInfo("An id, a name or a date is not well formed.", "id: Roll Back"),
    "RB107": CodeInfo("A text is too long, a list is empty, or a number is out of range.", "steps: []"),
    "RB110": CodeInfo("A run step needs exactly one of `argv` and `shell`.", "argv: […] and shell: …"),
    "RB111": CodeInfo("An expectation needs exactly one check.", "- {exit: 0, stdout_matches: ok}"),
    "RB112": CodeInfo("A probe or poll needs exactly one of `argv` and `http`.", "probe: {timeout: 5s}"),
    "RB113": CodeInfo("A step id is used twice in the file.", "id: check, again"),
    "RB114": CodeInfo("A name or item id is given twice.", "two params named app"),
    "RB115": CodeInfo("The step that `goto` names does not exist.", "goto: helathy"),
    "RB116": CodeInfo("The runbook that is named does not exist.", "related: [rollback-emergancy]"),
    "RB117": CodeInfo("A regular expression is not well formed.", "stdout_matches: ("),
    "RB118": CodeInfo("Parts that must go together do not.", "from: regex without a pattern"),
    "RB119": CodeInfo("The check does not fit the step.", "http_status in a run step"),
    "RB120": CodeInfo("The cadence is not a valid RRULE, or its time zone is not known.", "rrule: FREQ=SOMETIMES"),
    "RB121": CodeInfo("The date does not exist.", "reviewed: 2026-02-30"),
    "RB122": CodeInfo("Without `argv` a terminal step opens a login shell, as only admin has.", "target: dokku"),
    "RB123": CodeInfo("A verb takes no terminal.", 'kind: terminal, argv: ["@db.check", db]'),
    "RB201": CodeInfo("A template or expression names something that is not defined there.", "{{ relase.sha }}"),
    "RB202": CodeInfo("A template or expression is not well formed, or reaches beyond data.", "{{ app.__class__ }}"),
    "RB203": _warning("A parameter is never used.", "a param that no step names"),
    "RB204": _warning("A capture is never used.", "a capture that no later step names"),
    "RB205": CodeInfo("The name is taken.", "capture: [{name: run}]"),
    "RB301": CodeInfo("A step that changes something needs a timeout.", "danger: change, no timeout"),
    "RB302": CodeInfo("A step that changes something needs an undo, or the reason why there is none.", "no undo"),
    "RB303": CodeInfo("A destructive step needs a confirmation that is typed, with its phrase.", "style: press"),
    "RB304": CodeInfo("A destructive step must say what it will hit.", "no blast"),
    "RB305": CodeInfo("A destructive step needs a way to find out later whether it happened.", "no reconcile"),
    "RB306": CodeInfo("A shell line needs the reason why it is no argument list.", "shell without shell_because"),
    "RB307": CodeInfo("Only a step that may safely happen twice may be retried by itself.", "retry on a change"),
    "RB308": CodeInfo("Only steps that neither change nor ask may run at the same time.", "a change in parallel"),
    "RB309": CodeInfo("A wait must be able to end, and to ask at least once.", "interval: 5m, timeout: 1m"),
    "RB310": CodeInfo("A captured secret must say that it is one.", "capture: [{name: db_password}]"),
    "RB311": CodeInfo("A secret may not stand in a command, a URL or a shown text.", "argv: [x, '{{ token }}']"),
    "RB312": CodeInfo("The command changes something, but is not marked as a change.", "ps:stop with danger: read"),
    "RB313": CodeInfo("Only a change as admin, with nothing sent to it, can outlive the link.", "a detached read"),
    "RB401": CodeInfo("A newline cannot be sent to Dokku: the command would be cut off.", r'argv: [x, "a\nb"]'),
    "RB402": CodeInfo("Blanks, quotes and empty arguments cannot be sent to git:* commands.", "argv: [git:sync, a b]"),
    "RB403": CodeInfo("The argument never reaches Dokku.", "argv: [logs, app, -n, '5']"),
    "RB404": CodeInfo("`--tail` follows for ever and takes no number.", "argv: [logs, app, --tail, '100']"),
    "RB405": CodeInfo("A command that follows never ends by itself; use a follow step.", "argv: [logs, app, -t]"),
    "RB406": CodeInfo("There is no such verb.", 'argv: ["@release.rolback", app]'),
    "RB407": CodeInfo("There is no shell behind the dokku identity.", "target: dokku, shell: …"),
    "RB501": _warning("A checklist has more than nine items.", "ten items in a manual step"),
    "RB502": CodeInfo("An item that must never be missed needs evidence.", "killer: true, evidence: none"),
    "RB503": _warning("The runbook should have been reviewed by now.", "reviewed: 2020-01-01"),
    "RB504": _warning("A name is written out where a parameter holds it.", "argv: [logs, restant-main]"),
    "RB505": _warning("Nothing leads to this runbook: it has a severity but no triggers.", "severity: critical"),
}  # fmt: skip
"""Code to meaning. The numbers stay as they are; a rule that goes leaves a gap."""
