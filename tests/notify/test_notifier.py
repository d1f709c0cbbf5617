from __future__ import annotations

from pathlib import Path

import pytest

from restant_tui.config.people import Email, SlackBot, SlackWebhook, Statuspage
from restant_tui.errors import UsageProblem
from restant_tui.notify.delivery import Delivery, DeliveryState
from tests.support.postoffice import DEPLOYED, EMERGENCY, MARKER, Inbox, PostOffice
from tests.support.webserver import response, web_server

OK = response(200, b"ok")
HOOK = SlackWebhook(secret="env:TOKEN")


async def test_no_channel_configured_is_told_and_nothing_is_kept(tmp_path: Path) -> None:
    office = PostOffice(tmp_path, {})
    [delivery] = await office.notifier.send(["#incidents"], "emergency", EMERGENCY)
    assert delivery.state is DeliveryState.NOT_CONFIGURED
    assert not delivery.delivered
    assert delivery.detail == "the channel incidents is not configured; there are: none"
    [nobody] = await office.notifier.send([], "emergency", EMERGENCY)
    assert nobody.state is DeliveryState.NOT_CONFIGURED
    assert office.journal.outbox.newest() == []
    await office.close()


async def test_one_channel_that_fails_does_not_keep_the_others(tmp_path: Path) -> None:
    async with web_server(Inbox([OK])) as address:
        dead = SlackBot(secret="env:MISSING", channel="C1", api=address)
        office = PostOffice(tmp_path, {"one": dead, "two": HOOK}, token=f"{address}/x")
        deliveries = await office.notifier.send(["one", "two", "#two", "three"], "emergency", EMERGENCY)
        await office.close()
    assert [(one.channel, one.state) for one in deliveries] == [
        ("one", DeliveryState.FAILED), ("two", DeliveryState.SENT), ("three", DeliveryState.NOT_CONFIGURED),
    ]  # fmt: skip
    assert "the environment variable MISSING is not set" in deliveries[0].detail


async def test_a_failed_message_stays_visible_until_a_person_has_seen_it(tmp_path: Path) -> None:
    async with web_server(Inbox([response(404, b"no_service")])) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x")
        [delivery] = await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
        await office.close()
    office = PostOffice(tmp_path, {"one": HOOK})
    [row] = await office.notifier.unseen()
    assert row.title == "✅ Deployment Successful — production v1.2.3"
    assert row.detail == delivery.detail
    await office.notifier.see(row.id, "mira")
    assert await office.notifier.unseen() == ()
    assert office.journal.outbox.get(row.id).seen_by == "mira"
    await office.close()


async def test_a_template_that_cannot_be_filled_in_is_a_failure_somebody_sees(tmp_path: Path) -> None:
    office = PostOffice(tmp_path, {"one": HOOK})
    [delivery] = await office.notifier.send(["one"], "emergency", {"issue": "x"})
    assert delivery.state is DeliveryState.FAILED
    assert "`emergency` needs `impact`" in delivery.detail
    assert [row.detail for row in await office.notifier.unseen()] == [delivery.detail]
    again = await office.notifier.resend(delivery.message)
    assert again.state is DeliveryState.FAILED
    await office.close()


@pytest.mark.parametrize("channel", [HOOK, SlackBot(secret="env:TOKEN", channel="C1")])
async def test_practice_tells_nobody_outside(tmp_path: Path, channel: SlackWebhook | SlackBot) -> None:
    office = PostOffice(tmp_path, {"one": channel}, token="https://hooks.example.org/x", practice=True)
    [delivery] = await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
    await office.close()
    assert delivery.detail == "practice tells nobody outside of this machine"


async def test_practice_may_talk_to_this_machine(tmp_path: Path) -> None:
    async with web_server(Inbox([OK])) as address:
        office = PostOffice(tmp_path, {"one": HOOK}, token=f"{address}/x", practice=True)
        [delivery] = await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
        await office.close()
    assert delivery.delivered


async def test_a_preview_shows_each_channel_what_it_will_read_and_keeps_nothing(tmp_path: Path) -> None:
    page = Statuspage(page="p1", secret="env:TOKEN", components=("c1",), tell_subscribers=True)
    mail = Email(to=("oncall@example.org",), from_="a@example.org", host="127.0.0.1")
    office = PostOffice(tmp_path, {"incidents": HOOK, "alerts": HOOK, "public": page, "oncall": mail})
    names = ["#incidents", "alerts", "public", "oncall", "nobody"]
    previews = office.notifier.previews(names, "emergency", EMERGENCY)
    assert [(one.channel, one.kind) for one in previews] == [
        ("incidents", "slack-webhook"), ("alerts", "slack-webhook"), ("public", "statuspage"), ("oncall", "email"),
        ("nobody", "not configured"),
    ]  # fmt: skip
    text = office.notifier.preview(names, "emergency", EMERGENCY)
    assert text.count("🚨 EMERGENCY: Production Issue\n") == 2
    for line in (
        "To incidents (slack-webhook), alerts (slack-webhook):", "Subscribers are written to.",
        "Components: c1 become major_outage", "To: oncall@example.org", "To nobody (not configured):",
    ):  # fmt: skip
        assert line in text
    with pytest.raises(UsageProblem, match="needs `impact`"):
        office.notifier.preview(names, "emergency", {"issue": "x"})
    assert office.journal.outbox.newest() == []
    await office.close()


def test_a_delivery_is_delivered_only_when_the_other_side_said_so() -> None:
    assert [state for state in DeliveryState if Delivery(state).delivered] == [DeliveryState.SENT]


async def test_a_mistake_of_ours_is_unknown_and_not_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError(f"no {MARKER}")

    monkeypatch.setattr("restant_tui.notify.slack.payload", broken)
    office = PostOffice(tmp_path, {"one": SlackBot(secret="env:TOKEN", channel="C1", api="http://127.0.0.1:9")})
    [delivery] = await office.notifier.send(["one"], "deployment-ok", DEPLOYED)
    await office.close()
    assert delivery.state is DeliveryState.UNKNOWN
    assert "by a mistake of this program (ValueError: no •••)" in delivery.detail
