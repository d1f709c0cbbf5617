"""No runbook ships without a test of its good way and of a failing one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from restant_tui.cli.main import run
from restant_tui.runbook.catalogue import Catalogue, shipped
from restant_tui.runbook.danger import danger_of, every_step
from restant_tui.runbook.document import markdown
from restant_tui.runbook.model import NoteStep
from tests.runbooks.cases import GOOD, cases, ids
from tests.runbooks.claims import claims, spoken_of

CATALOGUE = Catalogue([shipped()])
WHOLE = tuple(entry.id for entry in CATALOGUE.entries() if not entry.piece)
PIECES = tuple(entry.id for entry in CATALOGUE.entries() if entry.piece)


@pytest.mark.parametrize("runbook", WHOLE)
def test_a_runbook_is_walked_the_good_way_and_a_failing_one(runbook: str) -> None:
    assert runbook in ids(), f"tests/runbooks/answers/{runbook}.yaml is missing"
    found = cases(runbook)

    assert GOOD in found
    assert len(found) >= 2, "a failing branch is to be walked too"
    assert found[GOOD].ends.value in ("ok", "ok-with-warnings")
    assert all(case.ends.value != "ok" or case.steps or case.tells for name, case in found.items() if name != GOOD)


@pytest.mark.parametrize("runbook", WHOLE)
def test_a_runbook_that_changes_something_is_asked_whether_it_did(runbook: str) -> None:
    if danger_of(CATALOGUE.get(runbook).runbook).value == "read":
        return
    assert claims(runbook, GOOD), f"tests/runbooks/claims says nothing about the world after {runbook}"


def test_every_case_belongs_to_a_runbook_and_every_claim_to_a_case() -> None:
    assert [one for one in ids() if one not in CATALOGUE.ids()] == []
    known = {(runbook, name) for runbook in ids() for name in cases(runbook)}
    assert spoken_of() - known == set()


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_is_included_somewhere(piece: str) -> None:
    assert [
        entry.id for entry in CATALOGUE.entries() if f"runbook: {piece}\n" in entry.path.read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize("runbook", CATALOGUE.ids())
def test_a_runbook_becomes_a_document_with_every_step_in_it(runbook: str) -> None:
    loaded = CATALOGUE.get(runbook)
    text = markdown(loaded)

    assert all(f". {_title(step.title)}" in text for step in loaded.runbook.steps)


def _title(title: str) -> str:
    """Return the beginning of a title, up to what Markdown writes otherwise."""
    return re.split(r"[{#*_<>|`\\\[\]]", title)[0].rstrip()


DEAD = re.compile(r"dokku releases|--tail|mysql:backup|gzip|2000m|:connect|dokku config |letsencrypt:enable|@209")


@pytest.mark.parametrize("runbook", CATALOGUE.ids())
def test_what_the_document_says_and_does_not_work_is_explained_where_it_is_replaced(runbook: str) -> None:
    for step in every_step(CATALOGUE.get(runbook).runbook.steps):
        lines = (step.seed,) if isinstance(step.seed, str) else step.seed
        if any(DEAD.search(line) for line in lines):
            assert step.instead, f"{runbook}: {step.id} does not say why {lines} is not run"


@pytest.mark.parametrize("runbook", CATALOGUE.ids())
def test_a_note_carries_nothing_out(runbook: str) -> None:
    notes = [one for one in every_step(CATALOGUE.get(runbook).runbook.steps) if isinstance(one, NoteStep)]

    assert [one.id for one in notes if one.seed] == []


def test_pieces_are_listed_apart(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RESTANT_TUI_HOME", str(tmp_path))
    assert run(["--no-color", "runbooks"]) == 0
    whole, _, pieces = capsys.readouterr().out.partition("PIECES OF OTHERS")

    assert "\n  acknowledge " in pieces
    assert "\n  acknowledge " not in whole
    assert "\n  alert-critical " in whole


@pytest.mark.parametrize("runbook", CATALOGUE.ids())
def test_every_step_says_why_it_is_taken(runbook: str) -> None:
    steps = CATALOGUE.get(runbook).runbook.steps

    assert [one.id for one in steps if not one.why and not isinstance(one, NoteStep)] == []
