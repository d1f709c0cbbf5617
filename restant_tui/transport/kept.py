"""The part of a stream that is kept."""

from __future__ import annotations


class Kept:
    """The first bytes of one stream, up to a cap."""

    def __init__(self, cap: int) -> None:
        self._room = cap
        self._chunks: list[bytes] = []
        self.truncated = False
        """Whether there was more than the cap."""

    def add(self, data: bytes) -> None:
        """Keep what still fits."""
        if len(data) > self._room:
            data, self.truncated = data[: self._room], True
        if data:
            self._room -= len(data)
            self._chunks.append(data)

    def bytes(self) -> bytes:
        """Return what was kept."""
        return b"".join(self._chunks)
