"""Which file sends to which kind of channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from restant_tui.config.people import Channel, Cstate, Email, SlackBot, SlackWebhook, Statuspage
from restant_tui.notify import cstate, mail, slack, statuspage
from restant_tui.notify.delivery import Delivery
from restant_tui.notify.message import Envelope
from restant_tui.notify.web import Web
from restant_tui.transport.local import LocalShell

_FOR_GIT: Final = ("PATH", "LANG", "LC_ALL", "SSH_AUTH_SOCK", "XDG_CONFIG_HOME")


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What messages go out with."""

    web: Web
    mailer: mail.Mailer
    site: cstate.Site

    @classmethod
    def usual(cls, environ: Mapping[str, str], home: Path) -> Self:
        """Return the machine's own: its certificates, and git with the person's settings; nothing is opened yet.

        Args:
            environ: environment variables; git gets the few it needs.
            home: the person's home folder.
        """
        # Without a terminal and DISPLAY neither git nor ssh can ask for a password that nobody would see.
        kept = {name: environ[name] for name in _FOR_GIT if name in environ}
        git = {**kept, "HOME": str(home), "GIT_TERMINAL_PROMPT": "0"}
        site = cstate.Site(home=home, git=lambda folder: LocalShell(folder, git))
        return cls(web=Web(), mailer=mail.Mailer(), site=site)

    async def send(self, envelope: Envelope, channel: Channel, secret: str) -> Delivery:
        """Send a message to a channel, once."""
        match channel:
            case SlackWebhook():
                return await slack.send_webhook(envelope, channel, secret, self.web)
            case SlackBot():
                return await slack.send_bot(envelope, channel, secret, self.web)
            case Email():
                return await mail.send(envelope, channel, secret, self.mailer)
            case Statuspage():
                return await statuspage.send(envelope, channel, secret, self.web)
            case Cstate():
                return await cstate.send(envelope, channel, secret, self.site)


def preview(envelope: Envelope, channel: Channel) -> str:
    """Return what people will read there."""
    match channel:
        case SlackWebhook() | SlackBot():
            return slack.preview(envelope)
        case Email():
            return mail.preview(envelope, channel)
        case Statuspage():
            return statuspage.preview(envelope, channel)
        case Cstate():
            return cstate.preview(envelope, channel)
