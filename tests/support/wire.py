"""A wire between a program and a server that a test can cut, in the way of TCP and not of SSH."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field


@dataclass(slots=True)
class Wire:
    """Carries bytes between a port of the loopback and another; `cut` breaks every connection without a goodbye."""

    far_port: int
    port: int = 0
    broken: bool = False
    _near: set[asyncio.StreamWriter] = field(default_factory=set)
    _far: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Wire:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self.cut()
        self._server.close()

    def cut(self, *, far_too: bool = True) -> None:
        """Break every connection and take no new one; the server learns of it only with `far_too`."""
        self.broken = True
        for writer in (*self._near, *(self._far if far_too else ())):
            writer.transport.abort()

    def mend(self) -> None:
        """Take connections again."""
        self.broken = False

    async def _carry(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        if self.broken:
            to_near.transport.abort()
            return
        far, to_far = await asyncio.open_connection("127.0.0.1", self.far_port)
        self._near.add(to_near)
        self._far.add(to_far)
        # What the server says goes on being read when nobody listens any more, so that it does not stop either.
        out = asyncio.create_task(_pump(near, to_far, close=False))
        await _pump(far, to_near, close=True)
        out.cancel()
        to_far.transport.abort()
        self._near.discard(to_near)
        self._far.discard(to_far)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, close: bool) -> None:
    with contextlib.suppress(ConnectionError, asyncio.CancelledError):
        while data := await source.read(65536):
            if not sink.transport.is_closing():
                sink.write(data)
        if close:
            sink.close()
