"""The pages of the apps: each on a port of its own, and all of them behind one proxy that goes by the host name."""

from __future__ import annotations

from restant_tui.practice.health import examine
from restant_tui.practice.http import Request, Response, Site, as_json
from restant_tui.practice.world import App, World

_MAINTENANCE = b"<html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>\n"


def site(world: World, app: App) -> Site:
    """Return the pages of one app."""

    async def answer(request: Request) -> Response:
        return await page(world, app, request)

    return Site(answer)


def proxy(world: World) -> Site:
    """Return the proxy: it finds the app by the `Host` header, a domain of it or its name."""

    async def answer(request: Request) -> Response:
        name = request.headers.get("host", "").partition(":")[0]
        app = next((app for app in world.apps.values() if name in (app.name, *app.domains)), None)
        if app is None:
            return _titled(404, "Not Found")
        return await page(world, app, request)

    return Site(answer)


async def page(world: World, app: App, request: Request) -> Response:
    """Answer one request to an app."""
    health = examine(world, app)
    await world.dawdle(health.seconds)
    if health.status == 503:
        return Response(503, _MAINTENANCE, headers={"Retry-After": "600"})
    commit = app.serving
    if commit is None or app.name not in world.apps:
        return _titled(502, "Bad Gateway")
    if request.path == "/up":
        return as_json({"status": "ok", "release": commit.short})
    if request.path != "/health":
        return _titled(404, "Not Found")
    if health.status == 200:
        return as_json({"status": "ok", "release": commit.short})
    return as_json({"status": "error", "release": commit.short, "checks": health.checks}, health.status)


def _titled(status: int, title: str) -> Response:
    return Response(status, f"<html><head><title>{title}</title></head></html>\n".encode())
