"""What has to be so before a case begins, and what the practice host must show after it.

Each category has a module here:

    @before("rollback-manual", "ok")
    def a_bad_release_is_live(stage: Stage) -> None: ...

    @after("rollback-manual", "ok")
    def the_chosen_release_serves(walked: Walked) -> None: assert ...
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

Hook = Callable[..., Any]
H = TypeVar("H", bound=Hook)
_BEFORE: dict[tuple[str, str], list[Hook]] = {}
_AFTER: dict[tuple[str, str], list[Hook]] = {}


def before(runbook: str, *names: str) -> Callable[[H], H]:
    """Arrange something before these cases of a runbook begin; takes the stage."""
    return _into(_BEFORE, runbook, names)


def after(runbook: str, *names: str) -> Callable[[H], H]:
    """Claim something about the world after these cases of a runbook; takes the walked run."""
    return _into(_AFTER, runbook, names)


def arrangements(runbook: str, name: str) -> tuple[Hook, ...]:
    """Return what is arranged before a case."""
    _load()
    return tuple(_BEFORE.get((runbook, name), ()))


def claims(runbook: str, name: str) -> tuple[Hook, ...]:
    """Return what is claimed after a case."""
    _load()
    return tuple(_AFTER.get((runbook, name), ()))


def spoken_of() -> set[tuple[str, str]]:
    """Return every case that something is arranged for or claimed about."""
    _load()
    return {*_BEFORE, *_AFTER}


@cache
def _load() -> None:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")


def _into(where: dict[tuple[str, str], list[Hook]], runbook: str, names: tuple[str, ...]) -> Callable[[H], H]:
    def keep(hook: H) -> H:
        for name in names:
            where.setdefault((runbook, name), []).append(hook)
        return hook

    return keep
