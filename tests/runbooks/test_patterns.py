"""What the runbooks search for in long answers: found, not found, and in no time."""

from __future__ import annotations

import re
import time

import pytest

from restant_tui.runbook.catalogue import Catalogue, shipped
from restant_tui.runbook.model import RunStep

CATALOGUE = Catalogue([shipped()])
QUIET = '10.0.1.7 - - [23/Nov/2026:03:00:00 +0000] "GET /menu HTTP/1.1" 200 1802 "-" "RestantTill/3.2" 0.041'


@pytest.mark.parametrize(
    ("step", "line", "most"),
    [
        ("logins", "[2026-11-23 03:00:00] production.WARNING: Authentication failed {}", 19),
        ("machine", "Nov 23 03:00:00 practice sshd[4000]: Failed password for root from 203.0.113.77", 49),
    ],
)
def test_failed_logins_are_counted_in_a_whole_log_at_once(step: str, line: str, most: int) -> None:
    found = next(one for one in CATALOGUE.get("security-daily").runbook.steps if one.id == step)
    assert isinstance(found, RunStep)
    pattern = next(one.stdout_not_matches for one in found.expect if one.stdout_not_matches)
    quiet = [QUIET] * (5000 // most)

    began = time.process_time()
    assert re.search(pattern, "\n".join([*quiet, line] * most)) is None
    assert re.search(pattern, "\n".join([*quiet, line] * (most + 1))) is not None
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("use", "warned"), [("57%", False), ("84%", False), ("85%", True), ("97%", True), ("100%", True)]
)
def test_a_disk_that_fills_up_is_seen(use: str, warned: bool) -> None:
    (now,) = CATALOGUE.get("snapshot-before").runbook.steps
    disk = next(one for one in getattr(now, "steps", ()) if one.id == "disk")
    assert isinstance(disk, RunStep)
    pattern = disk.expect[0].stdout_not_matches
    assert pattern is not None
    answer = (
        "Filesystem     1024-blocks     Used Available Capacity Mounted on\n"
        f"/dev/vda1         41152812 23412300  17740512     {use} /\n"
    )

    assert (re.search(pattern, answer) is not None) is warned
