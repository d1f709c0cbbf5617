"""Messages of a run through the real notify room: written down first, sent once, and never a reason to fail."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from restant_tui.config.model import Config
from restant_tui.config.people import SlackBot
from restant_tui.engine.run import Run
from restant_tui.engine.runtime import Runtime
from restant_tui.engine.state import Answer, GateKind, Move, RunStatus, StepStatus
from restant_tui.paths import Paths
from restant_tui.text import Redactor
from tests.support.bench import CONFIG, Shelf, asked, book, ended, say
from tests.support.clock import ManualClock
from tests.support.postoffice import Inbox, in_json
from tests.support.webserver import web_server

TOKEN = "xoxb-marker-4711"
TELL = """
- id: tell
  kind: notify
  title: Tell
  channels: ["#incidents"]
  template: emergency
  with: {issue: Orders cannot be paid, impact: Nobody can pay, status: Fixing, eta: soon, updates: every 10 min}
- {id: after, kind: note, title: After, text: T}
"""
WRONG = TELL.replace("impact: Nobody can pay, ", "")
FAILS = "- {id: x, kind: http, title: X, http: {url: 'http://127.0.0.1:1/'}, on_failure: {offer: [escalate]}}"


def configured(url: str) -> Config:
    channels: dict[str, Any] = {"incidents": SlackBot(secret="env:TOKEN", channel="#incidents", api=url)}
    return Config(hosts=CONFIG.hosts, apps=CONFIG.apps, channels=channels)


class Console:
    """A runtime with real channels and a shelf of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        paths = Paths(state=folder / "state", config=folder / "config", data=folder / "data")
        self.shelf = Shelf()
        self.runtime = Runtime.create(
            configured(url), clock=ManualClock(), paths=paths, actor="mira", rng=Random(4),
            environ={"TOKEN": TOKEN, "PATH": "/usr/bin:/bin"}, folder=folder,
        )  # fmt: skip
        engine = self.runtime.engine
        engine.ports = replace(engine.ports, catalogue=self.shelf)

    async def start(self, text: str) -> Run:
        loaded = self.shelf.add(book(text))
        return await self.runtime.engine.start(loaded.runbook.id, {}, by="mira")

    def kinds(self, run: Run) -> list[str]:
        return [entry.kind for entry in self.runtime.journal.entries(run.id)]


def accepting() -> Inbox:
    return Inbox([in_json(200, {"ok": True, "channel": "C1", "ts": "1.1"})])


async def test_a_message_is_previewed_then_sent_and_its_delivery_is_noted(tmp_path: Path) -> None:
    inbox = accepting()
    async with web_server(inbox) as url:
        console = Console(tmp_path, url)
        run = await console.start(TELL)
        gate = await asked(run)
        assert gate.kind is GateKind.MESSAGE
        assert "Orders cannot be paid" in gate.says
        assert inbox.bodies == []
        await say(run)
        state = await ended(run)
        await console.runtime.close()
    assert state.status is RunStatus.OK
    assert len(inbox.bodies) == 1
    assert TOKEN not in (tmp_path / "state" / "journal.sqlite3").read_bytes().decode("latin-1")


async def test_a_refused_message_is_a_warning_that_stays_in_the_outbox_until_it_is_seen(tmp_path: Path) -> None:
    async with web_server(Inbox([in_json(200, {"ok": False, "error": "channel_not_found"})])) as url:
        console = Console(tmp_path, url)
        run = await console.start(TELL)
        await asked(run)
        await say(run)
        state = await ended(run)
        assert "notify.failed" in console.kinds(run)
        assert console.runtime.notifier is not None
        (unseen,) = await console.runtime.notifier.unseen()
        await console.runtime.close()
    assert unseen.channel == "incidents"
    assert state.step("tell").status is StepStatus.WARN
    assert state.status is RunStatus.OK_WITH_WARNINGS


async def test_a_message_that_cannot_be_written_is_a_warning_too(tmp_path: Path) -> None:
    inbox = accepting()
    async with web_server(inbox) as url:
        console = Console(tmp_path, url)
        state = await ended(await console.start(WRONG))
        await console.runtime.close()
    assert "needs `impact`" in state.step("tell").reason
    assert (state.step("tell").status, state.step("after").status) == (StepStatus.WARN, StepStatus.OK)
    assert inbox.bodies == []


async def test_after_a_crash_in_the_middle_of_sending_nothing_is_sent_twice(tmp_path: Path) -> None:
    inbox = accepting()
    async with web_server(inbox) as url:
        console = Console(tmp_path, url)
        run = await console.start(TELL)
        await asked(run)
        emitted, told = run.emit, asyncio.Event()

        async def dies(kind: str, step: str = "", *, actor: str = "", **data: Any) -> None:
            if kind.startswith("notify."):
                told.set()
                await asyncio.Event().wait()
            await emitted(kind, step, actor=actor, **data)

        run.emit = dies  # type: ignore[method-assign] # the console dies between the sending and the note of it
        assert run.state.gate is not None
        run.answer(Answer(gate=run.state.gate.id, move=Move.PROCEED, by="mira"))
        await asyncio.wait_for(told.wait(), 10)
        await run.leave()
        await console.runtime.close()
        assert len(inbox.bodies) == 1
        again = Console(tmp_path, url)
        again.shelf.add(book(TELL))
        resumed = await again.runtime.engine.resume(run.id, by="noor")
        state = await ended(resumed)
        assert state.step("tell").status is StepStatus.OK
        assert "the outbox says it was sent" in state.step("tell").reason
        assert state.status is RunStatus.OK
        await again.runtime.close()
    assert len(inbox.bodies) == 1


async def test_a_call_for_help_goes_to_the_channel_for_incidents(tmp_path: Path) -> None:
    inbox = accepting()
    async with web_server(inbox) as url:
        console = Console(tmp_path, url)
        run = await console.start(FAILS)
        await asked(run)
        await say(run, Move.ESCALATE)
        await asked(run)
        assert "notify.sent" in console.kinds(run)
        await say(run, Move.ABORT)
        await ended(run)
        await console.runtime.close()
    assert "Help is needed" in str(inbox.bodies[0])


def test_secrets_of_the_configuration_are_those_of_the_runs(tmp_path: Path) -> None:
    console = Console(tmp_path, "http://127.0.0.1:9")
    look = console.runtime.engine.ports.secrets
    assert look is not None
    assert look("env:TOKEN") == TOKEN
    assert TOKEN not in console.runtime.redactor.redact(f"it is {TOKEN}")
    assert isinstance(console.runtime.redactor, Redactor)
