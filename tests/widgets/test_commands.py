"""One command, one truth: the key, the footer, the palette and the help agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.command import DiscoveryHit

from screens.app import RestantApp
from screens.ask import AskScreen
from screens.dashboard import Dashboard
from screens.help import HelpScreen
from screens.messages import MessagesScreen
from screens.runs import RecordScreen, RunsScreen
from tests.support.console import FakeRuntime, open_console, settle
from widgets import commands
from widgets.alerts import AlertsPane
from widgets.commands import Command, CommandProvider
from widgets.health import HealthPane
from widgets.hint_bar import HintBar
from widgets.log_pane import LogPane
from widgets.releases import ReleasesPane
from widgets.run_list import RunList

PANES = (HealthPane, ReleasesPane, LogPane, AlertsPane, RunList)
SCREENS = (Dashboard, RunsScreen, RecordScreen, AskScreen, HelpScreen, MessagesScreen)
SCOPES = (RestantApp, *SCREENS, *PANES)


def keys(node: type) -> Iterator[str]:
    for command in node.DOES:  # type: ignore[attr-defined]  # every scope lists its commands
        yield from (key.strip() for key in command.key.split(","))


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.__name__)
def test_every_command_of_a_scope_has_its_own_key_a_help_text_and_a_method(scope: type) -> None:
    taken = list(keys(scope))
    assert len(taken) == len(set(taken))
    for command in scope.DOES:  # type: ignore[attr-defined]  # every scope lists its commands
        assert command.help().endswith("."), f"{command.__name__} has no docstring"
        assert hasattr(scope, f"action_{command.action()}"), f"{scope.__name__} does not do {command.__name__}"


@pytest.mark.parametrize("pane", [HealthPane, ReleasesPane, LogPane, AlertsPane])
def test_no_pane_hides_a_key_of_the_dashboard_or_the_console(pane: type) -> None:
    above = set(keys(Dashboard)) | set(keys(RestantApp))
    assert not set(keys(pane)) & above


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.__name__)
def test_the_bindings_are_the_commands(scope: type) -> None:
    bound = {binding.id: binding for binding in scope.BINDINGS if getattr(binding, "id", None)}  # type: ignore[attr-defined]
    for command in scope.DOES:  # type: ignore[attr-defined]  # every scope lists its commands
        binding = bound[command.__name__]
        assert (binding.key, binding.action, binding.tooltip) == (command.key, command.action(), command.help())
        assert binding.show is bool(command.hint)


@pytest.mark.parametrize("pane", ["1", "2", "3", "4"])
async def test_footer_palette_and_help_offer_what_the_keys_do(pane: str) -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime, (200, 90)) as pilot:
        await pilot.press(pane)
        await settle(pilot)
        screen = pilot.app.screen
        offers = commands.offered(screen)
        active = {item.binding.action for item in screen.active_bindings.values()}
        assert {offer.command.action() for offer in offers} <= active
        hints = {command for command, _ in screen.query_one(HintBar).hints(400)}
        assert hints == {offer.command for offer in offers if offer.command.hint}
        provider = CommandProvider(screen)
        found = [hit async for hit in provider.discover() if isinstance(hit, DiscoveryHit)]
        assert [hit.text for hit in found] == [offer.command.name() for offer in offers if offer.command.in_palette]
        await pilot.press("question_mark")
        await settle(pilot)
        assert isinstance(pilot.app.screen, HelpScreen)
        shown = " ".join(line.plain for line in pilot.app.screen.lines(70))
        shown = " ".join(shown.split())
        for offer in offers:
            assert offer.command.help() in shown
            assert offer.command.all_key_words() in shown


async def test_a_command_that_cannot_be_used_says_why_in_the_palette() -> None:
    runtime = FakeRuntime()
    async with open_console(runtime) as pilot:
        await pilot.press("4")
        provider = CommandProvider(pilot.app.screen)
        hits = {hit.text: hit async for hit in provider.discover() if isinstance(hit, DiscoveryHit)}
        assert hits["Acknowledge"].help == "not now: no open alert is selected"


def test_names_actions_and_keys_come_from_the_class() -> None:
    class RestartEverything(Command):
        """Restart every process."""

        key = "ctrl+x,question_mark"

    assert RestartEverything.name() == "Restart everything"
    assert RestartEverything.action() == "restart_everything"
    assert RestartEverything.all_key_words() == "ctrl+x ?"
