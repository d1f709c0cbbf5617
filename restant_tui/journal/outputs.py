"""What steps printed, whole, in files: the journal itself keeps only where it is and its digest."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

from restant_tui.errors import ConfigProblem, UsageProblem
from restant_tui.paths import private_folder

CAP_BYTES = 20 * 1024 * 1024
"""More than this of one step's output is not kept."""

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Span:
    """Where a piece of output went: bytes from the file's start, and how many of it were kept."""

    offset: int
    length: int
    truncated: bool = False
    """True once: for the piece at which keeping stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputDigest:
    """A file of output that is complete."""

    path: str
    """Below the folder of outputs, such as `r-20261123-0142-k7/rollback-1.log`."""
    bytes: int
    sha256: str
    """Over the bytes in the file."""
    truncated: bool = False
    """The step printed more than was kept."""
    reason: str = ""
    """Why keeping stopped, in one sentence."""

    def as_data(self) -> Mapping[str, Any]:
        """Return the same as plain JSON data, for an entry."""
        return asdict(self)


class Outputs:
    """The folder of all runs' output."""

    def __init__(self, folder: Path, *, cap: int = CAP_BYTES) -> None:
        """Use this folder; it is created with the first file.

        Args:
            folder: where the files go, one folder a run.
            cap: bytes kept of one step's attempt.
        """
        self._folder = folder
        self._cap = cap

    def open(self, run: str, step: str, attempt: int | None = None) -> OutputFile:
        """Return a new file for one attempt at a step; one that exists is never written over.

        Args:
            run: the run's id.
            step: the step's path.
            attempt: which attempt it is, for the file's name; leave it out if `step` says so already.

        Raises:
            ConfigProblem: the file cannot be created.
        """
        folder = private_folder(self._folder / _safe(run))
        for copy in count(1):
            nth = "" if attempt is None else f"-{attempt}"
            name = _safe(step) + nth + (f".{copy}" if copy > 1 else "") + ".log"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            try:
                descriptor = os.open(folder / name, flags, 0o600)
            except FileExistsError:
                continue
            except OSError as problem:
                raise ConfigProblem(f"cannot keep output in {folder / name}: {problem.strerror}") from problem
            return OutputFile(descriptor, f"{folder.name}/{name}", self._cap)
        raise AssertionError("unreachable: counting never ends")

    def newest(self, run: str, step: str, last: int = 2 * 1024 * 1024) -> bytes | None:
        """Return the end of the file that `open` gave last for this run and step, be it complete or not.

        Args:
            run: the run's id.
            step: as it was given to `open`.
            last: at most so many bytes; whole lines.
        """
        folder, name = self._folder / _safe(run), _safe(step)
        found = None
        for copy in count(1):
            path = folder / (name + (f".{copy}" if copy > 1 else "") + ".log")
            if not path.is_file():
                break
            found = path
        if found is None:
            return None
        data = self.read(f"{folder.name}/{found.name}", -last, last)
        return data if len(data) < last else data.partition(b"\n")[2]

    def read(self, path: str, offset: int = 0, length: int | None = None) -> bytes:
        """Return bytes of a file named by an `OutputDigest.path`; a negative offset counts from its end.

        Raises:
            UsageProblem: there is no such file among the outputs.
        """
        whole = (self._folder / path).resolve()
        if not whole.is_relative_to(self._folder.resolve()):
            raise UsageProblem(f"{path!r} is not among the kept outputs in {self._folder}")
        try:
            with whole.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size + offset) if offset < 0 else offset)
                return file.read(-1 if length is None else length)
        except OSError as problem:
            raise UsageProblem(f"the output {path} cannot be read: {problem.strerror}") from problem


class OutputFile:
    """One attempt's output while it arrives. Trouble with the disk never stops a step: keeping stops, and says so."""

    def __init__(self, descriptor: int, path: str, cap: int) -> None:
        """Write to this open file; see `Outputs.open`."""
        self.path = path
        self._descriptor = descriptor
        self._cap = cap
        self._size = 0
        self._hash = hashlib.sha256()
        self._stopped = ""
        self._closed = False

    def write(self, data: bytes) -> Span:
        """Keep a piece of output, as far as the cap lets it, and return where it is."""
        offset = self._size
        if self._stopped or self._closed:
            return Span(offset, 0)
        rest = data[: self._cap - self._size]
        try:
            while rest:
                written = os.write(self._descriptor, rest)
                self._hash.update(rest[:written])
                self._size += written
                rest = rest[written:]
        except OSError as problem:
            self._stopped = f"no more could be written: {problem.strerror or problem}"
        else:
            if self._size - offset < len(data):
                self._stopped = f"the step printed more than {self._cap} bytes"
        return Span(offset, self._size - offset, truncated=bool(self._stopped))

    def close(self) -> OutputDigest:
        """Put the file on disk, close it and return its digest; closing again returns the same."""
        if not self._closed:
            self._closed = True
            try:
                os.fsync(self._descriptor)
            except OSError as problem:
                self._stopped = self._stopped or f"it may not be on disk: {problem.strerror or problem}"
            finally:
                os.close(self._descriptor)
        return OutputDigest(
            path=self.path,
            bytes=self._size,
            sha256=self._hash.hexdigest(),
            truncated=bool(self._stopped),
            reason=self._stopped,
        )


def _safe(name: str) -> str:
    """Return a file name for any text; what had to be changed gets a digest, so that no two become one."""
    safe = _UNSAFE.sub("_", name)[:80]
    if safe == name and safe:
        return safe
    return f"{safe}~{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"
