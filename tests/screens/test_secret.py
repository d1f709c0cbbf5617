from __future__ import annotations

import asyncio

import pytest

from screens.dashboard import Dashboard
from screens.secret import SecretScreen, ask_secret
from tests.support.console import FakeRuntime, open_console, settle, text
from tests.support.waiting import until


@pytest.mark.parametrize(("key", "said"), [("enter", "h0rse y"), ("escape", None)])
async def test_a_passphrase_is_asked_for_without_being_shown(key: str, said: str | None) -> None:
    async with open_console(FakeRuntime(), (80, 24)) as pilot:
        asked = asyncio.create_task(ask_secret(pilot.app, "Passphrase for the key ~/.ssh/id [/x]"))
        await until(lambda: isinstance(pilot.app.screen, SecretScreen) and pilot.app.screen.is_mounted)
        await pilot.press(*"h0rse", "space", "y")
        await settle(pilot)
        assert "Passphrase for the key ~/.ssh/id [/x]" in text(pilot.app)
        assert "h0rse" not in text(pilot.app)
        await pilot.press(key)
        told = await asyncio.wait_for(asked, 10)
        assert (told.secret if told else None) == said
        assert "h0rse" not in repr(told)
        await settle(pilot)
        assert isinstance(pilot.app.screen, Dashboard)
