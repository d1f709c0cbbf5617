from __future__ import annotations

import pytest

from restant_tui.config.model import App, Config, Environment, Host, Identity, Login
from restant_tui.monitors.missing import missing, with_runbooks
from restant_tui.runbook.model import Runbook
from tests.monitors.test_readiness import made
from tests.support.capabilities import known


def config(*identities: Identity) -> Config:
    dokku, admin = (Login(user="ops") if identity in identities else None for identity in Identity)
    return Config(
        hosts={"box": Host(address="10.0.0.7", dokku=dokku, admin=admin)},
        apps={"main": App(host="box", environment=Environment.PRODUCTION, url="https://main.example/health")},
    )


def test_a_host_with_both_logins_lacks_nothing() -> None:
    assert missing(config(Identity.DOKKU, Identity.ADMIN)) == ()


@pytest.mark.parametrize(
    ("there", "says"),
    [(Identity.DOKKU, "disk, memory and load of the host"), (Identity.ADMIN, "releases and logs of its apps")],
)
def test_a_missing_login_says_what_is_not_seen_and_how_to_have_it(there: Identity, says: str) -> None:
    (lack,) = missing(config(there))
    said = lack.sentence()
    assert said.startswith(f"box has no {lack.identity} login: ")
    assert says in said
    assert "runbooks that need it cannot be carried out" in said
    assert f"add `{lack.identity}: {{user: " in said


READS = "  - {id: one, title: One, kind: run, danger: read, target: admin, argv: [df]}"
CHANGES = """\
  - {id: one, title: One, kind: run, danger: change, target: admin, argv: [reboot], timeout: 1m,
     undo: {none_because: it is up again by itself}}
"""
ASKS = "  - {id: one, title: One, kind: run, danger: read, argv: [apps:list]}"


def test_the_runbooks_it_makes_a_difference_to_are_counted_and_named() -> None:
    books: dict[str, Runbook] = {
        "reads": made(READS, "reads"), "changes": made(CHANGES, "changes"), "asks": made(ASKS, "asks"),
    }  # fmt: skip
    there = known(identities=(Identity.DOKKU,), admin_tools=None)
    (lack,) = with_runbooks(missing(config(Identity.DOKKU)), books, books.__getitem__, {"box": there})
    assert (lack.cannot, lack.less) == (("changes",), ("reads",))
    said = lack.sentence()
    assert "one runbook (changes) cannot be carried out" in said
    assert "one runbook (reads) leaves something out" in said


def test_where_the_host_is_not_known_no_figure_is_made_up() -> None:
    (lack,) = with_runbooks(missing(config(Identity.DOKKU)), ("asks",), lambda _name: made(ASKS, "asks"), {})
    assert lack.cannot is None
    assert "runbooks that need it cannot be carried out" in lack.sentence()
