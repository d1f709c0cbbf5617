"""Verbs that do one thing on a host, however that host does it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from restant_tui.dokku.verbs.model import Call, Verb, VerbContext
from restant_tui.dokku.verbs.release_list import RELEASE_LIST
from restant_tui.dokku.verbs.release_rollback import RELEASE_ROLLBACK

__all__ = ["VERBS", "Call", "Verb", "VerbContext", "verb_named"]

VERBS: Mapping[str, Verb] = MappingProxyType({verb.name: verb for verb in (RELEASE_LIST, RELEASE_ROLLBACK)})
"""Every verb by its name, without the @."""


def verb_named(word: str) -> Verb | None:
    """Return the verb a runbook means by `@release.list`; None if the word is not a verb we have."""
    return VERBS.get(word.removeprefix("@")) if word.startswith("@") else None
