"""Reads a MySQL dump as it passes by: is it whole, what does it create, does it reach beyond its own database.

A dump made of one database names none, so it goes into whichever it is sent to. One that names a database (`USE`,
`CREATE`, `DROP` or `ALTER DATABASE`) would change that one, wherever it is sent: the import runs as root. Text is
followed as the mysql client follows it, so that words inside strings and comments do not count, and words inside
`/*! … */`, which it executes, do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEAD = 1024
"""Bytes kept of the beginning of a statement."""
_AHEAD = 16
"""Bytes at the end of a chunk in which a comment sign may be cut; they wait for the next chunk."""
_TAIL = 4096
_NAMES = 5000

# Strings that end in the same chunk are passed over here, in C: nearly all of a dump is in them.
_PLAIN = re.compile(
    rb"(?:[^'\"`#\-/;\\]++|'[^'\\]*+(?:\\.[^'\\]*+)*+'|\"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"|`[^`]*+`)++", re.DOTALL
)
_END_OF = {
    b"'": re.compile(rb"[^'\\]*+(?:\\.[^'\\]*+)*+'", re.DOTALL),
    b'"': re.compile(rb"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"", re.DOTALL),
    b"`": re.compile(rb"[^`]*+`", re.DOTALL),
    b"#": re.compile(rb"[^\n]*+\n", re.DOTALL),
    b"/*": re.compile(rb".*?\*/", re.DOTALL),
}
_EXECUTED = re.compile(rb"/\*M?!\d*")
_ODD_BACKSLASHES = re.compile(rb"(?<!\\)(?:\\\\)*+\\\Z")

_NAME = rb"(?:`([^`]+)`|\"([^\"]+)\"|([^\s;`\"]+))"
_DATABASE = re.compile(
    rb"(?:USE|(?:CREATE(?:\s+OR\s+REPLACE)?|DROP|ALTER)\s+(?:DATABASE|SCHEMA)(?:\s+IF\s+(?:NOT\s+)?EXISTS)?)"
    rb"(?:\s+|(?=[`\"]))" + _NAME,
    re.IGNORECASE,
)
_TABLE = re.compile(
    rb"CREATE(?:\s+OR\s+REPLACE)?\s+TABLE(?:\s+IF\s+NOT\s+EXISTS)?(?:\s+|(?=[`\"]))" + _NAME, re.IGNORECASE
)
_DEFINER = re.compile(rb"(?:CREATE|ALTER)\b.*?\bDEFINER\s*=", re.IGNORECASE | re.DOTALL)
_CLIENT = re.compile(rb"(?:source|system|connect|tee|pager|edit)\s", re.IGNORECASE)
_TRAILER = b"-- Dump completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpFacts:
    """What a dump holds. Names are as written, each once, at most 5000 of them."""

    completed: bool
    """Whether its last line is the one mysqldump writes at the very end: without it the dump is cut."""
    sql_bytes: int
    tables: tuple[str, ...]
    databases_named: tuple[str, ...]
    definers: int
    """Views, triggers and routines that belong to a named account: they fail where that account does not exist."""
    client_commands: tuple[str, ...]
    """What the mysql client itself would carry out, such as `system` or `\\!`; no dump needs any."""


class DumpScanner:
    """Follows a dump that is fed in chunks of any size; memory does not grow with it."""

    def __init__(self) -> None:
        self._rest = b""
        self._inside = b""
        self._head = bytearray()
        self._tail = b""
        self._bytes = 0
        self._definers = 0
        self._tables: dict[str, None] = {}
        self._databases: dict[str, None] = {}
        self._commands: dict[str, None] = {}

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self._bytes += len(data)
        self._tail = (self._tail + data[-_TAIL:])[-_TAIL:]
        self._follow(self._rest + data, last=False)

    def close(self) -> DumpFacts:
        """Return what was found; the dump has ended."""
        self._follow(self._rest, last=True)
        self._statement()
        lines = [line for line in self._tail.splitlines() if line.strip()]
        return DumpFacts(
            completed=bool(lines) and lines[-1].startswith(_TRAILER) and not self._inside,
            sql_bytes=self._bytes,
            tables=tuple(self._tables),
            databases_named=tuple(self._databases),
            definers=self._definers,
            client_commands=tuple(self._commands),
        )

    def _follow(self, data: bytes, *, last: bool) -> None:
        end = len(data) if last else len(data) - _AHEAD
        position = 0
        while position < end:
            if self._inside:
                position = self._leave(data, position)
            elif match := _PLAIN.match(data, position):
                self._keep(data, position, match.end())
                position = match.end()
            else:
                position = self._sign(data, position)
        self._rest = data[position:]

    def _leave(self, data: bytes, position: int) -> int:
        """Go behind the end of the string or comment we are in, or to the end of the data."""
        match = _END_OF[self._inside].match(data, position)
        if match:
            self._inside = b""
            return match.end()
        if self._inside == b"/*":
            # The sign that ends it may be cut in two.
            return len(data) - 1 if data.endswith(b"*") and len(data) - 1 > position else len(data)
        cut = self._inside in (b"'", b'"') and _ODD_BACKSLASHES.search(data, position)
        return len(data) - 1 if cut and len(data) - 1 > position else len(data)

    def _sign(self, data: bytes, position: int) -> int:
        """Take one sign that may begin a string or a comment, or end a statement."""
        sign = data[position : position + 1]
        width = 1
        if sign == b";":
            self._statement()
        elif sign in (b"'", b'"', b"`"):
            self._keep(data, position, position + 1)
            self._inside = sign
        elif sign == b"#" or (data.startswith(b"--", position) and data[position + 2 : position + 3] in b" \t\r\n"):
            self._inside = b"#"
        elif match := _EXECUTED.match(data, position):
            self._keep(b" ", 0, 1)
            width = len(match[0])
        elif data.startswith(b"/*", position):
            # A comment parts two words as a blank does.
            self._keep(b" ", 0, 1)
            self._inside = b"/*"
            width = 2
        elif sign == b"\\":
            self._escape(data[position + 1 : position + 2])
            width = 2
        else:
            self._keep(data, position, position + 1)
        return position + width

    def _escape(self, letter: bytes) -> None:
        # `\N` is NULL in old dumps; MariaDB begins its dumps with `\-`, which forbids all others.
        if letter not in (b"N", b"-", b""):
            self._note(self._commands, b"\\" + letter)

    def _keep(self, data: bytes, start: int, stop: int) -> None:
        room = _HEAD - len(self._head)
        if room <= 0:
            return
        part = data[start : min(stop, start + room)]
        self._head += part if self._head else part.lstrip()

    def _statement(self) -> None:
        """Look at the statement that has ended, by its beginning."""
        head = bytes(self._head).replace(b"*/", b" ").strip()
        self._head.clear()
        if match := _DATABASE.match(head):
            self._note(self._databases, match[1] or match[2] or match[3])
        elif match := _TABLE.match(head):
            self._note(self._tables, match[1] or match[2] or match[3])
        elif match := _CLIENT.match(head + b" "):
            self._note(self._commands, match[0].strip())
        if _DEFINER.match(head):
            self._definers += 1

    def _note(self, names: dict[str, None], name: bytes) -> None:
        if len(names) < _NAMES:
            names[name.decode("utf-8", "replace")] = None
