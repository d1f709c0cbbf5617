"""A public status page in the shape of Statuspage's API, kept in memory."""

from __future__ import annotations

import json

from restant_tui.practice.http import Request, Response, as_json
from restant_tui.practice.receivers.received import Message
from restant_tui.practice.world import World

COMPONENTS = {"cmp-website": "Website", "cmp-ordering": "Ordering", "cmp-printing": "Receipt printing"}


async def answer(world: World, request: Request) -> Response:
    """Answer one request below `/v1/pages`."""
    parts = request.path.strip("/").split("/")
    if not request.headers.get("authorization", "").startswith(("OAuth ", "Bearer ")):
        return as_json({"error": "Could not authenticate"}, 401)
    incidents = world.received.incidents
    match request.method, parts[3:]:
        case "GET", ["components"]:
            return as_json([{"id": key, "name": name, "status": "operational"} for key, name in COMPONENTS.items()])
        case "GET", ["incidents", *rest]:
            return as_json([one for one in reversed(incidents) if not rest or one["status"] != "resolved"])
        case "POST", ["incidents"]:
            made: dict[str, object] = {"id": f"inc{len(incidents) + 1:05d}", "incident_updates": []}
            return _change(world, parts[2], made, request, 201)
        case "PATCH" | "PUT", ["incidents", key]:
            found = next((one for one in incidents if one["id"] == key), None)
            if found is not None:
                return _change(world, parts[2], found, request, 200)
    return as_json({"error": "not found"}, 404)


def _change(world: World, page: str, incident: dict[str, object], request: Request, status: int) -> Response:
    given = request.json().get("incident")
    if not isinstance(given, dict) or not (given.get("name") or incident.get("name")):
        return as_json({"error": ["Name can't be blank"]}, 422)
    now = world.clock.now()
    if incident not in world.received.incidents:
        world.received.incidents.append(incident)
    incident.update({key: value for key, value in given.items() if key != "body"})
    incident.setdefault("status", "investigating")
    incident |= {"page_id": page, "shortlink": f"https://stspg.io/{incident['id']}", "updated_at": now.isoformat()}
    updates = incident["incident_updates"]
    assert isinstance(updates, list)
    body = str(given.get("body", ""))
    updates.insert(0, {"status": incident["status"], "body": body, "created_at": now.isoformat()})
    text = f"{incident.get('name')} [{incident['status']}] {body}".strip()
    world.received.messages.append(Message("statuspage", page, text, now, json.dumps(given)))
    return as_json(incident, status)
