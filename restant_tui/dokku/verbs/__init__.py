"""Verbs that do one thing on a host, however that host does it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from restant_tui.dokku.verbs.build_last import BUILD_LAST
from restant_tui.dokku.verbs.db_check import DB_CHECK
from restant_tui.dokku.verbs.db_dump import DB_DUMP
from restant_tui.dokku.verbs.db_import import DB_IMPORT
from restant_tui.dokku.verbs.db_scan import DB_SCAN
from restant_tui.dokku.verbs.deploy_freeze import DEPLOY_FREEZE
from restant_tui.dokku.verbs.deploy_thaw import DEPLOY_THAW
from restant_tui.dokku.verbs.host_figures import HOST_FIGURES
from restant_tui.dokku.verbs.model import Call, Need, Verb, VerbContext
from restant_tui.dokku.verbs.release_list import RELEASE_LIST
from restant_tui.dokku.verbs.release_rollback import RELEASE_ROLLBACK

__all__ = ["VERBS", "Call", "Need", "Verb", "VerbContext", "verb_named"]

VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        verb.name: verb
        for verb in (
            BUILD_LAST,
            DB_CHECK,
            DB_DUMP,
            DB_IMPORT,
            DB_SCAN,
            DEPLOY_FREEZE,
            DEPLOY_THAW,
            HOST_FIGURES,
            RELEASE_LIST,
            RELEASE_ROLLBACK,
        )
    }
)
"""Every verb by its name, without the @."""


def verb_named(word: str) -> Verb | None:
    """Return the verb a runbook means by `@release.list`; None if the word is not a verb we have."""
    return VERBS.get(word.removeprefix("@")) if word.startswith("@") else None
