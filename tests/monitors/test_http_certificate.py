"""How long the certificate lasts that the other side showed."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from restant_tui.monitors.http import HttpProbe
from tests.support.certificates import tls_pair
from tests.support.webserver import response, web_server


@asynccontextmanager
async def served(context: ssl.SSLContext) -> AsyncIterator[str]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(response(200, b"ok"))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_an_answer_over_tls_says_when_the_certificate_ends(tmp_path: Path) -> None:
    server, client = tls_pair(tmp_path, days=40)
    probe = HttpProbe(tls=client)
    async with served(server) as url:
        answer = await probe.get(url, timeout=5)
    await probe.close()
    assert answer.status == 200, answer.error
    assert answer.certificate_until is not None
    left = answer.certificate_until - datetime.now(UTC)
    assert timedelta(days=39) < left <= timedelta(days=40)


async def test_an_answer_without_tls_has_no_certificate() -> None:
    async def respond(head: bytes, body: bytes) -> bytes:
        return response(200)

    probe = HttpProbe()
    async with web_server(respond) as url:
        answer = await probe.get(url, timeout=5)
    await probe.close()
    assert answer.certificate_until is None


async def test_a_certificate_nobody_vouches_for_is_no_answer_and_says_so(tmp_path: Path) -> None:
    server, _ = tls_pair(tmp_path)
    probe = HttpProbe()
    async with served(server) as url:
        answer = await probe.get(url, timeout=5)
    await probe.close()
    assert (answer.status, answer.certificate_until) == (None, None)
    assert "certificate" in answer.error
