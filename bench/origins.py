"""Many small health pages, each on a port of its own, all in one process beside ours: they answer, and stay open."""

from __future__ import annotations

import asyncio
import multiprocessing
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

PAGE = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"status":"ok"}'


@contextmanager
def origins(count: int, certificate: Path | None = None) -> Iterator[list[str]]:
    """Serve until the end of the block; gives the addresses.

    Args:
        count: how many.
        certificate: key and certificate for TLS in one file; plain HTTP if not given.
    """
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(theirs, count, certificate), daemon=True
    )
    process.start()
    try:
        scheme = "https" if certificate else "http"
        yield [f"{scheme}://127.0.0.1:{port}/health" for port in ours.recv()]
    finally:
        process.terminate()
        process.join()


def _serve(tell: Connection, count: int, certificate: Path | None) -> None:
    asyncio.run(_listen(tell, count, certificate))


async def _listen(tell: Connection, count: int, certificate: Path | None) -> None:
    tls = None
    if certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
    servers = [await asyncio.start_server(_answer, "127.0.0.1", 0, ssl=tls) for _ in range(count)]
    tell.send([server.sockets[0].getsockname()[1] for server in servers])
    await asyncio.Event().wait()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(PAGE)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
