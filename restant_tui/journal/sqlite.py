"""The journal's database in one SQLite file. The only file that knows SQLite.

Write-ahead logging lets other processes read while one writes; `synchronous=FULL` makes a commit wait for the disk.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from restant_tui.errors import ConfigProblem
from restant_tui.journal.database import Row
from restant_tui.paths import private_folder

_BUSY_SECONDS = 10.0


class SqliteDatabase:
    """One connection to one file, safe to use from several threads and processes."""

    def __init__(self, path: Path) -> None:
        """Open the file; one that is missing is created with mode 0600, its folder with 0700.

        Raises:
            ConfigProblem: it cannot be created, read, or is no SQLite file; it is then left as it was.
        """
        self.where = str(path)
        self._mutex = threading.RLock()
        self._path = path
        if not path.parent.exists():
            private_folder(path.parent)
        with self._explained():
            _create_private(path)
            # isolation_level=None: transactions begin and end where this file says so, not where the driver guesses.
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with self._explained():
                self._connection.execute("PRAGMA foreign_keys = ON")
                self._connection.execute("PRAGMA synchronous = FULL")
                self.tables()
        except ConfigProblem:
            self._connection.close()
            raise

    def tables(self) -> frozenset[str]:
        """Return the names of the tables there are; none in a new file."""
        with self._mutex, self._explained():
            rows = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return frozenset(name for (name,) in rows if not name.startswith("sqlite_"))

    def share(self) -> None:
        """Turn on write-ahead logging; kept out of opening, so that a file which is not ours stays as it is."""
        with self._mutex, self._explained():
            self._connection.execute("PRAGMA journal_mode = WAL")

    def reading(self) -> AbstractContextManager[_Session]:
        """Open a transaction that sees one moment and changes nothing."""
        return self._transaction("BEGIN")

    def writing(self) -> AbstractContextManager[_Session]:
        """Open a transaction that nobody else can write beside."""
        return self._transaction("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Close the file."""
        with self._mutex:
            self._connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[_Session]:
        with self._mutex, self._explained():
            self._connection.execute(begin)
            try:
                yield _Session(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite itself may have rolled back already, as it does when the disk is full.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as problem:
            raise ConfigProblem(f"the journal {self.where} {_says(problem)}") from problem


class _Session:
    """Statements on the connection whose transaction is open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all lines of the answer."""
        return self._connection.execute(sql, values).fetchall()

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Carry out a statement and return how many lines it touched."""
        return self._connection.execute(sql, values).rowcount


def _create_private(path: Path) -> None:
    # SQLite gives its side files the mode of the main one, so this one mode keeps all of them private.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _says(problem: sqlite3.Error | OSError) -> str:
    """Say what is wrong and the way out, after `the journal PATH`."""
    if isinstance(problem, OSError):
        return f"cannot be opened: {problem.strerror or problem}; make it readable and writable, or move it aside"
    match problem.sqlite_errorname if hasattr(problem, "sqlite_errorname") else "":
        case "SQLITE_NOTADB" | "SQLITE_CORRUPT" as name:
            what = "is not a journal" if name == "SQLITE_NOTADB" else "is damaged"
            return f"{what}: move it aside (keep it, do not delete it) and start again with an empty one"
        case "SQLITE_BUSY" | "SQLITE_LOCKED":
            return "is being written by another restant-tui for too long; see what that one does, then try again"
        case "SQLITE_FULL":
            return "cannot grow because the disk is full; free some space, then try again"
        case "SQLITE_READONLY" | "SQLITE_READONLY_DIRECTORY" | "SQLITE_CANTOPEN":
            return "cannot be written; make the file and its folder writable, or set RESTANT_TUI_HOME"
        case _:
            return f"cannot be used: {problem}; move it aside if this stays"
