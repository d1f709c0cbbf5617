from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from restant_tui.config.model import Danger, Target
from restant_tui.dokku.verbs import VERBS
from tests.support.data_service import DUMP
from tests.support.verbs import perform

SCAN = VERBS["db.scan"]


async def test_it_tells_what_a_dump_holds_without_any_host(tmp_path: Path) -> None:
    path = tmp_path / "shop.sql.gz"
    path.write_bytes(gzip.compress(b"USE till;\n" + DUMP))
    outcome, shown = await perform("db.scan", [str(path)])
    told = json.loads(outcome.stdout)
    assert outcome.succeeded
    assert json.loads(shown) == told
    assert (told["completed"], told["gzip"], told["databases_named"]) == (True, True, ["till"])
    assert set(told) >= {"bytes", "sha256", "age_s", "definers", "tables"}


async def test_a_cut_dump_is_told_as_such_not_refused(tmp_path: Path) -> None:
    path = tmp_path / "shop.sql"
    path.write_bytes(DUMP[:100])
    outcome, _ = await perform("db.scan", [str(path)])
    assert outcome.succeeded
    assert json.loads(outcome.stdout)["completed"] is False


async def test_what_cannot_be_read_is_a_failure_in_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.sql", tmp_path):
        outcome, shown = await perform("db.scan", [str(path)])
        assert outcome.exit_status == 1
        assert shown.startswith(f"restant: {path}")


@pytest.mark.parametrize("args", [[], ["a", "b"], [""], ["~/a"], ["a/"], ["a\n"], ["\x9b2J"]])
async def test_arguments_that_do_not_fit_are_refused(args: list[str]) -> None:
    outcome, _ = await perform("db.scan", args)
    assert not outcome.sent
    assert outcome.reason.startswith("@db.scan")


def test_it_is_a_read_of_this_machine() -> None:
    assert (SCAN.danger, SCAN.target) == (Danger.READ, Target.LOCAL)
    assert [(call.target, call.argv) for call in SCAN.explain(["a.sql"])] == [(Target.LOCAL, ("scan", "a.sql"))]
