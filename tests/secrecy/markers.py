"""Secrets that are planted, and the search for them in everything that came of it."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

WINDOW = 14
"""Characters of a marker that are enough to call it seen: what is cut or wrapped may show a part."""


@dataclass(frozen=True, slots=True)
class Marker:
    """One secret. `home` names the traces in which it may be seen, as those are whom it is for."""

    name: str
    value: str
    home: tuple[str, ...] = ()

    @classmethod
    def new(cls, name: str, *home: str, around: str = "{}") -> Marker:
        """Make one up; random, so that nothing else on the machine looks like it."""
        return cls(name, around.format(f"planted{secrets.token_hex(16)}"), home)

    @property
    def parts(self) -> frozenset[bytes]:
        """Every piece of the random half that would tell it, as it is and as Base64 has it."""
        core = self.value[self.value.index("planted") + len("planted") :][:32].encode()
        written = [core, *(b64encode(b"x" * shift + core)[4:-4] for shift in range(3))]
        return frozenset(text[start : start + WINDOW] for text in written for start in range(len(text) - WINDOW + 1))


@dataclass(slots=True)
class Traces:
    """What the program wrote, drew, said and sent, by where it went."""

    found: dict[str, bytes] = field(default_factory=dict)

    def add(self, where: str, data: bytes | str) -> None:
        """Keep what went there."""
        self.found[where] = self.found.get(where, b"") + (data.encode() if isinstance(data, str) else data) + b"\n"

    def add_files(self, folder: Path, *, but: Iterable[Path] = ()) -> None:
        """Keep every file below the folder as bytes, with its name, except those the person wrote."""
        left_out = {path.resolve() for path in but}
        for path in folder.rglob("*"):
            if path.is_file() and path.resolve() not in left_out:
                self.add(f"file {path.relative_to(folder)}", path.name.encode() + b"\n" + path.read_bytes())


def leaks(markers: Iterable[Marker], traces: Traces) -> list[str]:
    """Return every place in which a marker, or enough of it, is seen and is not at home."""
    return list(_seen(markers, traces.found, at_home=False))


def unused(markers: Iterable[Marker], traces: Traces) -> list[str]:
    """Return the markers that were not seen where they belong: nothing was proved about those."""
    markers = tuple(markers)
    met = {line.partition(":")[0] for line in _seen(markers, traces.found, at_home=True)}
    return [marker.name for marker in markers if marker.home and marker.name not in met]


def _seen(markers: Iterable[Marker], found: Mapping[str, bytes], *, at_home: bool) -> Iterator[str]:
    for marker in markers:
        for where, data in found.items():
            home = any(where.startswith(one) for one in marker.home)
            if home is at_home and any(part in data for part in marker.parts):
                yield f"{marker.name}: {where}"
