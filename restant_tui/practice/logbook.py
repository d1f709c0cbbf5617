"""What one container writes: nginx access lines, Laravel log entries, queue worker lines, all in world time.

Nothing runs in the background: whoever reads the log first lets it catch up with the clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from restant_tui.practice.behaviour import Behaviour

_KEPT = 5000
_FORGOTTEN = timedelta(minutes=40)
"""Older lines are never made: a container that ran for days starts its log this long before the first look."""

_PAGES = (
    "/",
    "/menu",
    "/menu/lunch",
    "/tables/12",
    "/orders",
    "/orders/4711",
    "/reservations",
    "/api/orders",
    "/api/tables",
)
_AGENTS = ("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1)", "RestantTill/3.2")
ATTACKER = "203.0.113.77"
"""Where the password guesses of the login attack come from."""
_GUESSED = ("admin", "root", "manager@restant.example.com", "info@restant.example.com")
_JOBS = ("SendReceipt", "SyncReservation", "NotifyKitchen", "UpdateStock")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a container's log; `at` has microseconds, `nanos` the three digits behind them."""

    at: datetime
    nanos: int
    text: str

    @property
    def stamp(self) -> str:
        """The time as `docker logs --timestamps` prints it, always with nine digits."""
        return f"{self.at:%Y-%m-%dT%H:%M:%S}.{self.at.microsecond:06d}{self.nanos:03d}Z"


class Logbook:
    """The log of one container: the newest lines, and how many there have ever been."""

    def __init__(self, process: str, *, stage: str, behaviour: Behaviour, dice: Random, started_at: datetime) -> None:
        """Begin an empty log.

        Args:
            process: `web.1`, `worker.1`.
            stage: the word Laravel puts before the level: `production`, `staging`.
            behaviour: of the release that writes; broken ones write errors.
            dice: the randomness of this log alone.
            started_at: when the container started.
        """
        self.lines: deque[Line] = deque(maxlen=_KEPT)
        self.total = 0
        self._stage = stage
        self._behaviour = behaviour
        self._dice = dice
        self._entry: Callable[[datetime], Iterator[str]] = self._web if process.startswith("web.") else self._worker
        self.due = started_at + timedelta(seconds=dice.uniform(0.2, 0.8))
        """When the next entry comes."""
        self._boot = self._boot_lines(process)
        self.attacked = False
        """Whether somebody tries passwords on the app."""

    def catch_up(self, now: datetime) -> None:
        """Write everything that is due by then."""
        if now - self.due > _FORGOTTEN:
            self._boot = []
            self.due = now - _FORGOTTEN
        while self.due <= now:
            entry = iter(self._boot) if self._boot else self._entry(self.due)
            for number, text in enumerate(entry):
                at = self.due + timedelta(microseconds=number * 31)
                self.lines.append(Line(at, self._dice.randrange(1000), text))
                self.total += 1
            self._boot = []
            self.due += timedelta(seconds=self._dice.uniform(0.4, 3.2))

    def since(self, seen: int) -> list[Line]:
        """Return the lines after the first `seen` ones that are still kept."""
        new = min(self.total - seen, len(self.lines))
        return list(self.lines)[len(self.lines) - new :]

    def last(self, count: int) -> list[Line]:
        """Return at most the newest `count` lines, oldest first."""
        return list(self.lines)[-count:] if count > 0 else []

    def _boot_lines(self, process: str) -> list[str]:
        if process.startswith("web."):
            return [
                "[notice] 1#1: nginx/1.27.2 started",
                "[notice] 1#1: start worker processes",
                "NOTICE: ready to handle connections",
            ]
        return ["INFO  Processing jobs from the [receipts,default] queues."]

    def _web(self, at: datetime) -> Iterator[str]:
        dice = self._dice
        page = dice.choice(_PAGES)
        if self.attacked and dice.random() < 0.6:
            who = f'{{"user":"{dice.choice(_GUESSED)}","ip":"{ATTACKER}"}}'
            yield self._laravel(at, "WARNING", f"Authentication failed {who}")
            return
        if self._behaviour is Behaviour.BROKEN and dice.random() < 0.45:
            yield self._access(at, page, 500, dice.randint(900, 2600))
            yield from self._printing_error(at)
        elif self._behaviour is Behaviour.SLOW and dice.random() < 0.4:
            taken = dice.randint(2200, 5200)
            yield self._access(at, page, 200, taken)
            yield self._laravel(at, "WARNING", f"Slow request {page} took {taken} ms")
        elif dice.random() < 0.12:
            yield self._laravel(
                at, "INFO", f'Order accepted {{"order":{dice.randint(4000, 9999)},"table":{dice.randint(1, 40)}}}'
            )
        elif dice.random() < 0.04:
            yield self._laravel(at, "WARNING", f"Slow query {dice.randint(600, 1400)} ms on orders_by_table")
        else:
            yield self._access(at, page, dice.choice((200, 200, 200, 200, 302, 304, 404)), dice.randint(18, 190))

    def _worker(self, at: datetime) -> Iterator[str]:
        dice = self._dice
        job = f"App\\Jobs\\{dice.choice(_JOBS)}"
        stamp = f"{at:%Y-%m-%d %H:%M:%S}"
        yield f"  {stamp} {job} {'.' * (60 - len(job))} RUNNING"
        if self._behaviour is Behaviour.BROKEN and dice.random() < 0.5:
            yield f"  {stamp} {job} {'.' * (52 - len(job))} {dice.randint(900, 3100)}ms FAIL"
            yield from self._printing_error(at)
        else:
            yield f"  {stamp} {job} {'.' * (52 - len(job))} {dice.uniform(12, 240):.2f}ms DONE"

    def _printing_error(self, at: datetime) -> Iterator[str]:
        problem = "Connection refused [tcp://printing-queue:6380]"
        yield self._laravel(
            at, "ERROR", problem + ' {"exception":"[object] (Restant\\\\Printing\\\\QueueException(code: 111))'
        )
        yield "[stacktrace]"
        yield "#0 /app/app/Printing/ReceiptQueue.php(88): Restant\\Printing\\ReceiptQueue->connect()"
        yield "#1 /app/app/Http/Controllers/OrderController.php(142): Restant\\Printing\\ReceiptQueue->push()"
        yield '#2 {main}"}'

    def _access(self, at: datetime, page: str, status: int, milliseconds: int) -> str:
        dice = self._dice
        client = f"10.0.{dice.randint(0, 3)}.{dice.randint(2, 250)}"
        request = f'[{at:%d/%b/%Y:%H:%M:%S} +0000] "GET {page} HTTP/1.1" {status} {dice.randint(180, 22000)}'
        return f'{client} - - {request} "-" "{dice.choice(_AGENTS)}" {milliseconds / 1000:.3f}'

    def _laravel(self, at: datetime, level: str, message: str) -> str:
        return f"[{at:%Y-%m-%d %H:%M:%S}] {self._stage}.{level}: {message}"
