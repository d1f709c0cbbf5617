"""The keyring of somebody who practises: it holds what the practice channels need, and never the person's own."""

from __future__ import annotations

from restant_tui.errors import UsageProblem
from restant_tui.practice.description import SECRETS


class PracticeKeyring:
    """Holds the secrets of the practice channels; nothing can be added."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept under that name, or None."""
        return SECRETS.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Refuse; raises UsageProblem."""
        raise UsageProblem("practice keeps no secrets: store it without --practice")

    def delete_password(self, service: str, username: str) -> None:
        """Refuse; raises UsageProblem."""
        raise UsageProblem("practice keeps no secrets: there is nothing to remove")
