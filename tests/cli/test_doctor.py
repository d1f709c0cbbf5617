from __future__ import annotations

from dataclasses import replace

import pytest

from restant_tui.cli.checkup import Checkup, Finding, Secret
from restant_tui.cli.doctor import lines, plain
from restant_tui.cli.marks import Marks
from restant_tui.dokku.readiness import Readiness, State
from restant_tui.monitors.outlook import Outlook
from restant_tui.monitors.readings import live
from restant_tui.monitors.snapshots import HostApps
from restant_tui.transport.used import Used
from tests.support import capabilities
from tests.support.clock import START

LINK = Finding(
    link="box/admin", host="box", user="ops", state="live", reached=True, says="a shell, answered in 4 ms",
    seconds=0.004,
)  # fmt: skip


def outlook(state: State = State.READY, *reasons: str, instead: str = "") -> Outlook:
    substitutes = (("@release.list", instead),) if instead else ()
    return Outlook(runbook="rollback", verdicts=(("box", Readiness(state, reasons, substitutes)),))


WELL = Checkup(
    at=START, links=(LINK,), hosts=(capabilities.known(),), keyring="",
    secrets=(Secret(name="slack", used_by=("channel team",)),), runbooks=(outlook(),), broken=(),
)  # fmt: skip
LOST = replace(LINK, state="lost", reached=False, says="box gives no answer: check the network")


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (WELL, 0),
        (replace(WELL, keyring="this machine has no keyring"), 0),
        (replace(WELL, links=(replace(LINK, slow=True),)), 1),
        (replace(WELL, secrets=(Secret(name="slack", used_by=("channel team",), says="not there"),)), 1),
        (replace(WELL, hosts=(replace(capabilities.known(), troubles=("no plugins",)),)), 1),
        (replace(WELL, runbooks=(outlook(State.DEGRADED, "not known"),)), 1),
        (replace(WELL, runbooks=(outlook(State.CANNOT_RUN, "no rsync"),)), 2),
        (replace(WELL, broken=("mine: it has errors",)), 2),
        (replace(WELL, links=(LINK, LOST), runbooks=(outlook(State.CANNOT_RUN, "no rsync"),)), 3),
    ],
)
def test_the_exit_status_is_the_worst_of_everything(found: Checkup, status: int) -> None:
    assert found.exit_status() == status
    assert plain(found)["ok"] is (status == 0)


def text(found: Checkup) -> str:
    return "\n".join(lines(found, Marks(ascii=True)))


def test_it_says_who_answers_how_fast_and_what_is_there() -> None:
    said = text(WELL)
    assert "live    box/admin            as ops        a shell, answered in 4 ms" in said
    assert "Dokku 0.38.27" in said
    assert "letsencrypt 0.25.1, mysql 1.44.3, redis 1.43.0; 1 that come with Dokku" in said
    assert "+ ready       rollback" in said
    assert "slack                for channel team" in said
    assert "keyring can be used" in said


def test_it_says_why_and_what_to_do_where_something_is_not_well() -> None:
    found = replace(
        WELL,
        links=(LOST, replace(LINK, slow=True, says="slow for `true`: look at .bashrc")),
        keyring="the keyring is locked: unlock it",
        secrets=(Secret(name="slack", used_by=("channel team",), says="the keyring is locked"),),
        runbooks=(outlook(State.DEGRADED, "finds no plugin", instead="what git has"),),
        hosts=(capabilities.known(admin_tools=("git",), local_tools=("git",)),),
    )
    said = text(found)
    assert "box gives no answer: check the network" in said
    assert "! slow" in said
    assert "the keyring is locked: unlock it" in said
    assert "x missing slack" in said
    assert "- finds no plugin" in said
    assert "- in the place of @release.list: what git has" in said
    assert "git; not there: flock, setsid" in said


def test_it_says_by_which_key_and_on_which_way() -> None:
    used = Used(address="10.0.0.7", port=22, user="ops", keys=("a", "b"), let_in_by="~/.ssh/ops", jump=("gate",))
    assert "let in by ~/.ssh/ops; through gate" in text(replace(WELL, links=(replace(LINK, used=used),)))
    assert "offered a, b; through gate" in text(replace(WELL, links=(replace(LOST, used=replace(used, let_in_by="")),)))


def test_nothing_reached_is_said_in_each_place() -> None:
    said = text(replace(WELL, links=(LOST,), hosts=(), runbooks=(), secrets=()))
    assert "none was reached" in said
    assert "not known: no host was reached" in said
    assert "nothing refers to one" in said


def test_json_has_the_same_facts_under_stable_keys() -> None:
    found = plain(WELL)
    assert set(found) == {
        "format", "at", "ok", "status", "links", "logins_missing", "hosts", "apps", "local_tools",
        "local_tools_missing", "keyring", "secrets", "runbooks", "broken",
    }  # fmt: skip
    assert found["hosts"][0]["dokku"] == "0.38.27"
    assert found["runbooks"] == [{"id": "rollback", "readiness": "ready", "reasons": []}]
    assert found["secrets"] == [{"name": "slack", "used_by": ("channel team",), "says": ""}]


def test_an_app_of_the_inventory_that_its_host_does_not_have_is_something_missing() -> None:
    seen = live("apps:list", START)
    here = HostApps(host="box", reading=seen, watched=("shop",), others=("blog",), missing=("shopp",))
    found = replace(WELL, apps=(here,))
    assert found.exit_status() == 1
    assert "box                also has blog (not watched)" in text(found)
    assert "x missing: shopp" in text(found)
    assert plain(found)["apps"][0]["missing"] == ["shopp"]
