"""Where the program keeps its things: XDG folders, or all of them under `RESTANT_TUI_HOME`.

Source: the XDG Base Directory Specification, 0.8.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from restant_tui.errors import ConfigProblem

_OURS = "restant-tui"
_PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Paths:
    """The three folders of one person, and what stands where in them. Nothing is created by asking."""

    state: Path
    """The journal and the output of steps: must not be lost."""
    config: Path
    """What people write: the configuration and runbooks of their own."""
    data: Path
    """What can be made again."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], home: Path) -> Self:
        """Return the folders this environment asks for.

        Args:
            environ: environment variables; `RESTANT_TUI_HOME` moves everything, else the `XDG_*_HOME` count.
            home: the person's home folder, for the defaults and for a leading `~/`.

        Raises:
            ConfigProblem: `RESTANT_TUI_HOME` is not an absolute path.
        """
        if moved := environ.get("RESTANT_TUI_HOME"):
            root = _expanded(moved, home)
            if not root.is_absolute():
                raise ConfigProblem(f"RESTANT_TUI_HOME is {moved!r}: give an absolute path, such as {home / _OURS}")
            return cls(root / "state", root / "config", root / "data")

        def base(name: str, default: str) -> Path:
            given = Path(environ.get(name, ""))
            # The specification says that a relative path is invalid and counts as not given.
            return (given if given.is_absolute() else home / default) / _OURS

        return cls(
            base("XDG_STATE_HOME", ".local/state"),
            base("XDG_CONFIG_HOME", ".config"),
            base("XDG_DATA_HOME", ".local/share"),
        )

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.state / "journal.sqlite3"

    @property
    def outputs(self) -> Path:
        """The folder of what steps printed."""
        return self.state / "outputs"

    @property
    def config_file(self) -> Path:
        """The configuration that counts when none is named."""
        return self.config / "config.yaml"

    @property
    def secret_names(self) -> Path:
        """The list of the names (never the values) of secrets that were put into the keyring."""
        return self.state / "secret-names"

    @property
    def capabilities(self) -> Path:
        """The folder of what each host was found to be able to do."""
        return self.data / "capabilities"

    @property
    def commits(self) -> Path:
        """The folder of the clones that tell what commits of the apps are."""
        return self.data / "commits"

    @property
    def runbooks(self) -> Path:
        """The folder of runbooks of one's own."""
        return self.config / "runbooks"

    @property
    def practice(self) -> Path:
        """The folder of the practice host, with a journal of its own."""
        return self.state / "practice"


def private_folder(folder: Path) -> Path:
    """Return the folder, created with mode 0700 (parents too) where it is missing.

    One that others can look into is closed to them, as it is about to hold what hosts answered.

    Raises:
        ConfigProblem: it cannot be created, is not a folder or cannot be written.
    """
    try:
        _create(folder)
        if folder.stat().st_mode & 0o077:
            folder.chmod(_PRIVATE)
    except OSError as problem:
        raise ConfigProblem(_says(folder, problem.strerror or str(problem))) from problem
    if not _writable(folder):
        raise ConfigProblem(_says(folder, "it is not writable"))
    return folder


def _create(folder: Path) -> None:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        # Another process may create it at the same moment.
        one.mkdir(_PRIVATE, exist_ok=True)


def _writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _says(folder: Path, why: str) -> str:
    return f"cannot keep anything in {folder}: {why}; make it writable, or set RESTANT_TUI_HOME to another folder"


def _expanded(text: str, home: Path) -> Path:
    return home / text[2:] if text.startswith("~/") else Path(text)
