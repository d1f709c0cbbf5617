from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from restant_tui.errors import UsageProblem
from restant_tui.journal.outbox import OutboxRow
from restant_tui.notify.delivery import Delivery, DeliveryState
from screens.ask import AskScreen
from screens.messages import MessagesScreen
from tests.support.clock import START
from tests.support.console import FakeRuntime, open_console, settle, text
from tests.support.waiting import until

ROW = OutboxRow(
    id=7, op="run-1", channel="incidents", template="emergency", message="{}", queued_at=START - timedelta(minutes=3),
    title="Checkout [/x] fails\x1b[2J", state="failed", detail="channel_not_found: invite the bot to the channel",
)  # fmt: skip
LOST = replace(ROW, id=6, channel="mail-oncall", state="unknown", title="Escalated", detail="no end after 30 s")


class Post:
    """A notifier whose outbox is a list."""

    def __init__(self, *rows: OutboxRow) -> None:
        self.rows = rows
        self.seen: list[tuple[int, str]] = []
        self.sent: list[int] = []
        self.refuses = False

    async def unseen(self) -> tuple[OutboxRow, ...]:
        return self.rows

    async def see(self, message: int, by: str) -> None:
        if self.refuses:
            raise UsageProblem("message 7 is sent: there is nothing about it to be seen yet")
        self.seen.append((message, by))
        self.rows = tuple(row for row in self.rows if row.id != message)

    async def resend(self, message: int) -> Delivery:
        self.sent.append(message)
        self.rows = tuple(row for row in self.rows if row.id != message)
        return Delivery(DeliveryState.SENT, channel="incidents", message=message)


@asynccontextmanager
async def console(*rows: OutboxRow, size: tuple[int, int] = (120, 40)) -> AsyncIterator[tuple[Pilot[None], Post]]:
    runtime = FakeRuntime()
    post = runtime.notifier = Post(*rows)
    runtime.outage()
    async with open_console(runtime, size) as pilot:
        app: Any = pilot.app
        await until(lambda: app.undelivered == rows, what="the messages")
        await settle(pilot)
        yield pilot, post


async def opened(pilot: Pilot[None]) -> None:
    await pilot.press("m")
    await until(lambda: isinstance(pilot.app.screen, MessagesScreen), what="the messages' screen")
    await settle(pilot)


@pytest.mark.parametrize(("size", "said"), [((120, 40), "! 2 messages not delivered"), ((80, 24), "! 2 not delivered")])
async def test_every_screen_says_how_many_messages_reached_nobody(size: tuple[int, int], said: str) -> None:
    async with console(ROW, LOST, size=size) as (pilot, _):
        assert said in text(pilot.app).splitlines()[0]


async def test_with_nothing_undelivered_nothing_is_said_and_the_key_explains_itself() -> None:
    async with console() as (pilot, _):
        assert "not delivered" not in text(pilot.app)
        await pilot.press("m")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, MessagesScreen)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_list_says_what_became_of_each_and_why(size: tuple[int, int]) -> None:
    async with console(ROW, LOST, size=size) as (pilot, _):
        await opened(pilot)
        said = text(pilot.app)
        assert "x failed" in said
        assert "Checkout [/x] fails" in said
        assert "channel_not_found: invite the bot to the channel" in said
        assert "? unknown" in said
        assert "3 min ago" in said


async def test_one_that_was_seen_is_gone_and_the_journal_knows_by_whom() -> None:
    async with console(ROW, LOST) as (pilot, post):
        await opened(pilot)
        await pilot.press("s")
        await until(lambda: len(post.rows) == 1, what="the first to be gone")
        await settle(pilot)
        assert post.seen == [(7, "dev")]
        assert "! 1 message not delivered" in text(pilot.app)
        await pilot.press("s")
        await until(lambda: not post.rows, what="both to be gone")
        await settle(pilot)
        assert "every message was delivered" in text(pilot.app)


async def test_one_whose_fate_is_unknown_is_sent_again_only_after_a_question_that_says_so() -> None:
    async with console(LOST) as (pilot, post):
        await opened(pilot)
        await pilot.press("t")
        await until(lambda: isinstance(pilot.app.screen, AskScreen), what="the question")
        await settle(pilot)
        assert "Nobody knows whether it arrived" in text(pilot.app)
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, MessagesScreen), what="no to be taken")
        assert post.sent == []


async def test_a_yes_sends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screens.ask.GRACE_SECONDS", 0.0)
    async with console(ROW) as (pilot, post):
        await opened(pilot)
        await pilot.press("t")
        await until(lambda: isinstance(pilot.app.screen, AskScreen), what="the question")
        await pilot.press("y")
        await until(lambda: post.sent == [7], what="it to be sent")


async def test_a_refusal_is_one_sentence_and_nothing_breaks() -> None:
    async with console(ROW) as (pilot, post):
        post.refuses = True
        await opened(pilot)
        await pilot.press("s")
        await until(lambda: "nothing about it to be seen" in text(pilot.app), what="the sentence")
        await pilot.press("escape")
        await until(lambda: not isinstance(pilot.app.screen, MessagesScreen), what="the dashboard")
