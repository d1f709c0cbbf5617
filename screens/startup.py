"""What makes the console quick to open and quick to answer. Call `prepare` before anything imports textual."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import MutableMapping
from importlib import import_module
from importlib.util import find_spec

from restant_tui.text import one_line

TITLE_SAVED = "\x1b[22;0t"
"""Makes a terminal remember its title."""
TITLE_RESTORED = "\x1b[23;0t"
"""Makes it show the remembered title again."""


def prepare(environment: MutableMapping[str, str] = os.environ, *, no_color: bool = False) -> None:
    """Set what Textual reads at import, and keep the garbage collector still until the first frame is painted.

    Args:
        environment: the process's environment; values a person has set themselves are kept.
        no_color: draw without colours, as `NO_COLOR` does.
    """
    environment.setdefault("TEXTUAL_FPS", "240")  # repaints are event-driven: this bounds latency, not idle work
    environment.setdefault("TEXTUAL_ANIMATIONS", "none")
    if no_color:
        environment["NO_COLOR"] = "1"
    gc.disable()


def settled() -> None:
    """Let the garbage collector work again, without looking at what was loaded to paint the first frame."""
    if gc.isenabled():  # nobody called `prepare`
        return
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()


def warm() -> None:
    """Import what the core will need. Runs in a thread: on the event loop the first frame would stand still."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    try:
        for name in ("asyncssh", "httpx", "jinja2", "restant_tui.engine.runtime"):
            if find_spec(name) is not None:
                import_module(name)
    finally:
        sys.setswitchinterval(interval)


def title(words: str) -> str:
    """Return what makes a terminal show these words as its title."""
    return f"\x1b]0;{one_line(words)}\x07"
