"""Apps that the inventory does not name: chosen from what the hosts have, looked at until the console is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App

from restant_tui.errors import RestantError

if TYPE_CHECKING:
    from restant_tui.engine.runtime import Runtime


def look_at(app: App[Any], runtime: Runtime, chosen: tuple[str, str] | None) -> str:
    """Look at an app from now on and return its name; empty where none was chosen, or it cannot be looked at.

    Args:
        app: says why not.
        runtime: watches it.
        chosen: its host and its name.
    """
    if chosen is None:
        return ""
    try:
        runtime.monitors.look_at(*chosen)
    except RestantError as problem:
        app.notify(str(problem), severity="error", markup=False)
        return ""
    return chosen[1]
