from __future__ import annotations

import json
from pathlib import Path

import pytest

from restant_tui.config.people import SlackBot, SlackWebhook
from restant_tui.notify.delivery import DeliveryState
from restant_tui.notify.message import Envelope
from restant_tui.notify.slack_blocks import payload
from restant_tui.notify.templates import render
from tests.support.clock import START
from tests.support.postoffice import DEPLOYED, EMERGENCY, MARKER, Inbox, PostOffice, in_json
from tests.support.webserver import response, web_server

WEBHOOK = {"deployments": SlackWebhook(secret="env:TOKEN")}


async def tell(folder: Path, inbox: Inbox, **changes: object) -> tuple[PostOffice, DeliveryState, str]:
    """Send a message through a webhook of the inbox; returns the office, closed, and what it said."""
    async with web_server(inbox) as address:
        office = PostOffice(folder, WEBHOOK, token=f"{address}/services/{MARKER}")
        [delivery] = await office.notifier.send(["#deployments"], "deployment-ok", {**DEPLOYED, **changes})
        await office.close()
    assert MARKER not in delivery.detail
    return office, delivery.state, delivery.detail


async def test_a_webhook_gets_the_message_of_the_document(tmp_path: Path) -> None:
    inbox = Inbox([response(200, b"ok")])
    _, state, _ = await tell(tmp_path, inbox)
    assert state is DeliveryState.SENT
    assert inbox.lines == [f"POST /services/{MARKER}"]
    [body] = inbox.bodies
    assert body["text"] == "✅ Deployment Successful — production v1.2.3"
    shown = json.dumps(body, ensure_ascii=False)
    for line in (
        "*Deployed by:*\\nMira",
        "*Time:*\\n2026-03-02 03:00 UTC",
        "*Health Check:*\\n✅ Passed",
        "fix checkout",
    ):
        assert line in shown


async def test_a_busy_slack_is_asked_again_after_the_time_it_names(tmp_path: Path) -> None:
    inbox = Inbox([response(429, Retry_After="7"), response(200, b"ok")])
    office, state, _ = await tell(tmp_path, inbox)
    assert state is DeliveryState.SENT
    assert office.clock.waits == [7.0]


async def test_a_date_to_come_back_at_is_understood(tmp_path: Path) -> None:
    inbox = Inbox([response(429, Retry_After="Mon, 02 Mar 2026 03:00:09 GMT"), response(200, b"ok")])
    office, state, _ = await tell(tmp_path, inbox)
    assert state is DeliveryState.SENT
    assert office.clock.waits == [9.0]


async def test_trouble_on_their_side_is_tried_again(tmp_path: Path) -> None:
    inbox = Inbox([response(500, b"rollup_error"), response(502, b"<html>"), response(200, b"ok")])
    office, state, _ = await tell(tmp_path, inbox)
    assert state is DeliveryState.SENT
    assert [1 <= wait <= 4 for wait in office.clock.waits] == [True, True]


async def test_a_connection_cut_after_the_request_is_unknown_and_not_repeated(tmp_path: Path) -> None:
    inbox = Inbox([b""])
    _, state, detail = await tell(tmp_path, inbox)
    assert state is DeliveryState.UNKNOWN
    assert detail.endswith("the message may have arrived, look there before it is sent again")
    assert len(inbox.bodies) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (response(403, b"action_prohibited"), "an administrator has forbidden it"),
        (response(404, b"no_service"), "the webhook was removed or switched off"),
        (response(410, b"channel_is_archived"), "the channel is archived"),
        (response(400, b"invalid_blocks"), "Slack did not take the message (400: invalid_blocks)"),
        (response(302, Location="http://127.0.0.1:9/"), "sent us elsewhere"),
    ],
)
async def test_a_refusal_is_final_and_says_why(tmp_path: Path, answer: bytes, said: str) -> None:
    inbox = Inbox([answer])
    _, state, detail = await tell(tmp_path, inbox)
    assert state is DeliveryState.FAILED
    assert said in detail
    assert len(inbox.bodies) == 1


async def test_nobody_listening_is_tried_again_and_then_given_back(tmp_path: Path) -> None:
    async with web_server(Inbox([b""])) as address:
        gone = address
    office = PostOffice(tmp_path, WEBHOOK, token=f"{gone}/services/{MARKER}")
    [delivery] = await office.notifier.send(["deployments"], "deployment-ok", DEPLOYED)
    await office.close()
    assert delivery.state is DeliveryState.RETRY
    assert delivery.detail == f"{gone.removeprefix('http://')} refused the connection"
    assert len(office.clock.waits) >= 2


@pytest.mark.parametrize("secret", [f"ftp://hooks/{MARKER}", MARKER, f"http://hooks.example.org/{MARKER}", "https://"])
async def test_a_secret_that_is_no_webhook_sends_nothing(tmp_path: Path, secret: str) -> None:
    office = PostOffice(tmp_path, WEBHOOK, token=secret)
    [delivery] = await office.notifier.send(["deployments"], "deployment-ok", DEPLOYED)
    await office.close()
    assert delivery.state is DeliveryState.FAILED
    assert "is no webhook address" in delivery.detail
    assert MARKER not in delivery.detail


async def test_a_bot_says_who_it_is_and_keeps_an_incident_in_one_thread(tmp_path: Path) -> None:
    inbox = Inbox([in_json(200, {"ok": True, "ts": "1.5"}), in_json(200, {"ok": True, "ts": "1.9"})])
    async with web_server(inbox) as address:
        office = PostOffice(
            tmp_path, {"incidents": SlackBot(secret="env:TOKEN", channel="C0INC", api=f"{address}/api")}
        )
        [first] = await office.notifier.send(["incidents"], "emergency", EMERGENCY)
        [second] = await office.notifier.send(["incidents"], "emergency", {**EMERGENCY, "status": "Resolved"})
        await office.close()
    assert (first.state, first.id, second.id) == (DeliveryState.SENT, "1.5", "1.9")
    assert inbox.lines == ["POST /api/chat.postMessage"] * 2
    assert f"authorization: bearer {MARKER}".lower() in inbox.heads[0].lower()
    assert [body.get("thread_ts") for body in inbox.bodies] == [None, "1.5"]
    keys = {body["metadata"]["event_payload"]["key"] for body in inbox.bodies}
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        ({"ok": False, "error": "invalid_auth"}, DeliveryState.FAILED, "the token is wrong: store a new one"),
        ({"ok": False, "error": "not_in_channel"}, DeliveryState.FAILED, "invite it there"),
        ({"ok": False, "error": "missing_scope", "needed": "chat:write"}, DeliveryState.FAILED, "scope chat:write"),
        ({"ok": False, "error": "fatal_error"}, DeliveryState.UNKNOWN, "broke off half way"),
        (["what"], DeliveryState.UNKNOWN, "could not be read"),
        ({"ok": "true"}, DeliveryState.FAILED, "no reason given"),
    ],
)
async def test_a_no_with_status_200_is_still_a_no(
    tmp_path: Path, answer: object, state: DeliveryState, said: str
) -> None:
    inbox = Inbox([in_json(200, answer)])
    async with web_server(inbox) as address:
        office = PostOffice(tmp_path, {"incidents": SlackBot(secret="env:TOKEN", channel="C0INC", api=address)})
        [delivery] = await office.notifier.send(["incidents"], "emergency", EMERGENCY)
        await office.close()
    assert delivery.state is state
    assert said in delivery.detail


def test_what_a_host_printed_cannot_act_in_slack() -> None:
    values = {
        "environment": "production", "version": "<!channel> & co", "error": "```\n<https://evil|click>\n```",
        "action": "look", "rollback": "manual",
    }  # fmt: skip
    made = payload(Envelope(message=render("deployment-failed", values), key="k.1", at=START))
    shown = json.dumps(made)
    assert "<" not in shown
    assert "&lt;!channel&gt; &amp; co" in shown
    [error] = [one["text"]["text"] for one in made["blocks"] if "*Error:*" in str(one)]
    assert error.count("```") == 2
    assert error.endswith("```")


def test_a_long_message_stays_within_slacks_limits() -> None:
    values = {
        "environment": "&" * 5000, "version": "v" * 5000, "error": "<" * 50_000, "action": "a" * 50_000,
        "rollback": "Pending",
    }  # fmt: skip
    made = payload(Envelope(message=render("deployment-failed", values), key="k", at=START))
    assert len(made["text"]) <= 4000
    assert len(made["blocks"]) <= 50
    for block in made["blocks"]:
        for text in [block.get("text"), *block.get("fields", [])]:
            if text is None:
                continue
            assert len(text["text"]) <= {"plain_text": 150}.get(
                text["type"], 2000 if text != block.get("text") else 3000
            )
            assert "…" in text["text"] or len(text["text"]) < 200
            assert "&am…" not in text["text"]
