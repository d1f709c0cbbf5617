"""A notifier with everything around it, on one folder: journal, secrets, channels, and a clock that never waits."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from restant_tui.config.model import App, Config, Environment, Host, Login
from restant_tui.config.people import Channel
from restant_tui.config.secrets import Secrets
from restant_tui.journal.store import Journal
from restant_tui.notify.mail import Mailer
from restant_tui.notify.notifier import Notifier
from restant_tui.notify.outbox import Patience
from restant_tui.notify.senders import Means
from restant_tui.notify.web import Web
from restant_tui.text import Redactor
from tests.support.clock import START
from tests.support.webserver import response

MARKER = "Zq7-planted-secret-marker"
"""Stands for every secret; it must be seen nowhere but on the wire."""
DEPLOYED: dict[str, object] = {
    "environment": "production", "version": "v1.2.3", "by": "Mira", "changes": "fix checkout", "health": True,
}  # fmt: skip
EMERGENCY: dict[str, object] = {
    "issue": "Checkout fails", "impact": "Nobody can pay", "status": "investigating", "eta": "30 min",
    "updates": "https://status.example.org", "incident": "i-7",
}  # fmt: skip


class RestlessClock:
    """Every wait is over at once, and counted in full."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._passed = 0.0
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        self._passed += max(0.0, seconds)


class PostOffice:
    """`notifier` sends to `channels`; every channel's secret is `env:TOKEN`, which holds the marker unless told."""

    def __init__(
        self, folder: Path, channels: Mapping[str, Channel], *, token: str = MARKER, tls: ssl.SSLContext | None = None,
        practice: bool = False, answer: float = 5.0, patience: Patience | None = None,
    ) -> None:  # fmt: skip
        self.clock = RestlessClock()
        self.redactor = Redactor()
        self.journal = Journal.open(folder / "journal.sqlite3", clock=self.clock)
        secrets = Secrets({"TOKEN": token}, self.redactor, names=folder / "names")
        usual = Means.usual({"PATH": os.environ["PATH"]}, folder)
        means = replace(usual, web=Web(tls=tls, answer=answer), mailer=Mailer(tls=tls, timeout=5.0))
        host = Host(address="127.0.0.1", dokku=Login(user="dokku"))
        app = App(host="main", environment=Environment.PRODUCTION, url="http://127.0.0.1/health")
        config = Config(hosts={"main": host}, apps={"shop": app}, channels=dict(channels), practice=practice)
        self.notifier = Notifier(
            config, self.journal.outbox, secrets, means, clock=self.clock, rng=Random(7), redactor=self.redactor,
            patience=patience,
        )  # fmt: skip

    async def close(self) -> None:
        await self.notifier.close()
        self.journal.close()


@dataclass(slots=True)
class Inbox:
    """Answers HTTP requests with what it is given, the last one again and again, and keeps what came in."""

    answers: list[bytes]
    heads: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)

    async def __call__(self, head: bytes, body: bytes) -> bytes:
        self.heads.append(head.decode())
        self.bodies.append(json.loads(body) if body else None)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def lines(self) -> list[str]:
        """The request lines, without the version."""
        return [head.split(" HTTP/")[0] for head in self.heads]


def in_json(status: int, data: object, **headers: str) -> bytes:
    """A whole answer with a JSON body."""
    return response(status, json.dumps(data).encode(), Content_Type="application/json", **headers)
