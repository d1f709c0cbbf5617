from __future__ import annotations

import pytest

from restant_tui.config.model import Danger, Identity, Target
from restant_tui.dokku.capabilities import Capabilities
from restant_tui.dokku.readiness import Needed, Readiness, State, judge, satisfies
from restant_tui.dokku.verbs import VERBS
from restant_tui.runbook.parts import Requires
from tests.support.capabilities import known
from tests.support.clock import START

READ_DOKKU = {Target.DOKKU: Danger.READ}


def verdict(needed: Needed, found: Capabilities, requires: Requires | None = None) -> Readiness:
    return judge(requires or Requires(), needed, found)


def test_a_host_that_has_everything_is_ready_for_every_verb() -> None:
    needed = Needed(verbs=frozenset(VERBS), targets=dict.fromkeys(Target, Danger.DESTRUCTIVE))
    assert verdict(needed, known()) == Readiness(State.READY)


def test_without_the_identity_of_its_steps_it_cannot_run() -> None:
    result = verdict(Needed(targets=READ_DOKKU), known(identities=(Identity.ADMIN,)))
    assert result.state is State.CANNOT_RUN
    assert result.reasons == ("the dokku identity is not configured for box, or did not answer",)


def test_reads_of_the_admin_may_be_left_out_changes_may_not() -> None:
    found = known(identities=(Identity.DOKKU,))
    reads = verdict(Needed(targets={**READ_DOKKU, Target.ADMIN: Danger.READ}), found)
    assert reads.state is State.DEGRADED
    assert reads.substitutes == (("what the admin identity reads", "those steps are skipped, with a reason"),)
    assert verdict(Needed(targets={Target.ADMIN: Danger.CHANGE}), found).state is State.CANNOT_RUN


def test_a_verb_says_what_it_does_where_something_is_missing() -> None:
    found = known(identities=(Identity.DOKKU,), version=(0, 37, 2))
    result = verdict(Needed(verbs=frozenset({"release.list"}), targets=READ_DOKKU), found)
    assert result.state is State.DEGRADED
    assert "@release.list finds no Dokku 0.38.0 or newer on box" in result.reasons
    assert {wanted for wanted, _ in result.substitutes} == {"@release.list"}
    assert len(result.substitutes) == 2


@pytest.mark.parametrize(
    ("verb", "found", "says"),
    [
        ("release.rollback", known(version=(0, 22, 9)), "finds no Dokku 0.23.0 or newer"),
        ("deploy.freeze", known(admin_tools=("setsid", "sudo-dokku")), "finds no program flock"),
        ("deploy.freeze", known(admin_tools=("setsid", "flock")), "finds no right to act as the user dokku"),
        ("deploy.thaw", known(identities=(Identity.DOKKU,)), "the admin identity is not configured"),
        ("host.figures", known(identities=()), "the admin identity is not configured"),
        ("db.drop", known(), "there is no verb @db.drop"),
    ],
)
def test_what_a_verb_cannot_do_without_stops_it(verb: str, found: Capabilities, says: str) -> None:
    result = verdict(Needed(verbs=frozenset({verb})), found)
    if verb == "host.figures":
        assert result.state is State.DEGRADED
    else:
        assert result.state is State.CANNOT_RUN
    assert any(says in reason for reason in result.reasons)


def test_either_of_two_plugins_is_enough() -> None:
    needed = Needed(verbs=frozenset({"db.check"}))
    one, none = (
        Capabilities(host="box", observed_at=START, identities=(Identity.DOKKU,), plugins={name: "1"})
        for name in ("redis", "apps")
    )
    assert verdict(needed, one).state is State.READY
    assert verdict(needed, none).state is State.CANNOT_RUN


def test_commands_of_plugins_need_their_plugin() -> None:
    needed = Needed(targets=READ_DOKKU, commands=frozenset({"maintenance:enable", "mysql:list", "apps:list"}))
    assert verdict(needed, known()).reasons == ("box has no plugin maintenance",)
    assert verdict(needed, known(plugins={"maintenance": "0.10"})).state is State.READY
    old = verdict(Needed(targets=READ_DOKKU, commands=frozenset({"builds:list"})), known(version=(0, 37, 0)))
    assert old.reasons == ("builds:list needs Dokku 0.38.0 or newer",)


def test_programs_here_are_looked_for() -> None:
    needed = Needed(local=frozenset({"git"}))
    assert verdict(needed, known()).state is State.READY
    assert verdict(needed, known(local_tools=())).reasons == ("the program git is not installed here",)
    unsure = verdict(Needed(local=frozenset({"gh"})), known())
    assert unsure.state is State.DEGRADED
    assert "was not looked for" in unsure.reasons[0]


def test_a_sudo_that_asks_for_a_password_is_said_before_it_is_needed() -> None:
    assert verdict(Needed(root=True), known()).state is State.READY
    asking = verdict(Needed(root=True), known(admin_tools=("git",)))
    assert asking.state is State.DEGRADED
    assert "sudo asks the admin of box for a password" in asking.reasons[0]
    assert verdict(Needed(), known(admin_tools=("git",))).state is State.READY
    assert verdict(Needed(root=True), known(admin_tools=None)).state is State.READY


def test_what_the_runbook_itself_asks_for_only_adds() -> None:
    requires = Requires(dokku=">=0.39", plugins=("postgres",), local=("npm",), verbs=("@deploy.freeze",))
    result = verdict(Needed(), known(local_tools=("git",), admin_tools=("setsid", "sudo-dokku")), requires)
    assert result.state is State.CANNOT_RUN
    assert set(result.reasons) == {
        "box has Dokku 0.38.27; >=0.39 is wanted",
        "box has no plugin postgres",
        "the program npm is not installed here",
        "@deploy.freeze finds no program flock on box",
    }


def test_what_is_not_known_is_neither_there_nor_missing() -> None:
    needed = Needed(verbs=frozenset({"deploy.freeze", "db.dump", "release.list"}), commands=frozenset({"mysql:list"}))
    found = known(version=None, no_plugins=True, admin_tools=None)
    result = verdict(needed, found, Requires(dokku=">=0.38"))
    assert result.state is State.DEGRADED
    assert all("not known" in reason for reason in result.reasons)


@pytest.mark.parametrize(
    ("wanted", "met"),
    [
        (">=0.38", True), (">=0.38.27", True), (">=0.38.28", False), ("0.30", True), (">= 0.38 , <1", True),
        ("<0.38", False), ("<=0.38", True), ("==0.38", True), ("=0.37", False), (">0.38", False), (">0.37", True),
        ("~0.38", None), ("new", None), ("", None), (">=0.38,x", None),
    ],
)  # fmt: skip
def test_wanted_versions_are_understood_or_said_not_to_be(wanted: str, met: bool | None) -> None:
    assert satisfies((0, 38, 27), wanted) is met


def test_a_wanted_version_that_is_not_understood_is_said() -> None:
    result = verdict(Needed(), known(), Requires(dokku="~0.38"))
    assert result.state is State.DEGRADED
    assert "write it like >=0.38" in result.reasons[0]
