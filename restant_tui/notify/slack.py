"""Slack, by webhook or by bot.

Neither has an idempotency key: after a lost connection only a look into the channel tells whether a message is there.
Source: Slack's references for incoming webhooks and `chat.postMessage`.
"""

from __future__ import annotations

from typing import Any, Final

from restant_tui.config.people import SlackBot, SlackWebhook
from restant_tui.notify.address import usable
from restant_tui.notify.delivery import Delivery, failed, later, sent, unknown
from restant_tui.notify.message import Envelope
from restant_tui.notify.slack_blocks import payload
from restant_tui.notify.web import Reply, Web, refused, retry_after
from restant_tui.text import one_line

_WEBHOOK_WORDS: Final = {
    "action_prohibited": "an administrator has forbidden it",
    "channel_is_archived": "the channel is archived",
    "channel_not_found": "the channel is gone",
    "no_service": "the webhook was removed or switched off",
    "no_team": "the workspace is gone",
}
_BOT_WORDS: Final = {
    "channel_not_found": "it knows no such channel: check `channel`, and invite the bot if it is private",
    "not_in_channel": "the bot is not in the channel: invite it there",
    "is_archived": "the channel is archived: name another",
    "invalid_auth": "the token is wrong: store a new one",
    "account_inactive": "the token's account was switched off: store a new one",
    "token_revoked": "the token was revoked: store a new one",
    "token_expired": "the token has expired: store a new one",
    "not_authed": "there is no token in the secret: store it again",
    "restricted_action": "an administrator has forbidden it",
}
_LATER: Final = ("ratelimited", "rate_limited", "internal_error", "service_unavailable", "request_timeout")


async def send_webhook(envelope: Envelope, channel: SlackWebhook, secret: str, client: Web) -> Delivery:
    """Send a message through a webhook, whose address is the secret."""
    if not usable(secret):
        return failed(f"the secret {channel.secret} is no webhook address (https://hooks.slack.com/…): store it again")
    reply = await client.call("POST", secret, body=payload(envelope))
    if isinstance(reply, Delivery):
        return reply
    said = one_line(reply.text, 80)
    if reply.status == 200:
        return sent() if said == "ok" else unknown("Slack answered something else than ok: look into the channel")
    why = _WEBHOOK_WORDS.get(said, said)
    return refused(reply, who="Slack", secret=channel.secret, now=envelope.at, why=why)


async def send_bot(envelope: Envelope, channel: SlackBot, secret: str, client: Web) -> Delivery:
    """Send a message as a bot; one that belongs to an earlier message goes into its thread."""
    body: dict[str, Any] = {
        **payload(envelope),
        "channel": channel.channel,
        "metadata": {"event_type": "restant_tui_message", "event_payload": {"key": envelope.key}},
    }
    if envelope.first:
        body["thread_ts"] = envelope.first
    reply = await client.call(
        "POST", f"{channel.api.rstrip('/')}/chat.postMessage", body=body, token=f"Bearer {secret}"
    )
    if isinstance(reply, Delivery):
        return reply
    if reply.status != 200:
        return refused(reply, who="Slack", secret=channel.secret, now=envelope.at)
    if not isinstance(reply.data, dict):
        return unknown("Slack's answer could not be read: look into the channel before it is sent again")
    return _judge(reply, reply.data, channel, envelope)


def _judge(reply: Reply, data: dict[str, Any], channel: SlackBot, envelope: Envelope) -> Delivery:
    """Read the answer's own word: Slack says no with status 200, too."""
    if data.get("ok") is True:
        return sent(one_line(str(data.get("ts", "")), 40))
    error = one_line(str(data.get("error", "no reason given")), 60)
    if error in _LATER:
        return later(f"Slack did not take it this time ({error})", retry_after(reply.headers, envelope.at))
    if error == "fatal_error":
        return unknown("Slack broke off half way (fatal_error): look into the channel before it is sent again")
    if error == "missing_scope":
        needed = one_line(str(data.get("needed", "chat:write")), 60)
        return failed(f"Slack refused: the token in {channel.secret} lacks the scope {needed}")
    return failed(f"Slack refused: {_BOT_WORDS.get(error, error)} (secret {channel.secret}, {channel.channel})")


def preview(envelope: Envelope) -> str:
    """Return what people will read."""
    return envelope.message.text
