"""What every runbook sends, byte for byte, against the golden file that a reviewer reads."""

from __future__ import annotations

from difflib import unified_diff

import pytest

from tests.live.command_lines import CONTACT, GOLDEN, HEADER, contact, golden, listed
from tests.runbooks.cases import ids
from tests.support.gateway import CLIENT
from tests.support.sshd import PROGRAM

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(PROGRAM is None or CLIENT is None, reason="OpenSSH's sshd and ssh are not both installed"),
]


def differences(name: str, seen: str) -> str:
    """Return how a section differs from the golden one; nothing if it does not."""
    kept = golden().get(name, "")
    lines = unified_diff(kept.splitlines(), seen.splitlines(), GOLDEN.name, "as received now", lineterm="")
    told = "\n".join(lines)
    return f"{told}\nIf that is meant: python -m tests.live.command_lines {name}" if told else ""


@pytest.mark.parametrize("runbook", ids())
async def test_the_command_lines_of_a_runbook_are_those_a_reviewer_has_read(runbook: str) -> None:
    told = differences(runbook, await listed(runbook))
    assert not told, told


async def test_what_a_host_is_asked_on_first_contact_is_what_a_reviewer_has_read() -> None:
    told = differences(CONTACT, await contact())
    assert not told, told


def test_the_golden_file_lists_every_runbook_and_no_other() -> None:
    assert GOLDEN.read_text(encoding="utf-8").startswith(HEADER)
    assert list(golden()) == [CONTACT, *ids()]
