"""The messages of the runbooks through real channels: what is sent arrives, and every channel that is named exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from restant_tui.config.secrets import Secrets
from restant_tui.engine.ports import Delivery
from restant_tui.engine.runtime import Runtime
from restant_tui.engine.state import RunStatus
from restant_tui.notify.notifier import Notifier
from restant_tui.notify.senders import Means
from restant_tui.notify.templates import TEMPLATES
from restant_tui.paths import Paths
from restant_tui.practice.description import SECRETS, channels
from restant_tui.practice.host import PracticeHost
from restant_tui.runbook.catalogue import Catalogue, shipped
from restant_tui.runbook.danger import every_step
from restant_tui.runbook.model import NotifyStep
from tests.runbooks.cases import Case, Reply
from tests.runbooks.person import NAME, Person
from tests.support.leaping import LeapingClock
from tests.support.practicehost import SPEED, make

CATALOGUE = Catalogue([shipped()])


class KeptSecrets:
    """A keyring that holds what the practice host takes."""

    def get_password(self, service: str, username: str) -> str | None:
        return SECRETS.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@dataclass(slots=True)
class Late:
    """A notifier that is there once the runtime, whose journal it writes to, has been made."""

    notifier: Notifier | None = None

    def preview(self, channels: Sequence[str], template: str, values: Mapping[str, object]) -> str:
        assert self.notifier is not None
        return self.notifier.preview(channels, template, values)

    async def send(
        self, channels: Sequence[str], template: str, values: Mapping[str, object], *, op: str = ""
    ) -> tuple[Delivery, ...]:
        assert self.notifier is not None
        found = await self.notifier.send(channels, template, values)
        return tuple(Delivery(one.channel, one.delivered, one.detail) for one in found)


@pytest.fixture
def host(tmp_path: Path) -> PracticeHost:
    return make(tmp_path / "host", calm=True)


@pytest.mark.parametrize("name", CATALOGUE.ids())
def test_every_channel_and_template_that_a_runbook_names_exists(name: str) -> None:
    known = set(channels({"desk": 1, "mail": 2}))
    runbook = CATALOGUE.get(name).runbook
    for step in every_step((*runbook.steps, *runbook.finally_)):
        if isinstance(step, NotifyStep):
            assert {one.removeprefix("#") for one in step.channels} <= known, step.id
            assert step.template in TEMPLATES, step.id


async def test_an_emergency_reaches_chat_mail_and_the_status_page(host: PracticeHost, tmp_path: Path) -> None:
    params = {"issue": "Orders cannot be paid", "impact": "Nobody can pay"}
    words = {"stage": "Resolved", "text": "Payments work again."}
    case = Case(
        ends=RunStatus.OK,
        answers={
            "customers": Reply(target="They do - put it on the status page"),
            "customers/page/updates[0]/words": Reply(values=words),
        },
        seen={"customers/page/seen": "https://status.example.org/incidents/1"},
    )
    async with host:
        runtime = real(host, tmp_path)
        try:
            run = await runtime.engine.start("notify-emergency", params, by=NAME)
            person = Person(case)
            state = await person.attend(run, runtime.arming)
            assert state.status is RunStatus.OK, [state.reason, *person.unforeseen]
        finally:
            await runtime.close()
    received = host.world.received
    assert [len(received.on("slack", room)) for room in ("#incidents", "#alerts", "#deployments")] == [1, 1, 0]
    assert {one.target.partition("@")[0] for one in received.on("mail")} == {"oncall", "alerts"}
    assert all("Orders cannot be paid" in one.body for one in received.on("slack"))
    (page,) = received.on("statuspage")
    assert "Payments work again." in page.text


def real(host: PracticeHost, folder: Path) -> Runtime:
    """Return a runtime whose messages go out through the practice host's own channels."""
    paths = Paths(state=folder / "state", config=folder / "config", data=folder / "data")
    clock, config, late = LeapingClock(SPEED), host.config(), Late()
    runtime = Runtime.create(
        config, clock=clock, paths=paths, actor=NAME, rng=Random(4), environ={}, folder=folder, notifier=late
    )
    secrets = Secrets({}, runtime.redactor, names=folder / "names", keyring=KeptSecrets)
    late.notifier = Notifier(
        config, runtime.journal.outbox, secrets, Means.usual({}, folder), clock=clock, rng=Random(5),
        redactor=runtime.redactor,
    )  # fmt: skip
    return runtime
