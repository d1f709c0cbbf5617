from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from restant_tui.config.model import Identity
from restant_tui.transport.link import Link
from restant_tui.transport.trouble import KeyTrouble, OfferedKey
from restant_tui.transport.trust import Trust
from screens.dashboard import Dashboard
from screens.host_key import HostKeyScreen
from tests.support.console import FakeRuntime, lines, open_console, settle, text
from tests.support.waiting import until

ART = "\n".join(["+--[ED25519 256]--+", *["|   . o = * B     |"] * 9, "+----[SHA256]-----+"])


def key(trouble: KeyTrouble = KeyTrouble.UNKNOWN) -> OfferedKey:
    return OfferedKey(
        trouble=trouble, host="10.0.0.7", port=22, fingerprint="SHA256:Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYm[/x]",
        entry="10.0.0.7 ssh-ed25519 AAAA", file="~/.ssh/known_hosts", kind="ssh-ed25519", art=ART,
        line=0 if trouble is KeyTrouble.UNKNOWN else 7,
    )  # fmt: skip


class FakeLinks:
    """Links of which one shows a key, and what was decided about it."""

    def __init__(self, shows: OfferedKey | None) -> None:
        self.shows = shows
        self.decided: list[tuple[str, OfferedKey, Trust | None]] = []

    def session(self, host: str, identity: Identity) -> Any:
        return SimpleNamespace(offered_key=self.shows)

    def trust(self, host: str, key: OfferedKey, how: Trust) -> None:
        self.decided.append((host, key, how))

    def refuse(self, host: str, key: OfferedKey) -> None:
        self.decided.append((host, key, None))


def refusing(shows: OfferedKey | None) -> tuple[Any, FakeLinks]:
    runtime: Any = FakeRuntime()
    runtime.outage()
    runtime.links = FakeLinks(shows)
    runtime.monitors.link(Link.REFUSED)
    return runtime, runtime.links


async def question(pilot: Pilot[None]) -> HostKeyScreen:
    await until(lambda: isinstance(pilot.app.screen, HostKeyScreen) and pilot.app.screen.is_mounted)
    asked = pilot.app.screen
    assert isinstance(asked, HostKeyScreen)
    await settle(pilot)
    return asked


def read_it(asked: HostKeyScreen) -> None:
    now = asked._opened
    asked._monotonic = lambda: now + 0.6


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_unknown_key_is_shown_whole_and_refuse_has_the_focus(size: tuple[int, int]) -> None:
    runtime, links = refusing(key())
    async with open_console(runtime, size) as pilot:
        asked = await question(pilot)
        for words in ("box (10.0.0.7, port 22)", "ssh-ed25519", key().fingerprint, "s This session", "m Remember"):
            assert words in text(pilot.app)
        for line in ART.splitlines():
            assert any(line in shown for shown in lines(pilot.app))
        assert isinstance(pilot.app.focused, Button)
        assert pilot.app.focused.id == "refuse"
        read_it(asked)
        await pilot.press("enter")
        await until(lambda: links.decided)
        assert links.decided == [("box", key(), None)]


@pytest.mark.parametrize(("pressed", "how"), [("s", Trust.SESSION), ("m", Trust.REMEMBER), ("escape", None)])
async def test_one_deliberate_key_decides_and_it_is_not_asked_again(pressed: str, how: Trust | None) -> None:
    runtime, links = refusing(key())
    async with open_console(runtime) as pilot:
        asked = await question(pilot)
        now = asked._opened
        asked._monotonic = lambda: now + 0.2
        await pilot.press(pressed)
        assert asked.is_current, "a key typed for something else must not answer"
        read_it(asked)
        await pilot.press(pressed)
        await until(lambda: links.decided)
        assert links.decided == [("box", key(), how)]
        runtime.monitors.link(Link.REFUSED, 20)
        await settle(pilot)
        assert isinstance(pilot.app.screen, Dashboard)


async def test_a_host_that_was_tried_again_is_asked_about_again() -> None:
    runtime, links = refusing(key())
    async with open_console(runtime) as pilot:
        read_it(await question(pilot))
        await pilot.press("n")
        await until(lambda: links.decided)
        runtime.monitors.link(Link.CONNECTING)
        await settle(pilot)
        runtime.monitors.link(Link.REFUSED)
        await question(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize(
    ("trouble", "title"), [(KeyTrouble.CHANGED, "has CHANGED"), (KeyTrouble.REVOKED, "is REVOKED")]
)
async def test_a_changed_or_revoked_key_says_which_line_speaks_against_it_and_offers_no_yes(
    size: tuple[int, int], trouble: KeyTrouble, title: str
) -> None:
    runtime, links = refusing(key(trouble))
    async with open_console(runtime, size) as pilot:
        asked = await question(pilot)
        assert title in text(pilot.app)
        assert "line 7 of ~/.ssh/known_hosts" in text(pilot.app)
        assert key().fingerprint in text(pilot.app)
        assert "ctrl+r" in text(pilot.app)
        assert [str(button.label) for button in asked.query(Button)] == ["Leave the host alone"]
        assert "Leave the host alone" in text(pilot.app)
        read_it(asked)
        await pilot.press("s", "m", "y")
        await settle(pilot)
        assert asked.is_current
        await pilot.press("enter")
        await until(lambda: links.decided)
        assert links.decided == [("box", key(trouble), None)]


async def test_a_link_that_is_refused_for_another_reason_asks_nothing() -> None:
    runtime, links = refusing(None)
    async with open_console(runtime) as pilot:
        await settle(pilot)
        assert isinstance(pilot.app.screen, Dashboard)
        assert not links.decided
