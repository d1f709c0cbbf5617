"""A mail server on loopback: real SMTP over a real socket, with STARTTLS and a login, and bad days to order."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass(slots=True)
class MailServer:
    """What the server does, and what came in."""

    tls: ssl.SSLContext | None = None
    user: str = "ops"
    password: str = "mail-password"
    answers: dict[str, bytes] = field(default_factory=dict)
    """Replies in the place of the usual ones, by the beginning of a command line in capitals, such as `RCPT TO:<A@`."""
    hang_up: str = ""
    """The command, or `DOT` for the end of a message, after which it hangs up without a word."""
    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    encrypted: bool = False
    """Whether the last message came over TLS."""
    commands: list[str] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        """The messages that came in whole."""
        return [message_from_bytes(one, policy=default) for one in self.raw]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secure = False
        await _say(writer, b"220 loopback ESMTP")
        while line := (await reader.readline()).decode("ascii", "replace").strip():
            word = line.upper()
            self.commands.append(line.split()[0].upper())
            if self.hang_up and word.startswith(self.hang_up):
                return
            if (scripted := next((said for start, said in self.answers.items() if word.startswith(start)), b"")) != b"":
                await _say(writer, scripted)
            elif word.startswith("EHLO"):
                offers = [b"250-loopback", b"250-AUTH PLAIN" if secure or not self.tls else b"250-STARTTLS"]
                await _say(writer, b"\r\n".join([*offers, b"250 8BITMIME"]))
            elif word == "STARTTLS" and self.tls:
                await _say(writer, b"220 go ahead")
                await writer.start_tls(self.tls)
                secure = True
            elif word.startswith("AUTH PLAIN"):
                right = base64.b64encode(f"\0{self.user}\0{self.password}".encode()).decode()
                await _say(writer, b"235 welcome" if line.endswith(right) else b"535 5.7.8 credentials are wrong")
            elif word == "DATA":
                await _say(writer, b"354 go on")
                message = await reader.readuntil(b"\r\n.\r\n")
                self.raw.append(message[:-3].replace(b"\r\n..", b"\r\n."))
                self.encrypted = secure
                if self.hang_up == "DOT":
                    return
                await _say(writer, self.answers.get("DOT", b"250 2.0.0 taken as Q1"))
            elif word == "QUIT":
                await _say(writer, b"221 bye")
                return
            else:
                if word.startswith("RCPT TO:"):
                    self.recipients.append(line[9:].rstrip(">"))
                await _say(writer, b"250 ok")


async def _say(writer: asyncio.StreamWriter, line: bytes) -> None:
    writer.write(line + b"\r\n")
    await writer.drain()


@asynccontextmanager
async def serving(server: MailServer) -> AsyncIterator[MailServer]:
    """Serve until the end of the block; `port` is then known."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await server.talk(reader, writer)
        except (asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(handle, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
