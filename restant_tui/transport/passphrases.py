"""Passphrases that need not be asked for: in the environment, or in the keyring because a person said so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from restant_tui.config.secrets import Secrets
from restant_tui.errors import UsageProblem

PREFIX: Final = "passphrase."
"""How the keyring's names of passphrases begin."""
_VARIABLE: Final = "RESTANT_TUI_PASSPHRASE_"
_LONGEST: Final = 24


def name_of(key: Path) -> str:
    """Return the name under which the keyring holds the passphrase of that key file: `passphrase.id-ed25519-1f0c9a3e`.

    The digits tell files of one name in different folders apart.
    """
    word = re.sub(r"[^a-z0-9]+", "-", key.name.lower()).strip("-")[:_LONGEST]
    return f"{PREFIX}{word or 'key'}-{hashlib.sha256(str(key).encode()).hexdigest()[:8]}"


def variable_of(key: Path) -> str:
    """Return the environment variable that may hold it: `RESTANT_TUI_PASSPHRASE_ID_ED25519`."""
    return _VARIABLE + re.sub(r"[^A-Z0-9]", "_", key.name.upper())


def without(environ: Mapping[str, str]) -> dict[str, str]:
    """Return that environment without passphrases, for programs that are started from here."""
    return {name: value for name, value in environ.items() if not name.startswith(_VARIABLE)}


class Passphrases:
    """Looks them up, and keeps those that may be kept."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def of_environment(self, key: Path) -> str | None:
        """Return what the environment holds for that key, or None.

        Raises:
            ConfigProblem: what it holds cannot be a passphrase.
        """
        return self._secrets.lookup(f"env:{variable_of(key)}")

    async def kept(self, key: Path) -> str | None:
        """Return what the keyring keeps for that key; a keyring that was given nothing from here is not asked.

        Raises:
            ConfigProblem: the keyring cannot be asked; one sentence with the way out.
        """
        name = name_of(key)
        return await self._secrets.get(name) if name in self._secrets.list() else None

    async def keep(self, key: Path, passphrase: str) -> None:
        """Keep it in the keyring.

        Raises:
            UsageProblem: it cannot be kept as it is.
            ConfigProblem: the keyring cannot be asked, or did not keep it.
        """
        if passphrase != passphrase.strip():
            raise UsageProblem("it begins or ends with a blank, which a keyring's entry here cannot")
        await self._secrets.set(name_of(key), passphrase)

    def hide(self, passphrase: str) -> None:
        """Take it out of everything that is stored or shown from now on."""
        self._secrets.hide(passphrase)
