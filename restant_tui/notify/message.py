"""What is to be said, before anything is known about how it gets there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Severity(StrEnum):
    """How much a message matters."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Stage(StrEnum):
    """How far an incident is, in the words of public status pages."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a message."""

    label: str
    value: str
    long: bool = False
    """It may take more than a line, and stands below its label."""
    code: bool = False
    """It was printed by a program and keeps its shape."""


@dataclass(frozen=True, slots=True)
class PublicNote:
    """What customers may read of a message."""

    name: str
    """The incident's name, the same in all its messages."""
    text: str
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A template with its fields filled in."""

    template: str
    title: str
    summary: str
    """The title with what matters most, for a subject or a notification: one line."""
    fields: tuple[Fact, ...]
    severity: Severity
    thread: str = ""
    """What ties messages together, such as an incident's id; may be empty."""
    public: PublicNote | None = None
    """None for what is not meant for customers."""

    @property
    def body(self) -> str:
        """The fields as plain text, one `Label: value` a line, long ones below their label."""
        lines = (
            f"{fact.label}:\n{_indented(fact.value)}"
            if fact.long and "\n" in fact.value
            else f"{fact.label}: {fact.value}"
            for fact in self.fields
        )
        return "\n".join(lines)

    @property
    def text(self) -> str:
        """The whole message as plain text."""
        return f"{self.title}\n{self.body}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message on its way to one channel."""

    message: Message
    key: str
    """The same for every try of the same message to the same channel, and for nothing else."""
    at: datetime
    """The moment of this try."""
    first: str = ""
    """What the other side calls the first message of the thread; empty if this is it."""


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
