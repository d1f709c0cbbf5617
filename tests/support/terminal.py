"""A real terminal for tests: starts a program on a pty, types keys, reads the screen as a person would see it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyte

ROOT = Path(__file__).parents[2]
KEYS = {
    "enter": "\r", "esc": "\x1b", "tab": "\t", "shift+tab": "\x1b[Z", "space": " ", "backspace": "\x7f",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "ctrl+c": "\x03", "ctrl+d": "\x04", "ctrl+p": "\x10", "ctrl+q": "\x11", "ctrl+r": "\x12", "f1": "\x1bOP",
}  # fmt: skip


def environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment in which the program keeps everything below `home` and knows nothing of the person's own."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return {
        **kept, "HOME": str(home), "RESTANT_TUI_HOME": str(home / "restant"), "TERM": "xterm-256color",
        "COLORTERM": "truecolor", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **(extra or {}),
    }  # fmt: skip


def command(*arguments: str) -> list[str]:
    """The program with these arguments, as this Python runs it."""
    return [sys.executable, "-m", "restant_tui", *arguments]


class Terminal:
    """A program in a terminal of a given size."""

    def __init__(
        self, argv: Sequence[str], *, columns: int, rows: int, env: Mapping[str, str], cwd: Path = ROOT
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            list(argv), stdin=slave, stdout=slave, stderr=slave, env=dict(env), cwd=cwd, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - so that ctrl+c reaches it
        )  # fmt: skip
        os.close(slave)
        self._master = master
        self.received = b""

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def lines(self) -> list[str]:
        """The screen, row by row."""
        return list(self.screen.display)

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(line.rstrip() for line in self.lines)

    def read(self, timeout: float = 0.05) -> bool:
        """Take in what the program has written; False when it has closed the terminal."""
        ready, _, _ = select.select([self._master], [], [], timeout)
        if not ready:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.received += data
        # pyte knows no kitty keyboard or synchronised-output requests; none of them draws anything.
        with contextlib.suppress(Exception):
            self._stream.feed(_drawable(data))
        return bool(data)

    def wait_until(self, condition: Callable[[], object], what: str, timeout: float = 15.0) -> float:
        """Wait until the screen meets a condition; return the seconds since the start."""
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"{what}: not within {timeout} s; the screen is\n{self.text}")
            if not self.read() and not condition():
                raise AssertionError(f"{what}: the program ended ({self.process.poll()}); it said\n{self.text}")
        return time.monotonic() - self.started

    def wait_for(self, *texts: str, timeout: float = 15.0) -> float:
        """Wait until all these texts stand on the screen."""
        return self.wait_until(lambda: all(text in self.text for text in texts), f"waiting for {texts}", timeout)

    def wait_gone(self, text: str, timeout: float = 15.0) -> None:
        """Wait until this text stands on the screen no more."""
        self.wait_until(lambda: text not in self.text, f"waiting for {text!r} to go", timeout)

    def settings(self) -> list[object]:
        """Return the terminal's own settings: whether it shows what is typed, waits for whole lines, and so on."""
        return list(termios.tcgetattr(self._master))

    def resize(self, columns: int, rows: int) -> None:
        """Make the window larger or smaller, as a person does with the mouse."""
        self.screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    # -- typing ----------------------------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Press keys, by name or as they are."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())
            self.read(0.02)

    def press_until(
        self, key: str, condition: Callable[[], object], what: str, timeout: float = 15.0, patience: float = 0.5
    ) -> None:
        """Press a key again every `patience` seconds until the condition holds: a dialog ignores hasty keys."""
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"{key} did not bring {what} within {timeout} s; the screen is\n{self.text}")
            self.press(key)
            again = time.monotonic() + patience
            while time.monotonic() < again and not condition():
                self.read()

    def tab_to(self, button: str) -> None:
        """Press Tab until that button has the focus."""
        self.press_until("tab", lambda: self.reversed(button), f"the focus to {button}")

    def reversed(self, word: str) -> bool:
        """Whether that word stands somewhere in reverse, as the button with the focus does."""
        for row, line in enumerate(self.lines):
            column = line.find(word)
            while column >= 0:
                if all(self.screen.buffer[row][column + offset].reverse for offset in range(len(word))):
                    return True
                column = line.find(word, column + 1)
        return False

    def type(self, text: str) -> None:
        """Type a text, one key at a time."""
        self.press(*text)

    # -- ending ----------------------------------------------------------------------------------------------------

    def wait_end(self, timeout: float = 10.0) -> int:
        """Wait until the program has ended by itself, and return its exit status."""
        end = time.monotonic() + timeout
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"the program did not end within {timeout} s; the screen is\n{self.text}")
            self.read()
        while self._more():
            pass
        return self.process.returncode

    def close(self) -> None:
        """End the program if it still runs."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        with contextlib.suppress(OSError):
            os.close(self._master)

    def _more(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], 0)
        return bool(ready) and self.read(0)

    def left_behind(self) -> list[int]:
        """Processes of the program's session that still run."""
        return [number for number, _ in self.processes()]

    def processes(self) -> list[tuple[int, str]]:
        """The number and the command line of each process of the program's session that still runs."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError, IndexError):
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                    if int(fields[3]) == self.process.pid and fields[0] != "Z":
                        line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                        found.append((int(entry.name), line))
        return found


@contextlib.contextmanager
def terminal(
    *arguments: str, home: Path, size: tuple[int, int] = (120, 40), env: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """Run the program in a terminal; `size` is columns and rows."""
    made = Terminal(command(*arguments), columns=size[0], rows=size[1], env=environment(home, env))
    try:
        yield made
    finally:
        made.close()


def _drawable(data: bytes) -> bytes:
    """Leave out private sequences that pyte would print as text: `ESC [ < u`, `ESC [ > 1 u`, `ESC [ ? 2026 $ p`."""
    import re

    return re.sub(rb"\x1b\[[<>=?][0-9;]*(?:u|\$p|q|m)", b"", data)
