"""One address for everything beside Dokku: which path goes to which receiver."""

from __future__ import annotations

from restant_tui.practice.http import Request, Response, Site, as_json
from restant_tui.practice.receivers import names, slack, statuspage
from restant_tui.practice.receivers.forge import Forge
from restant_tui.practice.world import World


def desk(world: World, forge: Forge) -> Site:
    """Return the site that receives messages and answers for the forge and the name system."""

    async def answer(request: Request) -> Response:
        match request.path.strip("/").split("/")[:2]:
            case ["slack", _]:
                return await slack.answer(world, request)
            case ["v1", "pages"]:
                return await statuspage.answer(world, request)
            case ["repos", _]:
                return await forge.answer(request)
            case ["dns", *_]:
                return await names.answer(world, request)
        return as_json({"error": "nothing is here"}, 404)

    return Site(answer)
