"""Data services as data: tables with rows, keys in a cache, and the buckets their backups go to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

MIGRATIONS = (
    "2024_01_09_090000_create_tables_table",
    "2024_01_09_090100_create_orders_table",
    "2025_03_17_141500_add_allergens_to_dishes",
    "2026_06_02_083000_index_orders_by_table_and_day",
)
"""What every commit of the past knows."""
BREAKING_MIGRATION = "2026_11_21_170000_drop_printer_from_orders"
"""The one that a release without it cannot live with."""


@dataclass(slots=True)
class Table:
    """One table; a row is the text between the parentheses of an INSERT."""

    name: str
    columns: tuple[str, ...]
    """The lines of CREATE TABLE, without indentation and commas."""
    rows: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stored:
    """One object in a bucket."""

    key: str
    size: int
    at: datetime


@dataclass(slots=True)
class Service:
    """A data service of the mysql or redis plugin."""

    name: str
    kind: str
    id: str
    version: str
    links: list[str]
    status: str = "running"
    tables: dict[str, Table] = field(default_factory=dict)
    """What a mysql service holds."""
    keys: dict[str, str] = field(default_factory=dict)
    """What a redis service holds."""
    limit_mib: int = 256
    """The most memory a redis service takes."""
    used_mib: float = 41.0
    credentials: tuple[str, ...] = ()
    """What `backup-auth` was given; without it no backup leaves the host."""
    schedule: tuple[str, str] | None = None
    """The cron expression and the bucket of the scheduled backup."""
    variables: dict[str, str] = field(default_factory=dict)
    """Which variable of each linked app has its address."""
    log: list[str] = field(default_factory=list)
    password: str = "practice"  # noqa: S105 - nothing real is behind it

    @property
    def database(self) -> str:
        """The name of the one database inside."""
        return self.name.replace("-", "_")

    @property
    def host(self) -> str:
        """The name linked apps reach it by."""
        return f"dokku-{self.kind}-{self.name}"

    @property
    def address(self) -> str:
        """What linked apps get in their environment; it has the password in it."""
        if self.kind == "mysql":
            return f"mysql://mysql:{self.password}@{self.host}:3306/{self.database}"
        return f"redis://:{self.password}@{self.host}:6379"

    @property
    def full(self) -> bool:
        """Whether a cache has no room left."""
        return self.kind == "redis" and self.used_mib >= self.limit_mib * 0.99

    @property
    def packed_size(self) -> int:
        """How many bytes a compressed dump has, about."""
        rows = sum(len(row) for table in self.tables.values() for row in table.rows)
        return 2048 + rows // 4 + 24 * len(self.keys)

    @property
    def migrations(self) -> list[str]:
        """The migrations that were run on it, in their order."""
        table = self.tables.get("migrations")
        found = (re.search(r"'([^']*)'", row) for row in table.rows) if table else iter(())
        return [match[1] for match in found if match]

    def note_migration(self, name: str) -> None:
        """Remember that a migration was run."""
        table = self.tables.setdefault("migrations", Table("migrations", MIGRATIONS_COLUMNS))
        number = len(table.rows) + 1
        table.rows.append(f"{number},'{name}',{number}")

    def forget_migration(self, name: str) -> None:
        """Forget that a migration was run."""
        if table := self.tables.get("migrations"):
            table.rows = [row for row in table.rows if f"'{name}'" not in row]


MIGRATIONS_COLUMNS = (
    "`id` int unsigned NOT NULL AUTO_INCREMENT",
    "`migration` varchar(255) NOT NULL",
    "`batch` int NOT NULL",
    "PRIMARY KEY (`id`)",
)
