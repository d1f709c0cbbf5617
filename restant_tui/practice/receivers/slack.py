"""A chat that only listens: incoming webhooks and the few methods of the bot API, in Slack's shapes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from restant_tui.practice.http import Request, Response, as_json
from restant_tui.practice.receivers.received import Message
from restant_tui.practice.world import World


async def answer(world: World, request: Request) -> Response:
    """Answer one request below `/slack`."""
    parts = request.path.strip("/").split("/")
    if parts[1:2] == ["webhook"] and len(parts) == 3:
        return _webhook(world, parts[2], request)
    if parts[1:2] != ["api"] or len(parts) != 3:
        return Response(404, b"no_service", "text/plain")
    if not request.headers.get("authorization", "").startswith("Bearer "):
        return as_json({"ok": False, "error": "not_authed"})
    method = _METHODS.get(parts[2])
    return method(world, request) if method else as_json({"ok": False, "error": "unknown_method"})


def _who(world: World, request: Request) -> Response:
    return as_json({"ok": True, "team": "Practice", "user": "restant-tui", "bot_id": "B0PRACTICE"})


def _webhook(world: World, channel: str, request: Request) -> Response:
    text = str(request.json().get("text", ""))
    if not text:
        return Response(400, b"no_text", "text/plain")
    _keep(world, f"#{channel}", text, request, world.clock.now())
    return Response(200, b"ok", "text/plain")


def _post(world: World, request: Request) -> Response:
    body = request.json()
    channel, text = str(body.get("channel", "")), str(body.get("text", ""))
    if not channel:
        return as_json({"ok": False, "error": "channel_not_found"})
    if not text and not body.get("blocks"):
        return as_json({"ok": False, "error": "no_text"})
    now = world.clock.now()
    _keep(world, channel if channel.startswith(("#", "C")) else f"#{channel}", text, request, now)
    stamp = str(body.get("ts") or f"{now.timestamp():.6f}")
    return as_json({"ok": True, "channel": channel, "ts": stamp, "message": {"text": text, "ts": stamp}})


def _history(world: World, request: Request) -> Response:
    channel = str(request.json().get("channel") or request.query.get("channel", ""))
    found = [
        {"type": "message", "text": m.text, "ts": f"{m.at.timestamp():.6f}"}
        for m in reversed(world.received.on("slack", channel))
    ]
    return as_json({"ok": True, "messages": found, "has_more": False})


def _keep(world: World, channel: str, text: str, request: Request, at: datetime) -> None:
    body = request.body.decode("utf-8", "replace")
    world.received.messages.append(Message("slack", channel, text, at, body))


_METHODS: dict[str, Callable[[World, Request], Response]] = {
    "auth.test": _who,
    "chat.postMessage": _post,
    "chat.update": _post,
    "conversations.history": _history,
}
