"""What a terminal does with keys before a program sees them: it shows them, takes them back, and gives whole lines."""

from __future__ import annotations

import re
from collections.abc import Callable

_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^\[O])")
"""Arrows and the like: there is no history to go back in."""
_BEGUN = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|O)?$")
"""One that has come only in part."""
_RUBBED_OUT = b"\b \b"


class LineEditor:
    """Turns keys into lines.

    Args:
        line: called with each whole line, its newline included.
        end: called when the input ends, with ctrl+d on an empty line.
        interrupt: called for ctrl+c, after what stood on the line is gone.
        show: writes to the terminal; keys are not shown where it is None.
    """

    def __init__(
        self,
        line: Callable[[bytes], None],
        end: Callable[[], None],
        interrupt: Callable[[], None],
        show: Callable[[bytes], None] | None,
    ) -> None:
        self._line = line
        self._end = end
        self._interrupt = interrupt
        self._show = show or (lambda data: None)
        self._typed = ""
        self._rest = b""

    def take(self, data: bytes) -> None:
        """Take in keys, as the bytes a terminal sends for them."""
        data = self._rest + data
        begun = _BEGUN.search(data)
        at = begun.start() if begun else len(data)
        whole, rest = _whole(_SEQUENCE.sub(b"", data[:at]))
        self._rest = rest + data[at:]
        for key in whole:
            self._key(key)

    def _key(self, key: str) -> None:
        match key:
            case "\r" | "\n":
                line, self._typed = self._typed, ""
                self._show(b"\r\n")
                self._line(f"{line}\n".encode())
            case "\x7f" | "\b":
                self._rub_out(1)
            case "\x15":
                self._rub_out(len(self._typed))
            case "\x17":
                kept = self._typed.rstrip()
                self._rub_out(len(self._typed) - len(kept.rpartition(" ")[0] + " " if " " in kept else ""))
            case "\x03":
                self._typed = ""
                self._show(b"^C\r\n")
                self._interrupt()
            case "\x04" if not self._typed:
                self._end()
            case _ if key.isprintable():
                self._typed += key
                self._show(key.encode())

    def _rub_out(self, count: int) -> None:
        gone = min(count, len(self._typed))
        self._typed = self._typed[: len(self._typed) - gone]
        self._show(_RUBBED_OUT * gone)


def _whole(data: bytes) -> tuple[str, bytes]:
    """Return what is whole of UTF-8, and the beginning of a letter at its end."""
    for cut in range(4):
        head = data[: len(data) - cut]
        try:
            return head.decode(), data[len(data) - cut :]
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace"), b""
