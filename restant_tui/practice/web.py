"""The health pages: one small HTTP/1.1 server for each app, which answers as the release that serves."""

from __future__ import annotations

import asyncio
import json

from restant_tui.practice.behaviour import Behaviour
from restant_tui.practice.world import App, World

_REASONS = {200: "OK", 404: "Not Found", 500: "Internal Server Error", 502: "Bad Gateway"}
_SLOWNESS = {Behaviour.GOOD: 0.06, Behaviour.SLOW: 2.6, Behaviour.BROKEN: 1.1, Behaviour.FAILS_CHECK: 0.3}
"""World seconds an answer takes, times the latency of the world."""
_CHECKS = {"database": "ok", "cache": "ok", "printing": "ok"}


class Site:
    """The pages of one app on a port of the loopback."""

    def __init__(self, world: World, app: App) -> None:
        self._world = world
        self._app = app
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> int:
        """Listen and return the port; 0 takes a free one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        return int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """Stop listening and cut what is connected."""
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while await _answer(self._world, self._app, reader, writer):
                pass
        except (ConnectionError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whatever this client was, it is gone or speaks no HTTP
        finally:
            self._open.discard(writer)
            writer.close()


async def _answer(world: World, app: App, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Answer one request; return whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request, *headers = head.split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in headers)}
    await reader.readexactly(int(fields.get("content-length") or 0))
    method, path, *_ = [*request.split(" "), "", ""]
    status, kind, body = await _page(world, app, path.partition("?")[0])
    keep = fields.get("connection", "").lower() != "close"
    answer = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nServer: nginx\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: {'keep-alive' if keep else 'close'}\r\n\r\n"
    )
    writer.write(answer.encode("latin-1") + (b"" if method == "HEAD" else body))
    await writer.drain()
    return keep


async def _page(world: World, app: App, path: str) -> tuple[int, str, bytes]:
    commit = app.serving
    if commit is None:
        await world.dawdle(0.01)
        return 502, "text/html", b"<html><head><title>502 Bad Gateway</title></head></html>\n"
    await world.dawdle(_SLOWNESS[commit.behaviour])
    if path not in ("/health", "/up"):
        return 404, "text/html", b"<html><head><title>Not Found</title></head></html>\n"
    if path == "/health" and commit.behaviour is Behaviour.BROKEN:
        checks = _CHECKS | {"printing": "Connection refused [tcp://printing-queue:6380]"}
        return 500, "application/json", _json({"status": "error", "release": commit.short, "checks": checks})
    return 200, "application/json", _json({"status": "ok", "release": commit.short})


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
