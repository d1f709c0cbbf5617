"""A mail server that keeps what it is given and sends nothing on."""

from __future__ import annotations

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage

from restant_tui.practice.receivers.received import Message
from restant_tui.practice.world import World


class MailServer:
    """SMTP on a port of the loopback, without TLS; any login is accepted."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self, port: int) -> int:
        """Listen and return the port; 0 takes a free one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=4_000_000)
        return int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """Stop listening and cut what is connected."""
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        recipients: list[str] = []
        try:
            writer.write(b"220 practice ESMTP\r\n")
            while line := (await reader.readline()).decode("utf-8", "replace").strip():
                verb = line.partition(" ")[0].upper()
                if verb == "QUIT":
                    writer.write(b"221 2.0.0 Bye\r\n")
                    return
                writer.write(await self._answer(verb, line, recipients, reader, writer))
                await writer.drain()
        except (ConnectionError, ValueError, asyncio.IncompleteReadError):
            pass  # the client is gone
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(
        self,
        verb: str,
        line: str,
        recipients: list[str],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bytes:
        match verb:
            case "EHLO":
                return b"250-practice\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 4000000\r\n"
            case "HELO" | "MAIL" | "RSET" | "NOOP":
                if verb in ("MAIL", "RSET"):
                    recipients.clear()
                return b"250 2.0.0 Ok\r\n"
            case "RCPT":
                recipients.append(line.partition("<")[2].partition(">")[0])
                return b"250 2.1.5 Ok\r\n"
            case "DATA" if recipients:
                writer.write(b"354 End data with <CR><LF>.<CR><LF>\r\n")
                await writer.drain()
                data = await reader.readuntil(b"\r\n.\r\n")
                self._keep(data.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."), recipients)
                return b"250 2.0.0 Ok: queued\r\n"
        return b"503 5.5.1 Error: bad sequence of commands\r\n" if verb == "DATA" else b"502 5.5.2 Unknown\r\n"

    def _keep(self, data: bytes, recipients: list[str]) -> None:
        mail = message_from_bytes(data, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        text = f"{mail.get('Subject', '')}"
        body = data.decode("utf-8", "replace")
        now = self._world.clock.now()
        for recipient in dict.fromkeys(recipients):
            self._world.received.messages.append(Message("mail", recipient, text, now, body))
