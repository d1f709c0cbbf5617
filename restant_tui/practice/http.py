"""A small HTTP/1.1 server on the loopback, for the health pages and for what receives messages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked; header names are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        """Return the body as a JSON object, or an empty one if it is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    kind: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Awaitable[Response]]


def as_json(value: object, status: int = 200, **headers: str) -> Response:
    """Return a JSON answer."""
    return Response(status, json.dumps(value, separators=(",", ":")).encode(), "application/json", headers)


class Site:
    """Pages on a port of the loopback."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
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
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whatever this client was, it is gone or speaks no HTTP
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether the connection stays open."""
        request = await _read(reader)
        response = await self._handler(request)
        keep = request.headers.get("connection", "").lower() != "close"
        reason = HTTPStatus(response.status).phrase if response.status in _KNOWN else "Unknown"
        lines = [
            f"HTTP/1.1 {response.status} {reason}",
            "Server: nginx",
            f"Content-Type: {response.kind}",
            f"Content-Length: {len(response.body)}",
            f"Connection: {'keep-alive' if keep else 'close'}",
            *(f"{name}: {value}" for name, value in response.headers.items()),
        ]
        body = b"" if request.method == "HEAD" else response.body
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        await writer.drain()
        return keep


_KNOWN = {status.value for status in HTTPStatus}


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *headers = head.split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in headers)}
    body = await reader.readexactly(int(fields.get("content-length") or 0))
    method, target, *_ = [*first.split(" "), "", ""]
    parts = urlsplit(target)
    return Request(method, unquote(parts.path), dict(parse_qsl(parts.query)), fields, body)
