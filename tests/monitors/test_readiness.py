from __future__ import annotations

import pytest

from restant_tui.config.model import Danger, Identity, Target
from restant_tui.dokku.readiness import State
from restant_tui.monitors.readiness import needs, readiness
from restant_tui.runbook.catalogue import shipped
from restant_tui.runbook.loader import load, load_text, read
from restant_tui.runbook.model import Runbook
from tests.support.capabilities import known

HEAD = """\
format: 1
id: {id}
title: Try it
category: daily
when_to_use: In tests.
owner: ops
reviewed: 2026-03-01
estimate: {{typical: 1m}}
steps:
{steps}
"""
STEPS = """\
  - {id: one, title: One, kind: run, danger: read, argv: [mysql:list]}
  - {id: two, title: Two, kind: run, danger: read, target: local, argv: [npm, audit]}
  - id: three
    title: Three
    kind: run
    danger: change
    argv: ["@deploy.freeze", shop]
    timeout: 1m
    undo:
      says: Thaw it.
      steps:
        - {id: four, title: Four, kind: run, danger: change, argv: ["@deploy.thaw", shop], timeout: 1m,
           undo: {none_because: it is the undo}}
  - {id: five, title: Five, kind: run, danger: read, target: admin, argv: [uptime]}
  - {id: six, title: Six, kind: run, danger: read, argv: ["{{ anything }}", x]}
"""


def made(steps: str, id: str = "try-it") -> Runbook:  # noqa: A002 - it is what the format calls it
    return load_text(HEAD.format(id=id, steps=steps), "try.yaml").runbook


def test_what_a_runbook_needs_is_read_from_its_steps() -> None:
    needed = needs(made(STEPS))
    assert needed.verbs == {"deploy.freeze", "deploy.thaw"}
    assert needed.commands == {"mysql:list"}
    assert needed.local == {"npm"}
    assert needed.targets == {Target.DOKKU: Danger.READ, Target.LOCAL: Danger.READ, Target.ADMIN: Danger.READ}


def test_the_verdict_follows() -> None:
    runbook = made(STEPS)
    assert readiness(runbook, known()).state is State.READY
    no_admin = readiness(runbook, known(identities=(Identity.DOKKU,)))
    assert no_admin.state is State.CANNOT_RUN


def test_included_runbooks_count_and_circles_end() -> None:
    inner = made("  - {id: one, title: One, kind: run, danger: read, argv: ['@host.figures']}\n", "inner")
    circle = made("  - {id: go, title: Go, kind: include, runbook: inner}\n", "outer")
    books = {"inner": inner, "outer": circle}
    assert needs(circle).verbs == frozenset()
    assert needs(circle, books.get).verbs == {"host.figures"}
    loop = made("  - {id: go, title: Go, kind: include, runbook: loop}\n", "loop")
    assert needs(loop, {"loop": loop}.get).verbs == frozenset()


def test_every_shipped_runbook_can_run_on_a_host_that_has_everything() -> None:
    everything = known(plugins={"maintenance": "0.10.1"})
    for path in sorted(shipped().rglob("*.yaml")):
        loaded = read(path).loaded
        if loaded is not None:
            verdict = readiness(loaded.runbook, everything)
            assert verdict.state is not State.CANNOT_RUN, (path.name, verdict.reasons)


@pytest.mark.parametrize("identities", [(), (Identity.ADMIN,)])
def test_without_the_dokku_identity_an_emergency_rollback_cannot_run(identities: tuple[Identity, ...]) -> None:
    runbook = load(shipped() / "rollback" / "rollback-emergency.yaml").runbook
    verdict = readiness(runbook, known(identities=identities))
    assert verdict.state is State.CANNOT_RUN
    assert any("dokku identity" in reason for reason in verdict.reasons)


def test_work_by_hand_needs_ssh_here_and_without_it_the_rest_is_still_carried_out() -> None:
    runbook = made("  - {id: hand, title: Hand, kind: terminal, danger: change, argv: ['mysql:connect', db]}\n")
    assert needs(runbook).commands == {"mysql:connect"}
    assert needs(runbook).targets == {Target.DOKKU: Danger.CHANGE}
    assert readiness(runbook, known()).state is State.READY
    verdict = readiness(runbook, known(local_tools=("git",)))
    assert (verdict.state, verdict.reasons) == (State.DEGRADED, ("the program ssh is not installed here",))
    local = made("  - {id: hand, title: Hand, kind: terminal, danger: change, target: local, argv: [vim]}\n")
    assert (needs(local).terminal, needs(local).local) == (False, frozenset({"vim"}))
