"""Answers for the forced command of a real sshd: what a real Dokku printed, and what a test has it say besides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

CAPTURED = Path(__file__).parent / "captured"
"""What a Dokku 0.38.27 printed over SSH, by the state it was in: `well`, `bad` (after a bad deploy), `text`."""
SCRIPT = Path(__file__).parent / "forced.sh"


@dataclass(frozen=True, slots=True)
class Capture:
    """One command and its answer; both streams whole."""

    command: str
    status: int
    out: str
    err: str


def captures(*folders: str) -> list[Capture]:
    """Return what was captured in those states; all if none is named."""
    found = []
    for folder in folders or ("well", "bad", "text"):
        for path in sorted((CAPTURED / folder).glob("*.txt")):
            head, _, rest = path.read_text("utf-8").partition("# --- stdout\n")
            out, _, err = rest.partition("# --- stderr\n")
            command, status = re.findall(r"^(?:\$ |# exit=)(.*)$", head, re.MULTILINE)
            found.append(Capture(command, int(status), out, err))
    return found


class Answers:
    """A folder of answers; hand it to `Sshd`."""

    def __init__(self, folder: Path, *states: str) -> None:
        """Make the folder, filled with what was captured in those states."""
        self.folder = folder
        (folder / "answers").mkdir(parents=True)
        (folder / "logs").mkdir()
        for one in captures(*states) if states else ():
            self.say(one.command, one.out, one.err, one.status)

    def say(self, command: str, out: str = "", err: str = "", status: int = 0) -> None:
        """Answer that command so from now on."""
        name = command.replace(" ", "_").replace("/", "%")
        for ending, text in (("out", out), ("err", err), ("status", f"{status}\n")):
            # Nobody may read half an answer.
            part = self.folder / "answers" / f".{name}.{ending}"
            part.write_text(text)
            part.rename(part.with_name(part.name[1:]))

    def log(self, app: str, process: str, *lines: str) -> None:
        """Have a process write lines, as Dokku prints them."""
        path = self.folder / "logs" / app / process
        path.parent.mkdir(exist_ok=True)
        with path.open("a") as file:
            file.write("".join(f"{line}\n" for line in lines))

    @property
    def asked(self) -> list[str]:
        """Every command that came, oldest first."""
        path = self.folder / "asked"
        return path.read_text().splitlines() if path.exists() else []
