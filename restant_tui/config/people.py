"""Whom the program can tell: channels by name, each with the way a message gets there.

A channel never holds a token or password, only the name under which the keyring (or, as `env:NAME`, an environment
variable) holds it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

# The second half turns down what looks like a token someone pasted in the place of its name.
KEYRING_NAME: Final = r"(?!xox)(?![0-9a-f-]{32})[a-z][a-z0-9.-]{0,47}"
Reference = Annotated[
    str,
    Meta(
        pattern=rf"^(env:[A-Za-z_][A-Za-z0-9_]*|{KEYRING_NAME})$(?!\n)",
        description="the name of a secret in the keyring, or env:NAME for an environment variable",
    ),
]
Address = Annotated[
    str,
    Meta(
        pattern=r"^(https://[^/\s@?#]+|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?)(/[^\s?#]*)?$(?!\n)",
        description="a whole address that begins with https:// (http:// only on this machine)",
    ),
]
MailAddress = Annotated[
    str,
    Meta(pattern=r"^[!-~]+@[A-Za-z0-9](-?[A-Za-z0-9.])*$(?!\n)", description="one mail address, like ops@example.org"),
]
PageId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]+$(?!\n)", description="an id as the status page shows it")]


class _Channel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What the kinds of channels have in common."""


class SlackWebhook(_Channel, frozen=True, kw_only=True, tag="slack-webhook"):
    """A Slack channel by its incoming webhook; messages there cannot be threaded or changed later."""

    secret: Reference
    """The webhook's address: whoever knows it can write to the channel."""


class SlackBot(_Channel, frozen=True, kw_only=True, tag="slack-bot"):
    """A Slack channel by a bot's token (scope `chat:write`); later messages of an incident go in its thread."""

    secret: Reference
    channel: Annotated[str, Meta(min_length=1, max_length=80)]
    """The channel's id, or its name with `#`."""
    api: Address = "https://slack.com/api"


class Security(StrEnum):
    """How the connection to a mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    """From the first byte, usually on port 465."""
    NONE = "none"
    """Not at all: only for a relay that needs no login."""


class Email(_Channel, frozen=True, kw_only=True, tag="email"):
    """Mail to one or more addresses; the server's certificate is always checked."""

    to: Annotated[tuple[MailAddress, ...], Meta(min_length=1)]
    from_: MailAddress = msgspec.field(name="from")
    host: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.:-]+$(?!\n)")]
    port: Annotated[int, Meta(ge=1, le=65535)] = 587
    security: Security = Security.STARTTLS
    user: str | None = None
    secret: Reference | None = None


class Statuspage(_Channel, frozen=True, kw_only=True, tag="statuspage"):
    """A public page at Atlassian Statuspage."""

    page: PageId
    secret: Reference
    components: tuple[PageId, ...] = ()
    """Ids of the components that an incident shows as affected."""
    tell_subscribers: bool = False
    """Whether the page also writes to its subscribers, who are customers."""
    api: Address = "https://api.statuspage.io/v1"


class Cstate(_Channel, frozen=True, kw_only=True, tag="cstate"):
    """A public page made by cState from files in a git work tree on this machine."""

    folder: Annotated[str, Meta(min_length=1)]
    """The work tree, absolute or from `~/`; issues are written to `content/issues` in it."""
    affected: tuple[str, ...] = ()
    """Names of the systems, exactly as cState's own configuration has them."""
    push: bool = True


Channel = SlackWebhook | SlackBot | Email | Statuspage | Cstate
KINDS: Final[dict[str, type[Channel]]] = {
    str(kind.__struct_config__.tag): kind for kind in (SlackWebhook, SlackBot, Email, Statuspage, Cstate)
}
"""The kinds of channels by the word a file names them with."""


def kind_of(channel: Channel) -> str:
    """Return the word a file names this kind of channel with."""
    return str(channel.__struct_config__.tag)
