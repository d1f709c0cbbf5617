from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from restant_tui.config.people import SlackWebhook
from restant_tui.errors import UsageProblem
from restant_tui.notify.delivery import DeliveryState
from restant_tui.notify.outbox import Patience
from tests.support.journals import open_journal
from tests.support.postoffice import DEPLOYED, EMERGENCY, Inbox, PostOffice
from tests.support.waiting import until
from tests.support.webserver import response, web_server

OK = response(200, b"ok")
HOOK = SlackWebhook(secret="env:TOKEN")


async def test_the_row_is_on_disk_before_the_request_leaves(tmp_path: Path) -> None:
    seen: list[str] = []

    async def look(head: bytes, body: bytes) -> bytes:
        with open_journal(tmp_path) as beside:
            seen.extend(row.state for row in beside.outbox.newest())
        return OK

    async with web_server(look) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x")
        [delivery] = await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
        assert office.journal.outbox.get(delivery.message).state == "sent"
        await office.close()
    assert seen == ["sending"]


async def test_the_same_operation_is_sent_once(tmp_path: Path) -> None:
    inbox = Inbox([OK])
    async with web_server(inbox) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x")
        first = await office.notifier.send(["one"], "deployment-ok", DEPLOYED, op="run/3")
        again = await office.notifier.send(["one"], "deployment-ok", DEPLOYED, op="run/3")
        await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
        await office.close()
    assert first == again
    assert len(inbox.bodies) == 2


async def test_an_unknown_message_is_sent_again_only_by_a_person(tmp_path: Path) -> None:
    inbox = Inbox([b"", OK])
    async with web_server(inbox) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x")
        [delivery] = await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
        office.clock.advance(10_000)
        assert await office.notifier.deliver_due() == ()
        assert len(inbox.bodies) == 1
        again = await office.notifier.resend(delivery.message)
        with pytest.raises(UsageProblem, match="is sent: only a failed or unknown one"):
            await office.notifier.resend(delivery.message)
        await office.close()
    assert again.state is DeliveryState.SENT


async def test_later_tries_go_on_where_sending_gave_up_waiting(tmp_path: Path) -> None:
    inbox = Inbox([response(429, Retry_After="120"), OK])
    async with web_server(inbox) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x")
        [delivery] = await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
        assert delivery.state is DeliveryState.RETRY
        assert await office.notifier.deliver_due() == ()
        office.clock.advance(121)
        [later] = await office.notifier.deliver_due()
        await office.close()
    assert later.state is DeliveryState.SENT
    assert office.clock.waits == []


async def test_tries_come_to_an_end(tmp_path: Path) -> None:
    patience = Patience(tries=3, here=1000)
    async with web_server(inbox := Inbox([response(503)])) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x", patience=patience)
        [delivery] = await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
        await office.close()
    assert delivery.state is DeliveryState.FAILED
    assert delivery.detail == "Slack has trouble of its own (503); given up after 3 tries"
    assert len(inbox.bodies) == 3


async def test_a_message_that_waited_too_long_is_no_news_any_more(tmp_path: Path) -> None:
    async with web_server(inbox := Inbox([response(429, Retry_After="60"), OK])) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x")
        await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
        office.clock.advance(2 * 3600)
        [late] = await office.notifier.deliver_due()
        [asked] = await office.notifier.send(["one"], "emergency", EMERGENCY)
        await office.close()
    assert late.state is DeliveryState.FAILED
    assert late.detail == "not sent within 1 h: it is no news any more"
    assert asked.state is DeliveryState.SENT
    assert len(inbox.bodies) == 2


async def test_being_asked_to_wait_for_days_is_a_failure_now(tmp_path: Path) -> None:
    async with web_server(inbox := Inbox([response(429, Retry_After="172800")])) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x")
        [delivery] = await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
        await office.close()
    assert delivery.state is DeliveryState.FAILED
    assert delivery.detail.endswith("waiting 2 d more would make it no news any more")
    assert len(inbox.bodies) == 1


async def test_no_answer_at_all_is_unknown_after_the_limit(tmp_path: Path) -> None:
    async def never(head: bytes, body: bytes) -> bytes:
        await asyncio.Event().wait()
        return b""

    async with web_server(never) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x", patience=Patience(limit=0.3))
        [slow] = await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
        await office.close()
        impatient = PostOffice(tmp_path / "two", {"one": HOOK}, token=f"{address}/x", answer=0.2)
        [unread] = await impatient.notifier.send(["one"], "deployment-ok", DEPLOYED)
        await impatient.close()
    assert (slow.state, unread.state) == (DeliveryState.UNKNOWN, DeliveryState.UNKNOWN)
    assert "did not answer in time: the message may have arrived" in unread.detail


async def test_stopping_in_the_middle_leaves_unknown_behind(tmp_path: Path) -> None:
    arrived = asyncio.Event()

    async def hold(head: bytes, body: bytes) -> bytes:
        arrived.set()
        await asyncio.Event().wait()
        return b""

    async with web_server(hold) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x")
        task = asyncio.create_task(office.notifier.send(["one"], "deployment-ok", DEPLOYED))
        await until(arrived.is_set, what="the request")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        [row] = await office.notifier.unseen()
        await office.close()
    assert (row.state, row.detail) == ("unknown", "it was stopped while it was sent: it may have arrived")


async def test_what_a_dead_program_left_in_hand_becomes_unknown(tmp_path: Path) -> None:
    async with web_server(inbox := Inbox([response(429, Retry_After="60"), OK])) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x")
        [delivery] = await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
        office.journal.outbox.claim(delivery.message, office.clock.now())
        office.clock.advance(301)
        assert await office.notifier.deliver_due() == ()
        [row] = await office.notifier.unseen()
        await office.close()
    assert row.state == "unknown"
    assert row.detail.startswith("restant-tui ended while this was sent")
    assert len(inbox.bodies) == 1


async def test_two_programs_do_not_send_one_message_twice(tmp_path: Path) -> None:
    async with web_server(inbox := Inbox([response(429, Retry_After="60"), OK])) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x")
        beside = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x")
        await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
        for one in (office, beside):
            one.clock.advance(61)
        await asyncio.gather(office.notifier.deliver_due(), beside.notifier.deliver_due())
        await office.close()
        await beside.close()
    assert len(inbox.bodies) == 2


async def test_a_journal_that_cannot_be_written_is_a_failure_and_nothing_is_sent(tmp_path: Path) -> None:
    async with web_server(inbox := Inbox([OK])) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x")
        office.journal.close()
        [delivery] = await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
        [due] = await office.notifier.deliver_due()
        await office.notifier.close()
    assert (delivery.state, due.state) == (DeliveryState.FAILED, DeliveryState.FAILED)
    assert "the journal" in delivery.detail
    assert inbox.bodies == []
