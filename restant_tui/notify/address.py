"""Which addresses a message may go to."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from restant_tui.config.people import Channel, Cstate, Email, SlackBot, SlackWebhook, Statuspage

_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def usable(url: str) -> bool:
    """Whether a request may go to that address: by TLS, or in the clear to this very machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    return (
        url.isascii()
        and url.isprintable()
        and " " not in url
        and bool(host)
        and parts.username is None
        and (parts.scheme == "https" or (parts.scheme == "http" and host in _HERE))
    )


def stays_here(channel: Channel, secret: str) -> bool:
    """Whether a message to this channel never leaves this machine; practice sends no others."""
    match channel:
        case SlackWebhook():
            return _host(secret) in _HERE
        case SlackBot() | Statuspage():
            return _host(channel.api) in _HERE
        case Email():
            return channel.host in _HERE
        case Cstate():
            return not channel.push


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "") if usable(url) else ""
