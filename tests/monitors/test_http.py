from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from restant_tui.monitors.http import HttpProbe
from restant_tui.monitors.http_trouble import sentence
from tests.support.waiting import until
from tests.support.webserver import response, web_server


@pytest.fixture
async def probe() -> AsyncIterator[HttpProbe]:
    made = HttpProbe()
    yield made
    await made.close()


def unused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def test_an_answer_has_status_headers_body_and_time(probe: HttpProbe) -> None:
    async def respond(head: bytes, body: bytes) -> bytes:
        return response(503, b'{"status":"down"}', X_Release="1f0c3e9")

    async with web_server(respond) as url:
        answer = await probe.get(f"{url}/health", timeout=5)
    assert (answer.status, answer.body, answer.error) == (503, b'{"status":"down"}', "")
    assert answer.headers["x-release"] == "1f0c3e9"
    assert answer.seconds > 0
    assert not answer.truncated


async def test_method_headers_and_body_are_sent(probe: HttpProbe) -> None:
    seen: list[bytes] = []

    async def respond(head: bytes, body: bytes) -> bytes:
        seen.extend((head, body))
        return response(200)

    async with web_server(respond) as url:
        await probe.get(f"{url}/hook", timeout=5, method="POST", headers={"X-Token": "abc"}, body=b"hello")
    assert seen[0].startswith(b"POST /hook HTTP/1.1")
    assert b"x-token: abc" in seen[0].lower()
    assert seen[1] == b"hello"


async def test_a_redirect_is_an_answer_and_is_not_followed(probe: HttpProbe) -> None:
    async def respond(head: bytes, body: bytes) -> bytes:
        return response(302, Location="/elsewhere")

    async with web_server(respond) as url:
        assert (await probe.get(url, timeout=5)).status == 302


async def test_a_long_body_is_cut(probe: HttpProbe) -> None:
    async def respond(head: bytes, body: bytes) -> bytes:
        return response(200, b"x" * 300_000)

    async with web_server(respond) as url:
        answer = await probe.get(url, timeout=5, cap=1000)
    assert (answer.status, len(answer.body), answer.truncated) == (200, 1000, True)


async def test_a_server_that_never_answers_runs_out_of_time(probe: HttpProbe) -> None:
    ended = asyncio.Event()

    async def respond(head: bytes, body: bytes) -> bytes:
        await ended.wait()
        return b""

    async with web_server(respond) as url:
        answer = await probe.get(url, timeout=0.05)
        ended.set()
    assert (answer.status, answer.error) == (None, "no answer within 0.05 s")


async def test_each_trouble_is_one_sentence_that_names_the_place(probe: HttpProbe) -> None:
    port = unused_port()
    refused = await probe.get(f"http://127.0.0.1:{port}/health", timeout=5)
    assert (refused.status, refused.error) == (None, f"127.0.0.1:{port} refused the connection")

    async def nothing(head: bytes, body: bytes) -> bytes:
        return b""

    async with web_server(nothing) as url:
        assert (await probe.get(url, timeout=5)).error.endswith("closed the connection without an answer")

    async def junk(head: bytes, body: bytes) -> bytes:
        return b"\x1b]0;boo\x07hello\r\n\r\n"

    async with web_server(junk) as url:
        error = (await probe.get(url, timeout=5)).error
        assert "no answer that can be read" in error
        assert "\x1b" not in error
    assert "write it whole" in (await probe.get("example.org/health", timeout=5)).error


def test_a_name_and_a_certificate_have_their_own_sentences() -> None:
    unknown = RuntimeError("wrapped")
    unknown.__cause__ = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    assert sentence(unknown, "https://shop.example/health") == "the name shop.example is not known"
    tls = RuntimeError("wrapped")
    certificate = ssl.SSLCertVerificationError(1, "certificate verify failed")
    certificate.verify_message = "certificate has expired"
    tls.__context__ = certificate
    said = sentence(tls, "https://user:word@shop.example/health")
    assert said == "the certificate of shop.example is not valid: certificate has expired"


async def test_no_more_than_eight_are_asked_at_once(probe: HttpProbe) -> None:
    under_way = most = 0
    release = asyncio.Event()

    async def respond(head: bytes, body: bytes) -> bytes:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == 8:
            release.set()
        await release.wait()
        under_way -= 1
        return response(200)

    async with web_server(respond) as url:
        answers = await asyncio.gather(*(probe.get(url, timeout=5) for _ in range(30)))
    assert {answer.status for answer in answers} == {200}
    assert most == 8


async def test_every_request_has_a_connection_of_its_own_even_where_the_other_side_would_keep_it() -> None:
    came: list[bytes] = []

    async def keeping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        came.append(await reader.read())  # empty: the probe has hung up
        writer.close()

    server = await asyncio.start_server(keeping, "127.0.0.1", 0)
    probe = HttpProbe()
    for _ in range(2):
        answer = await probe.get(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/health", timeout=5)
        assert (answer.status, answer.body) == (200, b"ok")
    await until(lambda: len(came) == 4)
    assert came[1::2] == [b"", b""]
    await probe.close()
    server.close()


async def test_it_can_be_used_again_after_it_was_closed(probe: HttpProbe) -> None:
    async def respond(head: bytes, body: bytes) -> bytes:
        return response(204)

    async with web_server(respond) as url:
        await probe.get(url, timeout=5)
        await probe.close()
        assert (await probe.get(url, timeout=5)).status == 204


def test_importing_the_monitors_loads_no_heavy_library() -> None:
    code = (
        "import sys, restant_tui.monitors.station, restant_tui.alerts.watch, restant_tui.dokku.verbs;"
        "print([name for name in ('httpx', 'asyncssh', 'textual', 'rich') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
