"""Dump files on this machine: looked at from end to end, and kept still while they are sent."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from restant_tui.dokku.dump import DumpFacts, DumpScanner
from restant_tui.text import one_line

_CHUNK = 256 * 1024
_GZIP = b"\x1f\x8b"
_LISTED = 200


class DumpProblem(ValueError):
    """A file that cannot be read as a dump; one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpReport:
    """A dump file from end to end. `bytes` and `sha256` are of the file as it lies there, packed or not."""

    path: Path
    bytes: int
    sha256: str
    modified_at: datetime
    gzip: bool
    facts: DumpFacts

    def as_json(self, now: datetime) -> Mapping[str, object]:
        """Return it as `@db.scan` prints it; `tables` are the first 200 of `table_count`."""
        return {
            "completed": self.facts.completed,
            "bytes": self.bytes,
            "sha256": self.sha256,
            "age_s": max(0.0, (now - self.modified_at).total_seconds()),
            "databases_named": [one_line(name, 80) for name in self.facts.databases_named[:_LISTED]],
            "definers": self.facts.definers,
            "client_commands": [one_line(name, 40) for name in self.facts.client_commands[:_LISTED]],
            "tables": [one_line(name, 80) for name in self.facts.tables[:_LISTED]],
            "table_count": len(self.facts.tables),
            "gzip": self.gzip,
        }

    def objection(self) -> str:
        """Say why it must not be imported; empty if nothing speaks against it."""
        if not self.facts.completed:
            return f"{self.path} does not end with `-- Dump completed`: it is cut, or not made by mysqldump"
        if self.facts.databases_named:
            named = ", ".join(one_line(name, 40) for name in self.facts.databases_named[:3])
            return (
                f"{self.path} names a database ({named}), so it would change that one wherever it is sent; "
                "make a dump of one database without --databases (mysql:export does), or take those lines out"
            )
        if self.facts.client_commands:
            named = ", ".join(one_line(name, 20) for name in self.facts.client_commands[:3])
            return f"{self.path} holds commands for the mysql client itself ({named}), which no dump needs"
        return ""


def scan_dump(path: Path) -> DumpReport:
    """Read a dump file, packed with gzip or not, from end to end; blocking.

    Raises:
        DumpProblem: it is not there, cannot be read, or is damaged.
    """
    with ExitStack() as stack:
        return _read(path, _opened(path, stack), None)


class HeldDump:
    """A dump as it was when it was looked at: an unpacked copy without a name, which nobody can change.

    The copy lies in the dump's own folder and needs room for the unpacked dump until it is closed. `sql` reads it
    through the memory map of the system, so memory does not grow with it.
    """

    def __init__(self, path: Path) -> None:
        """Copy and look at the file; blocking.

        Raises:
            DumpProblem: it is not there, cannot be read, is damaged, or there is no room for the copy.
        """
        with ExitStack() as stack:
            source = _opened(path, stack)
            try:
                self._copy = stack.enter_context(tempfile.TemporaryFile(dir=path.parent))
                self.report = _read(path, source, self._copy)
                self._copy.flush()
            except OSError as problem:
                said = problem.strerror or str(problem)
                raise DumpProblem(f"a copy of {path} could not be made beside it: {said}") from problem
            self._stack = stack.pop_all()

    def sql(self) -> bytes:
        """Return the whole dump, unpacked; a map of the copy rather than bytes in memory."""
        import mmap

        if not self.report.facts.sql_bytes:
            return b""
        # A map slices into bytes and can be viewed, which is all that sending needs. It lives as long as it is used.
        return cast("bytes", mmap.mmap(self._copy.fileno(), 0, access=mmap.ACCESS_READ))

    def close(self) -> None:
        """Give the room back once nothing reads it any more."""
        self._stack.close()


class NewDump:
    """A dump being written: under a passing name and mode 0600, until it is whole and gets its own."""

    def __init__(self, path: Path) -> None:
        """Begin beside where it will be; blocking.

        Raises:
            DumpProblem: there is a file of that name, or nothing can be written there.
        """
        self._path = path
        self._digest = hashlib.sha256()
        self._scanner = DumpScanner()
        self._named = False
        self.size = 0
        self._refuse_existing()
        try:
            self._descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
        except OSError as problem:
            raise DumpProblem(f"nothing can be written in {path.parent}: {problem.strerror or problem}") from problem
        self._part = Path(name)

    def write(self, data: bytes) -> None:
        """Add the next bytes; OSError when the disk does not take them. Memory does not grow."""
        self._digest.update(data)
        self._scanner.feed(data)
        self.size += len(data)
        left = memoryview(data)
        while left:
            left = left[os.write(self._descriptor, left) :]

    def finish(self) -> tuple[str, DumpFacts]:
        """Give it its name if it is whole, on disk, and return its digest and what it holds; blocking.

        Raises:
            DumpProblem: its last line is missing, or a file of that name has appeared.
            OSError: the disk does not take it.
        """
        facts = self._scanner.close()
        if not facts.completed:
            raise DumpProblem(f"the export ended after {self.size} bytes, but its last line is missing")
        os.fsync(self._descriptor)
        self._refuse_existing()
        self._part.rename(self._path)
        self._named = True
        return self._digest.hexdigest(), facts

    def close(self) -> None:
        """Let go of it; what has not got its name is removed, as a cut dump would be found when one is needed."""
        os.close(self._descriptor)
        if not self._named:
            self._part.unlink(missing_ok=True)

    def _refuse_existing(self) -> None:
        if self._path.exists() or self._path.is_symlink():
            raise DumpProblem(f"{self._path} is there already and is not replaced; give the dump another name")


def _opened(path: Path, stack: ExitStack) -> IO[bytes]:
    try:
        # Without O_NONBLOCK a named pipe would be waited for.
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as problem:
        raise DumpProblem(f"{path} cannot be read: {problem.strerror or problem}") from problem
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise DumpProblem(f"{path} is not a file")
    return stack.enter_context(os.fdopen(number, "rb", buffering=0))


def _read(path: Path, file: IO[bytes], copy: IO[bytes] | None) -> DumpReport:
    digest, scanner, size = hashlib.sha256(), DumpScanner(), 0

    def raw() -> Iterator[bytes]:
        nonlocal size
        try:
            while data := file.read(_CHUNK):
                digest.update(data)
                size += len(data)
                yield data
        except OSError as problem:
            raise DumpProblem(f"{path} cannot be read to its end: {problem.strerror or problem}") from problem

    chunks = raw()
    first = next(chunks, b"")
    gzip = first.startswith(_GZIP)
    for data in _unpacked(path, first, chunks) if gzip else _joined(first, chunks):
        scanner.feed(data)
        if copy is not None:
            copy.write(data)
    return DumpReport(
        path=path, bytes=size, sha256=digest.hexdigest(),
        modified_at=datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC), gzip=gzip, facts=scanner.close(),
    )  # fmt: skip


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _unpacked(path: Path, first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack piece by piece, so that a small file that unpacks to a huge one fills no memory."""
    unpacker = zlib.decompressobj(wbits=31)
    for data in _joined(first, rest):
        left = data
        while left:
            if unpacker.eof:
                if not left.strip(b"\0"):
                    break
                unpacker = zlib.decompressobj(wbits=31)
            try:
                piece = unpacker.decompress(left, _CHUNK)
            except zlib.error as problem:
                raise DumpProblem(f"{path} is damaged: it cannot be unpacked ({problem})") from problem
            left = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            if piece:
                yield piece
    while not unpacker.eof:
        piece = unpacker.decompress(unpacker.unconsumed_tail, _CHUNK)
        if not piece:
            break
        yield piece
    if not unpacker.eof:
        raise DumpProblem(f"{path} is damaged: the packed file is cut")
