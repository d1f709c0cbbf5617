"""G15: 200 health checks of distinct places at once, over our probe, a client a check, and asyncio alone.

The longest the event loop stood still is measured beside the time: for that long a key press would have waited. It is
counted in time of our own thread on the processor, as what else the machine does would drown it. The probe stays on
httpx: asyncio alone shows what a probe of our own could gain, which at a check an app every few seconds nobody notices.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ssl
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.goals import Goal, Report, ratio
from bench.origins import PAGE, origins
from restant_tui.monitors.http import HttpProbe
from tests.support.certificates import tls_pair

CHECKS = 200
ROUNDS = 9
RIVALS = 20
"""Checks with a client of their own a round: each takes as long as the one before, so a few tell."""


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds for all checks, the longest stall of the loop, and our processor's seconds."""

    seconds: float
    stall: float
    work: float


async def _round(checks: Callable[[], Awaitable[None]]) -> Round:
    longest = 0.0
    gc.collect()  # what the round before has left is not this one's to clear away

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - before)

    watcher = asyncio.create_task(watch())
    began, used = time.perf_counter(), time.process_time()
    await checks()
    found = Round(time.perf_counter() - began, longest, time.process_time() - used)
    watcher.cancel()
    return found


async def _through(probe: HttpProbe, urls: Sequence[str]) -> None:
    answers = await asyncio.gather(*(probe.get(url, timeout=30) for url in urls))
    assert all(answer.status == 200 for answer in answers), next(one for one in answers if one.status != 200)


async def _a_client_each(urls: Sequence[str], tls: ssl.SSLContext) -> None:
    import httpx

    for url in urls[:RIVALS]:
        # What it does by itself; a place it does not trust is then asked again with the certificate it needs.
        async with httpx.AsyncClient() as client:
            if url.startswith("http:"):
                assert (await client.get(url)).status_code == 200
                continue
        async with httpx.AsyncClient(verify=tls) as client:
            assert (await client.get(url)).status_code == 200


async def _raw(urls: Sequence[str], tls: ssl.SSLContext) -> None:
    slots = asyncio.Semaphore(8)

    async def one(url: str) -> None:
        place = urlsplit(url)
        async with slots:
            reader, writer = await asyncio.open_connection(
                place.hostname, place.port, ssl=tls if place.scheme == "https" else None
            )
            writer.write(f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
            assert await reader.readexactly(len(PAGE)) == PAGE
            writer.close()

    await asyncio.gather(*(one(url) for url in urls))


async def _compare(name: str, urls: Sequence[str], tls: ssl.SSLContext) -> Report:
    probe = HttpProbe(tls=tls)
    ours: list[Round] = []
    rival: list[Round] = []
    raw: list[Round] = []
    await _through(probe, urls[:1])
    # As the console does it once it stands: what is loaded stays, and is not looked through again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    for _ in range(ROUNDS):
        ours.append(await _round(lambda: _through(probe, urls)))
        rival.append(await _round(lambda: _a_client_each(urls, tls)))
        raw.append(await _round(lambda: _raw(urls, tls)))
    await probe.close()
    each = [one.seconds / RIVALS * CHECKS for one in rival]
    told = (
        f"{CHECKS} checks, {name}: ours {_said(ours)}; a client each {statistics.median(each) * 1e3:.0f} ms (from "
        f"{RIVALS} a round); asyncio alone {_said(raw)}"
    )
    limits = [
        Goal(f"G15 longest stall of the loop, {name}, ms", max(one.stall for one in ours) * 1e3, 30, 10),
        Goal(f"G15 {CHECKS} checks / a client each, {name}", ratio([one.seconds for one in ours], each), 0.1, 0.01),
    ]
    best = ratio([one.seconds for one in raw], each)
    return Report(limits, [told, f"asyncio alone / a client each, {name}: 1/{1 / best:.3g}"])


def _said(rounds: Sequence[Round]) -> str:
    seconds, work = (
        statistics.median(values) for values in zip(*((one.seconds, one.work) for one in rounds), strict=True)
    )
    stall = statistics.median(one.stall for one in rounds)
    return f"{seconds * 1e3:.0f} ms ({work / CHECKS * 1e3:.2f} ms of processor a check, stall {stall * 1e3:.1f} ms)"


async def _measure() -> Report:
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        _, tls = tls_pair(folder)
        plain = stack.enter_context(origins(CHECKS))
        safe = stack.enter_context(origins(CHECKS, folder / "loopback.pem"))
        found = [await _compare("HTTP", plain, tls), await _compare("TLS", safe, tls)]
    return Report([goal for one in found for goal in one.goals], [words for one in found for words in one.told])


def missing() -> str:
    """Return what this machine lacks for it: nothing."""
    return ""


def measure() -> Report:
    """Measure it all."""
    return asyncio.run(_measure())
