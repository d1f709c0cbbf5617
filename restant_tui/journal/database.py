"""What the journal asks of a database. All SQL above this line is portable: `?` for values, no dialect.

Today there is one, `restant_tui.journal.sqlite`; one that a team shares would stand beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Row = tuple[Any, ...]
"""One line of an answer: text, whole numbers and None only."""


class Session(Protocol):
    """Statements inside one transaction."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all lines of the answer."""
        ...

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Carry out a statement and return how many lines it touched."""
        ...


class Database(Protocol):
    """Transactions on one journal. A failure is a ConfigProblem that names the journal and the way out."""

    where: str
    """The journal's place, for messages."""

    def tables(self) -> frozenset[str]:
        """Return the names of the tables there are; none in a new journal."""
        ...

    def reading(self) -> AbstractContextManager[Session]:
        """Open a transaction that sees one moment and changes nothing."""
        ...

    def writing(self) -> AbstractContextManager[Session]:
        """Open a transaction that nobody else can write beside; on disk when the block is left, gone on an error."""
        ...

    def close(self) -> None:
        """End all work with the journal."""
        ...
