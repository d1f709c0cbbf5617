"""The few queries that procedures send to a database to see whether it is well, and what is in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from restant_tui.practice.stores import Service

Answer = Sequence[Sequence[str]]
"""The header, then the rows."""


class SqlError(Exception):
    """The server refuses a query."""


def run(service: Service, script: str, now: datetime) -> list[str]:
    """Answer each query of a script as `mysql` does without a terminal: columns apart by tabs, header first.

    Raises:
        SqlError: a query names something that is not there, or is none of those known here.
    """
    lines: list[str] = []
    for number, query in enumerate(script.split(";"), 1):
        lines += ["\t".join(row) for row in ask(service, query, now, line=number)]
    return lines


def ask(service: Service, query: str, now: datetime, *, line: int = 1) -> Answer:
    """Answer one query; nothing for an empty one.

    Raises:
        SqlError: as `run`.
    """
    flat = re.sub(r"\s+", " ", query).strip()
    return _answer(service, flat, line, now) if flat else []


def _answer(service: Service, query: str, line: int, now: datetime) -> Answer:
    for pattern, answer in _KNOWN:
        if found := re.fullmatch(pattern, query, re.IGNORECASE):
            return answer(service, found, line, now)
    raise SqlError(
        f"ERROR 1064 (42000) at line {line}: You have an error in your SQL syntax; check the manual that corresponds "
        f"to your MySQL server version for the right syntax to use near '{query[:60]}' at line 1"
    )


def _literal(service: Service, found: re.Match[str], line: int, now: datetime) -> Answer:
    values = [value.strip() for value in found[1].split(",")]
    return [values, values]


def _now(service: Service, found: re.Match[str], line: int, now: datetime) -> Answer:
    return [[found[1]], [f"{now:%Y-%m-%d %H:%M:%S}"]]


def _count(service: Service, found: re.Match[str], line: int, now: datetime) -> Answer:
    name = found["table"].replace("`", "").rpartition(".")[2]
    table = service.tables.get(name)
    if table is None:
        raise SqlError(f"ERROR 1146 (42S02) at line {line}: Table '{service.database}.{name}' doesn't exist")
    rows = table.rows
    if wanted := found["value"]:
        rows = [row for row in rows if f"'{wanted}'" in row]
    return [[found["alias"] or found["what"]], [str(len(rows))]]


def _last(service: Service, found: re.Match[str], line: int, now: datetime) -> Answer:
    name = found["table"].replace("`", "")
    table = service.tables.get(name)
    if table is None:
        raise SqlError(f"ERROR 1146 (42S02) at line {line}: Table '{service.database}.{name}' doesn't exist")
    at = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", table.rows[-1]) if table.rows else []
    value = table.rows[-1].partition(",")[0] if table.rows else "NULL"
    return [[found["what"]], [at[-1] if at and found["column"] != "id" else value]]


def _tables(service: Service, found: re.Match[str], line: int, now: datetime) -> Answer:
    return [[f"Tables_in_{service.database}"], *([name] for name in sorted(service.tables))]


def _sizes(service: Service, found: re.Match[str], line: int, now: datetime) -> Answer:
    rows = ([name, str(len(table.rows))] for name, table in sorted(service.tables.items()))
    return [["TABLE_NAME", "TABLE_ROWS"], *rows]


def _databases(service: Service, found: re.Match[str], line: int, now: datetime) -> Answer:
    return [["Database"], ["information_schema"], ["performance_schema"], [service.database]]


def _figure(service: Service, found: re.Match[str], line: int, now: datetime) -> Answer:
    name = found[1]
    values = {"threads_connected": str(6 + 4 * len(service.links)), "max_connections": "151", "slow_queries": "12"}
    value = values.get(name.lower())
    return [["Variable_name", "Value"], [name, value]] if value else []


def _checked(service: Service, found: re.Match[str], line: int, now: datetime) -> Answer:
    names = [name.strip(" `") for name in found[1].split(",")]
    rows = [
        [f"{service.database}.{name}", "check", "status", "OK"]
        if name in service.tables
        else [f"{service.database}.{name}", "check", "Error", f"Table '{service.database}.{name}' doesn't exist"]
        for name in names
    ]
    return [["Table", "Op", "Msg_type", "Msg_text"], *rows]


def _processes(service: Service, found: re.Match[str], line: int, now: datetime) -> Answer:
    head = ["Id", "User", "Host", "db", "Command", "Time", "State", "Info"]
    row = ["8", "mysql", "localhost", service.database, "Query", "0", "init", "SHOW PROCESSLIST"]
    return [head, row]


def _password(service: Service, found: re.Match[str], line: int, now: datetime) -> Answer:
    service.password = found[1]
    return []


_KNOWN: tuple[tuple[str, Callable[[Service, re.Match[str], int, datetime], Answer]], ...] = (
    (r"select ((?:\d+|'[^']*')(?: ?, ?(?:\d+|'[^']*'))*)", _literal),
    (r"select (now\(\))", _now),
    (r"select version\(\)", lambda s, found, line, now: [["VERSION()"], [s.version.partition(":")[2]]]),
    (r"select database\(\)", lambda s, found, line, now: [["DATABASE()"], [s.database]]),
    (
        r"select (?P<what>count\((?:\*|1|id)\))(?: as `?(?P<alias>\w+)`?)? from (?P<table>[\w`.]+)"
        r"(?: where `?\w+`? ?= ?'(?P<value>[^']*)')?",
        _count,
    ),
    (r"select (?P<what>max\(`?(?P<column>\w+)`?\)) from (?P<table>[\w`]+)", _last),
    (r"show tables", _tables),
    (r"select table_name, ?table_rows from information_schema\.tables.*", _sizes),
    (r"show databases", _databases),
    (r"show (?:global )?(?:status|variables) like '(\w+)'", _figure),
    (r"check table (.+)", _checked),
    (r"show (?:full )?processlist", _processes),
    (r"alter user '?mysql'?(?:@'[^']*')? identified by '([^']+)'", _password),
    (r"flush privileges|set .*|commit|begin", lambda s, found, line, now: []),
)
