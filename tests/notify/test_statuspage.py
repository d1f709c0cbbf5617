from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from restant_tui.config.people import Statuspage
from restant_tui.notify.delivery import Delivery, DeliveryState
from tests.support.postoffice import DEPLOYED, EMERGENCY, MARKER, Inbox, PostOffice, in_json
from tests.support.webserver import web_server

NONE = in_json(200, [])
MADE = in_json(201, {"id": "inc1", "shortlink": "https://stspg.example/inc1"})


async def publish(
    folder: Path, inbox: Inbox, *said: dict[str, object], template: str = "emergency", **changes: Any
) -> list[Delivery]:
    async with web_server(inbox) as address:
        page = Statuspage(**{"page": "p1", "secret": "env:TOKEN", "api": f"{address}/v1", **changes})
        office = PostOffice(folder, {"public": page})
        deliveries = [(await office.notifier.send(["public"], template, one))[0] for one in said]
        await office.close()
    assert all(MARKER not in one.detail for one in deliveries)
    return deliveries


async def test_an_incident_is_opened_updated_and_closed_under_one_id(tmp_path: Path) -> None:
    inbox = Inbox([NONE, MADE, NONE, MADE, NONE, MADE])
    said = [{**EMERGENCY, "status": status} for status in ("Investigating", "Fixing", "Resolved")]
    deliveries = await publish(tmp_path, inbox, *said, components=("c1",))
    assert [one.id for one in deliveries] == ["inc1"] * 3
    assert deliveries[0].detail == "https://stspg.example/inc1"
    assert inbox.lines[1::2] == [
        "POST /v1/pages/p1/incidents", "PATCH /v1/pages/p1/incidents/inc1", "PATCH /v1/pages/p1/incidents/inc1",
    ]  # fmt: skip
    assert f"authorization: oauth {MARKER}".lower() in inbox.heads[1].lower()
    incidents = [body["incident"] for body in inbox.bodies[1::2]]
    assert [one["status"] for one in incidents] == ["investigating", "identified", "resolved"]
    assert [one["components"] for one in incidents] == [
        {"c1": "major_outage"}, {"c1": "major_outage"}, {"c1": "operational"},
    ]  # fmt: skip
    assert incidents[0]["name"] == "Checkout fails"
    assert incidents[0]["body"] == "Nobody can pay\n\nETA: 30 min\n\nUpdates: https://status.example.org"
    assert incidents[0]["deliver_notifications"] is False


async def test_monitoring_is_told_as_degraded(tmp_path: Path) -> None:
    inbox = Inbox([NONE, MADE])
    values: dict[str, object] = {"name": "Slow checkout", "status": "monitoring", "text": "A fix is out."}
    [delivery] = await publish(tmp_path, inbox, values, template="status-update", components=("c1",))
    assert delivery.delivered
    incident = inbox.bodies[1]["incident"]
    assert (incident["status"], incident["components"]) == ("monitoring", {"c1": "degraded_performance"})


async def test_a_cut_connection_is_unknown_and_a_second_try_finds_what_arrived(tmp_path: Path) -> None:
    inbox = Inbox([NONE, b""])
    async with web_server(inbox) as address:
        page = Statuspage(page="p1", secret="env:TOKEN", api=address)
        office = PostOffice(tmp_path, {"public": page})
        [delivery] = await office.notifier.send(["public"], "emergency", EMERGENCY)
        assert delivery.state is DeliveryState.UNKNOWN
        assert await office.notifier.deliver_due() == ()
        inbox.answers = [in_json(200, [{"id": "inc9", "metadata": inbox.bodies[1]["incident"]["metadata"]}])]
        again = await office.notifier.resend(delivery.message)
        await office.close()
    assert (again.state, again.id, again.detail) == (DeliveryState.SENT, "inc9", "it was there already")
    look = "GET /pages/p1/incidents?limit=100"
    assert inbox.lines == [look, "POST /pages/p1/incidents", look]


@pytest.mark.parametrize(
    ("answers", "state", "said"),
    [
        ([in_json(401, {"error": "Could not authenticate"})], DeliveryState.FAILED, "401: Could not authenticate"),
        ([in_json(404, {"error": "Not found"})], DeliveryState.FAILED, "knows no such place"),
        ([NONE, in_json(422, {"error": ["Name is too long"]})], DeliveryState.FAILED, "(422: Name is too long)"),
        ([in_json(200, {"what": 1})], DeliveryState.FAILED, "check the channel's `api`"),
        ([NONE, in_json(201, {"what": 1})], DeliveryState.UNKNOWN, "look at the page"),
        ([in_json(420, {"error": "slow down"})], DeliveryState.RETRY, "takes no more messages for the moment"),
        ([b""], DeliveryState.RETRY, "was lost before it answered"),
    ],
)
async def test_what_goes_wrong_is_one_sentence(
    tmp_path: Path, answers: list[bytes], state: DeliveryState, said: str
) -> None:
    [delivery] = await publish(tmp_path, Inbox(answers), EMERGENCY)
    assert delivery.state is state
    assert said in delivery.detail


async def test_customers_are_not_told_of_deployments(tmp_path: Path) -> None:
    inbox = Inbox([NONE, MADE])
    [delivery] = await publish(tmp_path, inbox, DEPLOYED, template="deployment-ok")
    assert delivery.state is DeliveryState.FAILED
    assert "deployment-ok is not for customers" in delivery.detail
    assert inbox.lines == []
