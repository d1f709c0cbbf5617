"""Apps that the inventory does not name: chosen from what the hosts have, looked at until the console is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App

from restant_tui.errors import RestantError

if TYPE_CHECKING:
    from restant_tui.engine.runtime import Runtime
    from screens.other_apps import OtherAppsScreen


async def choose(app: App[Any], runtime: Runtime, shown: OtherAppsScreen) -> str:
    """Ask which app to look at, and look at it; return its name, empty if there is none. To be awaited in a worker."""
    chosen = await app.push_screen_wait(shown)
    if chosen is None:
        return ""
    try:
        runtime.monitors.look_at(*chosen)
    except RestantError as problem:
        app.notify(str(problem), severity="error", markup=False)
        return ""
    return chosen[1]
