from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from restant_tui.config.people import Email, SlackBot, Statuspage
from restant_tui.practice.host import NAME, SECOND, PracticeHost
from tests.support.practicehost import SPEED, make


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(trust_env=False)


async def test_chat_messages_arrive_by_bot_and_by_webhook(host: PracticeHost) -> None:
    channel = host.config().channels["incidents"]
    assert isinstance(channel, SlackBot)
    async with client() as http:
        bearer = {"Authorization": "Bearer practice-slack-token"}
        body = {"channel": channel.channel, "text": "Production is down"}
        sent = (await http.post(f"{channel.api}/chat.postMessage", json=body, headers=bearer)).json()
        refused = (await http.post(f"{channel.api}/chat.postMessage", json=body)).json()
        hook = await http.post(f"http://127.0.0.1:{host.ports['desk']}/slack/webhook/alerts", json={"text": "Disk"})
        empty = await http.post(f"http://127.0.0.1:{host.ports['desk']}/slack/webhook/alerts", json={})
    assert (sent["ok"], bool(sent["ts"])) == (True, True)
    assert refused == {"ok": False, "error": "not_authed"}
    assert (hook.text, empty.status_code, empty.text) == ("ok", 400, "no_text")
    assert [(m.target, m.text) for m in host.world.received.on("slack")] == [
        ("#incidents", "Production is down"),
        ("#alerts", "Disk"),
    ]


async def test_mail_arrives_for_each_address(host: PracticeHost) -> None:
    channel = host.config().channels["mail-oncall"]
    assert isinstance(channel, Email)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = channel.from_, "oncall@example.org, second@example.org", "Wake up"
    mail.set_content("Now.\n.\nReally.")
    await aiosmtplib.send(mail, hostname=channel.host, port=channel.port, start_tls=False)
    got = host.world.received.on("mail")
    assert [(m.target, m.text) for m in got] == [("oncall@example.org", "Wake up"), ("second@example.org", "Wake up")]
    assert "Now.\r\n.\r\nReally." in got[0].body


async def test_an_incident_is_opened_changed_and_closed(host: PracticeHost) -> None:
    channel = host.config().channels["status-page"]
    assert isinstance(channel, Statuspage)
    base = f"{channel.api}/pages/{channel.page}/incidents"
    async with client() as http:
        assert (await http.get(base)).status_code == 401
        http.headers["Authorization"] = "OAuth practice-page-key"
        made = await http.post(base, json={"incident": {"name": "Slow", "status": "investigating", "body": "We look."}})
        key = made.json()["id"]
        assert (made.status_code, len((await http.get(f"{base}/unresolved")).json())) == (201, 1)
        closed = await http.patch(f"{base}/{key}", json={"incident": {"status": "resolved", "body": "Done."}})
        assert [update["body"] for update in closed.json()["incident_updates"]] == ["Done.", "We look."]
        assert (await http.get(f"{base}/unresolved")).json() == []
        assert (await http.post(base, json={"incident": {}})).status_code == 422
    assert [m.text for m in host.world.received.on("statuspage")] == [
        "Slow [investigating] We look.",
        "Slow [resolved] Done.",
    ]


async def test_a_name_can_be_pointed_elsewhere(host: PracticeHost) -> None:
    async with client() as http:
        url = f"http://127.0.0.1:{host.ports['desk']}/dns/restant.example.com"
        assert (await http.get(url)).json()["address"] == "192.0.2.10"
        await http.put(url, content=b"192.0.2.20")
        assert (await http.get(url)).json()["address"] == "192.0.2.20"


async def test_the_second_host_is_empty_and_shares_the_name_system(host: PracticeHost) -> None:
    second = await host.start_second()
    assert second is await host.start_second()
    config = host.config()
    assert list(config.hosts) == [NAME, SECOND]
    assert config.hosts[SECOND].port != config.hosts[NAME].port
    assert (second.world.apps, second.world.services) == ({}, {})
    assert second.world.dns is host.world.dns
    assert "desk" not in second.ports


async def test_everything_comes_back_on_the_same_ports(tmp_path: Path) -> None:
    host = make(tmp_path)
    await host.start()
    ports = dict(host.ports)
    await host.stop()
    await host.start()
    assert host.ports == ports
    await host.stop()
    with pytest.raises(OSError, match=r"."):
        async with client() as http:
            try:
                await http.get(f"http://127.0.0.1:{ports['desk']}/dns/x")
            except httpx.ConnectError as problem:
                raise ConnectionRefusedError(str(problem)) from None
    assert host.clock.speed == SPEED
