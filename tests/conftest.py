"""What every test shares: a private home, no animations, and Pilot without its sleeps."""

from __future__ import annotations

import os

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.pop("NO_COLOR", None)

import asyncio
import gc
import sys
from typing import Any

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark of the tests that keep Textual's own waiting."""
    config.addinivalue_line("markers", "stock_wait: drives the console with Textual's own waiting for idle")


async def fast_idle(*_: Any, **__: Any) -> None:
    """Let everything that is ready run; Textual's own waiting sleeps in steps of 20 ms until the CPU is idle."""
    for _round in range(8):
        await asyncio.sleep(0)
    await asyncio.sleep(0.001)
    for _round in range(4):
        await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def quick_pilot(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make Pilot quick, but for tests marked `stock_wait`."""
    if request.node.get_closest_marker("stock_wait"):
        return
    for name in ("textual._wait", "textual.app", "textual.pilot"):
        module = sys.modules.get(name)
        if module is not None and hasattr(module, "wait_for_idle"):
            monkeypatch.setattr(module, "wait_for_idle", fast_idle)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Collect garbage seldom: what the imports made stays for good, and to look at it again costs time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
