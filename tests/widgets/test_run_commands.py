"""The commands of the catalogue and the wizard: each scope has one command a key, and does what it lists."""

from __future__ import annotations

import pytest

from screens.abort import AbortScreen
from screens.build_log import BuildLogScreen
from screens.confirm import ConfirmScreen
from screens.output import OutputScreen
from screens.parameters import ParametersScreen
from screens.runbooks import RunbooksScreen
from screens.teach import TeachScreen
from screens.wizard import WizardScreen
from widgets.catalogue import CatalogueList
from widgets.faces.offers import OfferList
from widgets.faces.press import PressFace, TypeFace
from widgets.output_pane import OutputPane

SCOPES = (
    RunbooksScreen, ParametersScreen, WizardScreen, ConfirmScreen, AbortScreen, TeachScreen, OutputScreen,
    BuildLogScreen, CatalogueList, OfferList, PressFace, TypeFace, OutputPane,
)  # fmt: skip


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.__name__)
def test_every_command_of_a_scope_has_its_own_key_a_help_text_and_a_method(scope: type) -> None:
    commands = scope.DOES  # type: ignore[attr-defined]  # every scope lists its commands
    taken = [key.strip() for command in commands for key in command.key.split(",")]
    assert len(taken) == len(set(taken))
    for command in commands:
        assert command.help().endswith("."), f"{command.__name__} has no docstring"
        assert hasattr(scope, f"action_{command.action()}"), f"{scope.__name__} does not do {command.__name__}"
