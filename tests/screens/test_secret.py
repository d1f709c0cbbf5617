from __future__ import annotations

import asyncio

import pytest
from textual.pilot import Pilot

from restant_tui.transport.asked import Told
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


async def asking(pilot: Pilot[None], *, may_keep: bool) -> asyncio.Task[Told | None]:
    asked = asyncio.create_task(ask_secret(pilot.app, "Passphrase for the key ~/.ssh/id", may_keep=may_keep))
    await until(lambda: isinstance(pilot.app.screen, SecretScreen) and pilot.app.screen.is_mounted)
    await settle(pilot)
    return asked


@pytest.mark.parametrize(("keys", "keeps"), [((), False), (("ctrl+k",), True), (("ctrl+k", "ctrl+k"), False)])
async def test_the_keyring_may_have_it_only_after_a_deliberate_key(keys: tuple[str, ...], keeps: bool) -> None:
    async with open_console(FakeRuntime(), (80, 24)) as pilot:
        asked = await asking(pilot, may_keep=True)
        assert "[ ] ctrl+k keep it in the system keyring" in text(pilot.app)
        await pilot.press(*"h0rse", *keys)
        await settle(pilot)
        assert ("[x] ctrl+k" in text(pilot.app)) is keeps
        await pilot.press("enter")
        told = await asyncio.wait_for(asked, 10)
        assert told is not None
        assert told.secret == "h0rse"
        assert await told.keep() is keeps


async def test_where_nothing_can_be_kept_it_is_not_offered() -> None:
    async with open_console(FakeRuntime(), (80, 24)) as pilot:
        asked = await asking(pilot, may_keep=False)
        assert "keyring" not in text(pilot.app)
        await pilot.press(*"h0rse", "ctrl+k", "enter")
        told = await asyncio.wait_for(asked, 10)
        assert told is not None
        assert told.secret == "h0rse"
        assert not await told.keep()
