"""Who can be asked while a connection is made, and what they say: the person at the console or at a plain terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from restant_tui.transport.trouble import OfferedKey
from restant_tui.transport.trust import Trust


async def _no() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Told:
    """A secret that a person gave. `keep` finds out, once it has proved right, whether the keyring may have it."""

    secret: str = field(repr=False)
    keep: Callable[[], Awaitable[bool]] = field(default=_no, repr=False)


class AskSecret(Protocol):
    """Asks a person for a secret without showing it."""

    def __call__(self, prompt: str, *, may_keep: bool) -> Awaitable[Told | None]:
        """Return what was said, or None if they will not say; `may_keep` is whether a keyring could keep it."""
        ...


AskKey = Callable[[OfferedKey], Awaitable[Trust | None]]
"""Asks a person whether the key of a host nobody knows yet is trusted, and for how long; None is a no."""
Tell = Callable[[str], None]
"""Says one sentence to the person."""
