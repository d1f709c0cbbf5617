"""Holding a stream back: while its reader cannot take more, the host has to wait, and nothing piles up here."""

from __future__ import annotations

from typing import Protocol


class Held(Protocol):
    """Something whose bytes can be held back."""

    def pause_reading(self) -> None:
        """Deliver nothing more."""
        ...

    def resume_reading(self) -> None:
        """Deliver again."""
        ...


class Valve:
    """Given to a stream, lets its reader stop it and let it go on.

    While it is shut the SSH window of the channel fills (2 MB) and the program on the host blocks on its output.
    """

    def __init__(self) -> None:
        self.is_open = True
        self._held: Held | None = None

    def shut(self) -> None:
        """Deliver nothing more until `open`."""
        if self.is_open and self._held:
            self._held.pause_reading()
        self.is_open = False

    def open(self) -> None:
        """Deliver again, first what was held back."""
        if not self.is_open and self._held:
            self._held.resume_reading()
        self.is_open = True

    def hold(self, held: Held | None) -> None:
        """Use it for that stream from now on (called by the transport)."""
        self._held = held
        if held and not self.is_open:
            held.pause_reading()
