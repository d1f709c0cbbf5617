"""A keyring in memory, and secrets that are looked up in it."""

from __future__ import annotations

from pathlib import Path

from restant_tui.config.secrets import Keyring, Secrets
from restant_tui.text import Redactor


class Drawer:
    """A keyring in memory; `broken` is raised instead, `loses` forgets at once."""

    def __init__(self, broken: Exception | None = None, *, loses: bool = False) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.broken = broken
        self.loses = loses

    def get_password(self, service: str, username: str) -> str | None:
        if self.broken:
            raise self.broken
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.broken:
            raise self.broken
        if not self.loses:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def secrets(
    folder: Path, drawer: Keyring | None = None, *, redactor: Redactor | None = None, **environ: str
) -> Secrets:
    ring = drawer or Drawer()
    return Secrets(environ, redactor or Redactor(), names=folder / "state" / "names", keyring=lambda: ring, timeout=0.3)
