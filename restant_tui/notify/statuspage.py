"""Atlassian Statuspage: an incident, and updates to it.

Every message leaves its key in the incident's metadata, so that one whose answer was lost is found, not repeated.
Source: the Statuspage API, version 1.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final

from restant_tui.config.people import Statuspage
from restant_tui.notify.delivery import Delivery, failed, sent, unknown
from restant_tui.notify.message import Envelope, PublicNote, Severity, Stage
from restant_tui.notify.web import Reply, Web, refused
from restant_tui.text import one_line

_IMPACT: Final = {Severity.CRITICAL: "critical", Severity.WARNING: "minor", Severity.INFO: "none"}
_NAME: Final = 255
_BODY: Final = 25_000


async def send(envelope: Envelope, channel: Statuspage, secret: str, client: Web) -> Delivery:
    """Open an incident, or add to the one that the first message of the thread opened."""
    note = envelope.message.public
    if note is None:
        return failed(not_public(envelope))
    incidents = f"{channel.api.rstrip('/')}/pages/{channel.page}/incidents"
    token = f"OAuth {secret}"
    there = await _answer(client.call("GET", f"{incidents}?limit=100", token=token), channel, envelope)
    if isinstance(there, Delivery):
        return there
    if not isinstance(there, list):
        return failed("the status page's list of incidents could not be read: check the channel's `api`")
    if same := _with_key(there, envelope.key):
        return sent(same, "it was there already")
    return await _publish(envelope, note, channel, incidents, token, client)


async def _publish(
    envelope: Envelope, note: PublicNote, channel: Statuspage, incidents: str, token: str, client: Web
) -> Delivery:
    method, url = ("PATCH", f"{incidents}/{envelope.first}") if envelope.first else ("POST", incidents)
    body = {"incident": incident(envelope, note, channel)}
    made = await _answer(client.call(method, url, body=body, token=token), channel, envelope)
    match made:
        case Delivery():
            return made
        case {"id": remote, **rest}:
            return sent(one_line(str(remote), 60), one_line(str(rest.get("shortlink") or ""), 120))
    return unknown("the status page's answer could not be read: look at the page before it is sent again")


async def _answer(call: Awaitable[Reply | Delivery], channel: Statuspage, envelope: Envelope) -> Any:
    """Return what the page says as data, or the delivery that a refusal or trouble on the way comes to."""
    reply = await call
    if isinstance(reply, Delivery):
        return reply
    if reply.status in (200, 201):
        return reply.data
    error = reply.data.get("error", "") if isinstance(reply.data, dict) else ""
    why = "; ".join(map(str, error)) if isinstance(error, list) else str(error)
    return refused(reply, who="the status page", secret=channel.secret, now=envelope.at, why=why)


def incident(envelope: Envelope, note: PublicNote, channel: Statuspage) -> dict[str, Any]:
    """Return the incident as the page is told of it."""
    severity = envelope.message.severity
    made: dict[str, Any] = {
        "name": one_line(note.name, _NAME),
        "status": note.stage.value,
        "body": note.text[:_BODY],
        "impact_override": _IMPACT[severity],
        "deliver_notifications": channel.tell_subscribers,
        "metadata": {"restant": {"key": envelope.key}},
    }
    if channel.components:
        made["component_ids"] = list(channel.components)
        made["components"] = dict.fromkeys(channel.components, _component(note.stage, severity))
    return made


def preview(envelope: Envelope, channel: Statuspage) -> str:
    """Return what customers will read, and who else is told."""
    note = envelope.message.public
    if note is None:
        return not_public(envelope)
    told = "are written to" if channel.tell_subscribers else "are not written to"
    parts = [f"Incident: {note.name}", f"Status: {note.stage}", f"Subscribers {told}."]
    if channel.components:
        state = _component(note.stage, envelope.message.severity)
        parts.append(f"Components: {', '.join(channel.components)} become {state}")
    return "\n".join(parts) + f"\n\n{note.text}"


def not_public(envelope: Envelope) -> str:
    """Say that this template is no business of customers."""
    return (
        f"the template {envelope.message.template} is not for customers: send emergency or status-update to a status "
        "page"
    )


def _component(stage: Stage, severity: Severity) -> str:
    match stage, severity:
        case Stage.RESOLVED, _:
            return "operational"
        case Stage.MONITORING, _:
            return "degraded_performance"
        case _, Severity.CRITICAL:
            return "major_outage"
        case _:
            return "partial_outage"


def _with_key(incidents: list[Any], key: str) -> str:
    for one in incidents:
        metadata = one.get("metadata") if isinstance(one, dict) else None
        ours = metadata.get("restant") if isinstance(metadata, dict) else None
        if isinstance(ours, dict) and ours.get("key") == key:
            return one_line(str(one.get("id", "")), 60)
    return ""
