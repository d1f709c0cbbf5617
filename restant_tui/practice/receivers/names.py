"""The name system as a page: `GET /dns/NAME` reads an address, `PUT /dns/NAME` sets it, `DELETE` takes it away."""

from __future__ import annotations

from restant_tui.practice.http import Request, Response, as_json
from restant_tui.practice.receivers.received import Message
from restant_tui.practice.world import World


async def answer(world: World, request: Request) -> Response:
    """Answer one request below `/dns`."""
    name = request.path.removeprefix("/dns/").strip("/").lower()
    if not name:
        return as_json(world.dns)
    if request.method == "PUT":
        address = request.body.decode("ascii", "replace").strip()
        world.dns[name] = address
        world.received.messages.append(Message("dns", name, f"{name} -> {address}", world.clock.now(), address))
    elif request.method == "DELETE":
        world.dns.pop(name, None)
    address = world.resolve(name)
    return as_json({"name": name, "address": address}, 200 if address else 404)
