"""Mail, as plain text, over a connection whose certificate is checked.

The conversation is held step by step, because where it breaks off decides what is known: before the message's last
dot nothing was sent, after it only the server knows.
"""

from __future__ import annotations

import asyncio
import importlib
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from restant_tui.config.people import Email, Security
from restant_tui.notify.delivery import Delivery, failed, later, sent, unknown
from restant_tui.notify.message import Envelope, Severity
from restant_tui.text import one_line

if TYPE_CHECKING:
    from aiosmtplib import SMTP, SMTPResponseException

_IMPORTANCE: Final = {Severity.CRITICAL: "high", Severity.WARNING: "normal", Severity.INFO: "low"}


@dataclass(frozen=True, slots=True)
class Mailer:
    """How mail servers are reached."""

    tls: ssl.SSLContext | None = None
    """Whom to trust; the system's certificates if not given."""
    timeout: float = 10.0
    """Real seconds for each answer of the server."""


async def send(envelope: Envelope, channel: Email, secret: str, client: Mailer) -> Delivery:
    """Send a message to all addresses of the channel; an address that is refused does not keep it from the others."""
    if channel.user and channel.security is Security.NONE:
        return failed("a password is not sent in the clear: set the channel's `security` to starttls or tls")
    raw = source(envelope, channel)
    await asyncio.to_thread(importlib.import_module, "aiosmtplib")
    from aiosmtplib import SMTP

    server = SMTP(
        hostname=channel.host, port=channel.port, timeout=client.timeout, local_hostname=_domain(channel),
        use_tls=channel.security is Security.TLS, start_tls=channel.security is Security.STARTTLS,
        tls_context=client.tls or await asyncio.to_thread(ssl.create_default_context),
    )  # fmt: skip
    try:
        return await _converse(server, raw, envelope, channel, secret)
    finally:
        # Without the farewell: the message is through or it is not, and QUIT may take its time.
        server.close()


async def _converse(server: SMTP, raw: bytes, envelope: Envelope, channel: Email, secret: str) -> Delivery:
    try:
        await server.connect()
        if channel.user:
            await server.login(channel.user, secret)
        await server.mail(channel.from_)
        refusals = await _recipients(server, channel)
    except Exception as problem:
        return _before(problem, channel)
    if len(refusals) == len(channel.to):
        return _nobody(refusals)
    try:
        answer = await server.data(raw)
    except Exception as problem:
        return _during(problem, channel)
    return _told(refusals, channel, envelope, one_line(answer.message, 80))


def source(envelope: Envelope, channel: Email) -> bytes:
    """Return the mail as it goes over the line. Each try of a message has the same `Message-ID`."""
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import format_datetime

    mail = EmailMessage(policy=SMTP)
    message = envelope.message
    mail["Subject"] = one_line(message.summary, 150)
    mail["From"] = channel.from_
    mail["To"] = ", ".join(channel.to)
    mail["Date"] = format_datetime(envelope.at)
    mail["Message-ID"] = _id(envelope, channel)
    if envelope.first:
        mail["In-Reply-To"] = mail["References"] = envelope.first
    mail["Auto-Submitted"] = "auto-generated"
    mail["Importance"] = _IMPORTANCE[message.severity]
    mail.set_content(f"{message.text}\n\n-- \nrestant-tui, message {envelope.key}\n")
    return bytes(mail)


def preview(envelope: Envelope, channel: Email) -> str:
    """Return what people will read."""
    subject = one_line(envelope.message.summary, 150)
    return f"To: {', '.join(channel.to)}\nSubject: {subject}\n\n{envelope.message.text}"


async def _recipients(server: SMTP, channel: Email) -> dict[str, tuple[int, str]]:
    from aiosmtplib import SMTPResponseException

    refusals: dict[str, tuple[int, str]] = {}
    for address in channel.to:
        try:
            await server.rcpt(address)
        except SMTPResponseException as problem:
            refusals[address] = problem.code, one_line(problem.message, 100)
    return refusals


def _before(problem: Exception, channel: Email) -> Delivery:
    """Say why nothing was sent."""
    from aiosmtplib import SMTPResponseException

    place = f"the mail server {channel.host}:{channel.port}"
    if isinstance(problem, SMTPResponseException):
        return _refused(problem, place, channel)
    # The library wraps some of what TLS says, and some not.
    tls = next((cause for cause in _causes(problem) if isinstance(cause, ssl.SSLError)), problem)
    match tls:
        case ssl.SSLCertVerificationError():
            return failed(f"the certificate of {place} is not valid: {tls.verify_message}; nothing was sent")
        case ssl.SSLError() if not isinstance(tls, ssl.SSLEOFError):
            return failed(f"no protected connection to {place}: check `port` and `security`; nothing was sent")
        case TimeoutError():
            return later(f"{place} did not answer in time; nothing was sent")
        case OSError():
            return later(f"{place} could not be reached, or hung up; nothing was sent")
    return failed(f"{place} does not do what it is asked for: {one_line(str(problem), 100)}; nothing was sent")


def _refused(problem: SMTPResponseException, place: str, channel: Email) -> Delivery:
    from aiosmtplib import SMTPAuthenticationError

    said = f"({problem.code} {one_line(problem.message, 100)})"
    if 400 <= problem.code < 500:
        return later(f"{place} said not now {said}")
    if isinstance(problem, SMTPAuthenticationError):
        return failed(f"{place} refused the login of {channel.user} {said}: store {channel.secret} again")
    return failed(f"{place} said no {said}")


def _during(problem: Exception, channel: Email) -> Delivery:
    """Say what is known when it broke off while the message itself was sent."""
    from aiosmtplib import SMTPDataError

    if isinstance(problem, SMTPDataError):
        said = f"the mail server did not take the message ({problem.code} {one_line(problem.message, 100)})"
        return later(said) if 400 <= problem.code < 500 else failed(said)
    return unknown(
        f"the connection to {channel.host} was lost while the mail was sent: it may have arrived, ask before it is "
        "sent again"
    )


def _nobody(refusals: dict[str, tuple[int, str]]) -> Delivery:
    said = "; ".join(f"{address} was refused ({code} {why})" for address, (code, why) in refusals.items())
    return later(said) if all(400 <= code < 500 for code, _ in refusals.values()) else failed(said)


def _told(refusals: dict[str, tuple[int, str]], channel: Email, envelope: Envelope, answer: str) -> Delivery:
    if not refusals:
        return sent(_id(envelope, channel), answer)
    reached = ", ".join(address for address in channel.to if address not in refusals)
    # Not tried again: those it reached would get it twice.
    return failed(f"sent only to {reached}: {_nobody(refusals).detail}")


def _id(envelope: Envelope, channel: Email) -> str:
    return f"<{envelope.key}@{_domain(channel)}>"


def _domain(channel: Email) -> str:
    return channel.from_.rpartition("@")[2]


def _causes(problem: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    cause: BaseException | None = problem
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found
