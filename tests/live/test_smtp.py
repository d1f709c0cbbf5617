"""Mail over a real socket, with STARTTLS, a login and a certificate that is checked."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from restant_tui.config.people import Email, Security
from restant_tui.notify.delivery import Delivery, DeliveryState
from tests.support.certificates import tls_pair
from tests.support.mailserver import MailServer, serving
from tests.support.postoffice import EMERGENCY, MARKER, PostOffice

pytestmark = pytest.mark.live


def mail_to(server: MailServer, **changes: Any) -> Email:
    fields: dict[str, Any] = {
        "to": ("oncall@example.org", "alerts@example.org"), "from_": "restant@example.org", "host": "127.0.0.1",
        "port": server.port, "user": "ops", "secret": "env:TOKEN",
    }  # fmt: skip
    return Email(**{**fields, **changes})


async def send(
    folder: Path, server: MailServer, *, trust: ssl.SSLContext | None = None, times: int = 1, **changes: Any
) -> tuple[list[Delivery], PostOffice]:
    """Send an emergency to the server, as often as asked; the office is closed when it comes back."""
    own, trusted = tls_pair(folder)
    server.tls = own if server.tls is None else server.tls
    server.password = MARKER if server.password == "mail-password" else server.password
    deliveries: list[Delivery] = []
    async with serving(server):
        office = PostOffice(folder, {"oncall": mail_to(server, **changes)}, tls=trust or trusted)
        for _ in range(times):
            deliveries += await office.notifier.send(["oncall"], "emergency", EMERGENCY)
        await office.close()
    assert all(MARKER not in one.detail for one in deliveries)
    return deliveries, office


async def test_a_mail_arrives_encrypted_and_reads_as_the_document_has_it(tmp_path: Path) -> None:
    server = MailServer()
    [delivery], _ = await send(tmp_path, server)
    assert delivery.state is DeliveryState.SENT, delivery.detail
    assert server.encrypted
    assert server.recipients == ["oncall@example.org", "alerts@example.org"]
    [mail] = server.mails
    assert mail["Subject"] == "🚨 EMERGENCY: Production Issue — Checkout fails (Investigating)"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Importance"] == "high"
    assert mail["Message-ID"] == delivery.id
    body = mail.get_content()
    for line in ("Issue: Checkout fails", "Impact: Nobody can pay", "Status: Investigating", "ETA: 30 min"):
        assert line in body


async def test_mails_of_one_incident_hang_together(tmp_path: Path) -> None:
    server = MailServer()
    deliveries, _ = await send(tmp_path, server, times=2)
    first, second = server.mails
    assert first["References"] is None
    assert second["References"] == first["Message-ID"] == deliveries[0].id


async def test_tls_from_the_first_byte_needs_a_server_that_speaks_it(tmp_path: Path) -> None:
    [delivery], office = await send(tmp_path, MailServer(), security=Security.TLS)
    assert delivery.state is DeliveryState.FAILED
    assert "check `port` and `security`" in delivery.detail
    assert not office.clock.waits


async def test_a_certificate_of_somebody_else_stops_it_before_the_password(tmp_path: Path) -> None:
    server = MailServer()
    [delivery], _ = await send(tmp_path, server, trust=ssl.create_default_context())
    assert delivery.state is DeliveryState.FAILED
    assert "the certificate of the mail server 127.0.0.1" in delivery.detail
    assert "AUTH" not in server.commands


async def test_a_server_without_starttls_gets_neither_password_nor_mail(tmp_path: Path) -> None:
    server = MailServer(answers={"EHLO": b"250-loopback\r\n250 AUTH PLAIN"})
    [delivery], _ = await send(tmp_path, server)
    assert delivery.state is DeliveryState.FAILED
    assert "does not do what it is asked for" in delivery.detail
    assert not {"AUTH", "MAIL", "DATA"} & set(server.commands)


async def test_a_wrong_password_is_final(tmp_path: Path) -> None:
    server = MailServer(password="another")
    [delivery], _ = await send(tmp_path, server)
    assert delivery.state is DeliveryState.FAILED
    assert "refused the login of ops (535" in delivery.detail
    assert delivery.detail.endswith("store env:TOKEN again")
    assert server.raw == []


async def test_a_greylisted_mail_is_tried_again_as_the_same_mail(tmp_path: Path) -> None:
    server = MailServer(answers={"DOT": b"451 4.7.1 come back"})
    [delivery], office = await send(tmp_path, server)
    assert delivery.state is DeliveryState.RETRY
    assert "451 4.7.1 come back" in delivery.detail
    assert office.clock.waits
    assert len({mail["Message-ID"] for mail in server.mails}) == 1
    assert len(server.mails) == len(office.clock.waits) + 1


async def test_an_unknown_address_does_not_keep_the_mail_from_the_other(tmp_path: Path) -> None:
    server = MailServer(answers={"RCPT TO:<ONCALL@": b"550 5.1.1 nobody of that name"})
    [delivery], _ = await send(tmp_path, server)
    assert delivery.state is DeliveryState.FAILED
    assert delivery.detail.startswith("sent only to alerts@example.org: oncall@example.org was refused (550 5.1.1")
    assert len(server.raw) == 1


async def test_no_address_left_is_final_and_sends_nothing(tmp_path: Path) -> None:
    server = MailServer(answers={"RCPT": b"550 5.1.1 nobody of that name"})
    [delivery], _ = await send(tmp_path, server)
    assert delivery.state is DeliveryState.FAILED
    assert server.raw == []


async def test_a_connection_lost_before_the_mail_is_tried_again(tmp_path: Path) -> None:
    server = MailServer(hang_up="RCPT")
    [delivery], office = await send(tmp_path, server)
    assert delivery.state is DeliveryState.RETRY
    assert delivery.detail.endswith("nothing was sent")
    assert office.clock.waits


async def test_a_connection_lost_after_the_last_dot_is_unknown_and_not_repeated(tmp_path: Path) -> None:
    server = MailServer(hang_up="DOT")
    [delivery], office = await send(tmp_path, server)
    assert delivery.state is DeliveryState.UNKNOWN
    assert "it may have arrived" in delivery.detail
    assert len(server.raw) == 1
    assert not office.clock.waits


async def test_a_password_is_not_sent_in_the_clear(tmp_path: Path) -> None:
    server = MailServer()
    [delivery], _ = await send(tmp_path, server, security=Security.NONE)
    assert delivery.state is DeliveryState.FAILED
    assert "in the clear" in delivery.detail
    assert server.commands == []


async def test_a_relay_without_login_takes_mail_in_the_clear(tmp_path: Path) -> None:
    server = MailServer()
    [delivery], _ = await send(tmp_path, server, security=Security.NONE, user=None, secret=None)
    assert delivery.state is DeliveryState.SENT, delivery.detail
    assert not server.encrypted
