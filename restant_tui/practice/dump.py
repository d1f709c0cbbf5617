"""SQL dumps as `mysqldump` writes them and `mysql` reads them back: enough SQL to carry the tables, no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from restant_tui.practice.stores import Service, Table

TRAILER = "-- Dump completed on "
_ROWS_A_LINE = 100


class Broken(Exception):
    """A statement the server does not understand; what came before it has been done."""

    def __init__(self, line: int, near: str) -> None:
        super().__init__(
            f"ERROR 1064 (42000) at line {line}: You have an error in your SQL syntax; check the manual that "
            f"corresponds to your MySQL server version for the right syntax to use near '{near}' at line 1"
        )


def write(service: Service, now: datetime) -> Iterator[str]:
    """Yield the lines of a dump of the service's database."""
    version = service.version.partition(":")[2]
    yield f"-- MySQL dump 10.13  Distrib {version}, for Linux (x86_64)"
    yield "--"
    yield f"-- Host: localhost    Database: {service.database}"
    yield "-- ------------------------------------------------------"
    yield f"-- Server version\t{version}"
    yield ""
    yield "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;"
    yield "/*!50503 SET NAMES utf8mb4 */;"
    yield "/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;"
    for table in service.tables.values():
        yield from _table(table)
    yield "/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;"
    yield "/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;"
    yield ""
    yield f"{TRAILER}{now:%Y-%m-%d} {now.hour:>2}:{now:%M:%S}"


def _table(table: Table) -> Iterator[str]:
    yield from ("", "--", f"-- Table structure for table `{table.name}`", "--", "")
    yield f"DROP TABLE IF EXISTS `{table.name}`;"
    yield f"CREATE TABLE `{table.name}` ("
    for number, column in enumerate(table.columns, 1):
        yield f"  {column}{',' if number < len(table.columns) else ''}"
    yield ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;"
    yield from ("", "--", f"-- Dumping data for table `{table.name}`", "--", "", f"LOCK TABLES `{table.name}` WRITE;")
    for start in range(0, len(table.rows), _ROWS_A_LINE):
        rows = ",".join(f"({row})" for row in table.rows[start : start + _ROWS_A_LINE])
        yield f"INSERT INTO `{table.name}` VALUES {rows};"  # noqa: S608 - this is what a dump is
    yield "UNLOCK TABLES;"


def read(text: str, tables: dict[str, Table]) -> Iterator[Table]:
    """Carry out the statements of a dump on the tables, yielding each table it fills, while it does.

    Raises:
        Broken: a statement is cut off or is none.
    """
    for line, statement in _statements(text):
        word = statement.split(None, 1)[0].upper() if statement.strip() else ""
        if dropped := re.match(r"DROP TABLE IF EXISTS `([^`]+)`$", statement):
            tables.pop(dropped[1], None)
        elif created := re.match(r"CREATE TABLE (?:IF NOT EXISTS )?`([^`]+)` \((.*)\)", statement, re.DOTALL):
            columns = tuple(part.strip().rstrip(",") for part in created[2].strip().splitlines())
            tables[created[1]] = Table(created[1], columns)
        elif inserted := re.match(r"INSERT INTO `([^`]+)` VALUES\s+(.*)$", statement, re.DOTALL):
            table = tables.get(inserted[1])
            if table is None:
                raise Broken(line, f"`{inserted[1]}`")
            table.rows.extend(_rows(inserted[2], line))
            yield table
        elif word not in ("", "LOCK", "UNLOCK", "SET", "USE", "COMMIT", "START", "ALTER") and not word.startswith(
            "/*!"
        ):
            raise Broken(line, " ".join(statement.split())[:80])


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Cut at the semicolons that end a line; comments are left out."""
    kept: list[str] = []
    first = 1
    for number, line in enumerate(text.splitlines(), 1):
        if not kept and (line.startswith("--") or not line.strip()):
            continue
        if not kept:
            first = number
        kept.append(line)
        if line.rstrip().endswith(";"):
            yield first, "\n".join(kept).rstrip().removesuffix(";")
            kept = []
    if kept:
        raise Broken(first, " ".join(kept)[:80])


def _rows(text: str, line: int) -> list[str]:
    """Cut `(…),(…)` into what is between the parentheses; quotes are understood."""
    rows: list[str] = []
    start, depth, quoted, escaped = 0, 0, False, False
    for index, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = character == "\\", character != "'"
        elif character == "'":
            quoted = True
        elif character == "(":
            depth += 1
            start = index + 1 if depth == 1 else start
        elif character == ")":
            depth -= 1
            if depth == 0:
                rows.append(text[start:index])
    if depth or quoted or not rows:
        raise Broken(line, text[-40:])
    return rows
