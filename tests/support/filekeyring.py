"""A keyring in a file, for programs that tests start; `variables` makes them use it."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend

VARIABLE = "TEST_KEYRING"
"""Names the file."""
BACKEND = f"{__name__}.FileKeyring"


def variables(file: Path) -> dict[str, str]:
    """Return what makes a program use that file as its keyring."""
    return {"PYTHON_KEYRING_BACKEND": BACKEND, VARIABLE: str(file)}


class FileKeyring(KeyringBackend):
    """Keeps everything as JSON, readable."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return self._all().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write({**self._all(), f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        self._write({name: value for name, value in self._all().items() if name != f"{service}/{username}"})

    @property
    def _file(self) -> Path:
        return Path(os.environ[VARIABLE])

    def _all(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self._file.read_text()) if self._file.exists() else {}
        return found

    def _write(self, entries: dict[str, str]) -> None:
        self._file.write_text(json.dumps(entries))
