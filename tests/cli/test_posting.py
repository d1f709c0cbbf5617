from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from restant_tui.cli import posting
from restant_tui.cli.posting import delivering
from restant_tui.config.people import SlackWebhook
from restant_tui.notify.outbox import Patience
from tests.support.postoffice import EMERGENCY, Inbox, PostOffice
from tests.support.waiting import until
from tests.support.webserver import response, web_server

HOOK = SlackWebhook(secret="env:TOKEN")


async def test_what_waits_for_another_try_is_sent_while_a_run_is_walked(tmp_path: Path) -> None:
    inbox = Inbox([response(500, b"later"), response(200, b"ok")])
    async with web_server(inbox) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x", patience=Patience(here=0))
        [delivery] = await office.notifier.send(["one"], "emergency", EMERGENCY)
        assert not delivery.delivered
        office.clock.advance(timedelta(minutes=10).total_seconds())
        runtime: Any = SimpleNamespace(notifier=office.notifier)
        async with delivering(runtime):
            await until(lambda: office.journal.outbox.newest()[0].state == "sent", what="the message")
        await office.close()
    assert len(inbox.lines) == 2


async def test_what_is_being_sent_at_the_end_may_finish() -> None:
    started, finish = asyncio.Event(), asyncio.Event()
    done: list[str] = []

    class Slow:
        async def deliver_due(self) -> None:
            started.set()
            await finish.wait()
            done.append("sent")

    runtime: Any = SimpleNamespace(notifier=Slow())
    async with delivering(runtime):
        await started.wait()
        asyncio.get_running_loop().call_later(0.05, finish.set)
    assert done == ["sent"]


async def test_what_never_ends_is_let_go_of(monkeypatch: Any) -> None:
    monkeypatch.setattr(posting, "LAST", 0.01)
    started = asyncio.Event()

    class Stuck:
        async def deliver_due(self) -> None:
            started.set()
            await asyncio.Event().wait()

    runtime: Any = SimpleNamespace(notifier=Stuck())
    async with asyncio.timeout(5), delivering(runtime):
        await started.wait()


async def test_without_channels_nothing_is_started() -> None:
    runtime: Any = SimpleNamespace(notifier=None)
    before = len(asyncio.all_tasks())
    async with delivering(runtime):
        assert len(asyncio.all_tasks()) == before
