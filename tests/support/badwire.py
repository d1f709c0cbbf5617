"""A wire to a local port that can be slow, go silent, or break."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from pathlib import Path

import msgspec

from restant_tui.config.model import Host


class BadWire:
    """Carries bytes between a port of its own and another one of the loopback.

    Attributes:
        rate: bytes a second towards the client; unlimited if 0.
        swallow: bytes still passed on towards the client before it goes silent; unlimited if None.
        delay: seconds each byte is on its way, in both directions; as many bytes as there are may be on the way.
        accepted: connections taken so far.
    """

    def __init__(self, target: int) -> None:
        self.port = 0
        self.rate = 0
        self.swallow: int | None = None
        self.delay = 0.0
        self.accepted = 0
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        """How many connections go through it now."""
        return len(self._writers) // 2

    def leading_to(self, host: Host, known_hosts: Path) -> Host:
        """Return that host's entry with this wire as the way to it.

        Args:
            host: an entry whose address is what the wire leads to.
            known_hosts: where to write what is known of the host under the wire's port.
        """
        known_hosts.write_text(Path(str(host.known_hosts)).read_text().replace(f":{host.port} ", f":{self.port} "))
        return msgspec.structs.replace(host, port=self.port, known_hosts=str(known_hosts))

    async def start(self) -> None:
        """Take connections."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Break everything and take nothing more."""
        if self._server:
            self._server.close()
        self.reset()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def reset(self) -> None:
        """Break every connection with a reset, as a firewall that has forgotten it would."""
        for writer in list(self._writers):
            kept: socket.socket = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                kept.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, far_writer}
        up = asyncio.create_task(self._pump(reader, far_writer, back=False))
        down = asyncio.create_task(self._pump(far_reader, writer, back=True))
        self._tasks |= {up, down}
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        for task in (up, down):
            task.cancel()
        await asyncio.gather(up, down, return_exceptions=True)
        self._tasks -= {up, down}
        for end in (writer, far_writer):
            self._writers.discard(end)
            end.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(max(1, self.rate // 20) if back and self.rate else 65536):
                if back and self.swallow is not None:
                    data, self.swallow = data[: self.swallow], max(0, self.swallow - len(data))
                if back and self.rate:
                    await asyncio.sleep(len(data) / self.rate)  # this is what a slow line is
                if self.delay:
                    asyncio.get_running_loop().call_later(self.delay, writer.write, data)
                    continue
                writer.write(data)
                await writer.drain()
            await asyncio.sleep(self.delay)  # what is still on its way arrives before the end does
