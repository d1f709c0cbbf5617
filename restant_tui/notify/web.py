"""HTTP for messages: one request, and what its end means for a message that must not arrive twice."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from restant_tui.monitors.http_trouble import sentence
from restant_tui.notify.address import usable
from restant_tui.notify.delivery import Delivery, failed, later, unknown
from restant_tui.text import decode, one_line

if TYPE_CHECKING:
    import httpx

_CONNECT: Final = 5.0
_ANSWER: Final = 15.0
_BODY_CAP: Final = 256 * 1024
_UNUSABLE: Final = "the channel's address, or its secret, cannot be used in a request: check both"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `data` is what its body says as JSON, or None if it is not JSON; `text` is the body, cleaned."""

    status: int
    headers: Mapping[str, str]
    text: str
    data: Any = None


class Web:
    """Makes requests over a client of its own, whose library is loaded at the first one, off the event loop.

    Every request has a connection of its own: on one that was kept, a server hanging up cannot be told from a message
    lost on the way.
    """

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, connect: float = _CONNECT, answer: float = _ANSWER
    ) -> None:
        """Make one; nothing is loaded or opened yet.

        Args:
            tls: whom to trust; the system's certificates if not given.
            connect: real seconds for a connection.
            answer: real seconds for each wait after that.
        """
        self._tls = tls
        self._limits = (connect, answer)
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def call(
        self, method: str, url: str, *, body: Mapping[str, Any] | None = None, token: str = ""
    ) -> Reply | Delivery:
        """Make one request with a JSON body; trouble on the way is told as a delivery.

        Args:
            method: the HTTP method; with GET nothing is changed, so that a lost one may always be made again.
            url: the whole address; never shown but for its host.
            body: sent as JSON.
            token: the whole value of the `Authorization` header.
        """
        if not usable(url):
            # Not in anybody's words: they might hold the address.
            return failed(_UNUSABLE)
        client = await self._open()
        headers = {"Authorization": token} if token else {}
        content = None
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            headers["Content-Type"] = "application/json; charset=utf-8"
        try:
            async with client.stream(method, url, headers=headers, content=content) as response:
                return await _read(response)
        except Exception as problem:
            return _trouble(problem, url, changes=method != "GET")

    async def close(self) -> None:
        """Let go of the client; the next request makes a new one."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _open(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._client is None:
                library, tls = await asyncio.to_thread(_load, self._tls)
                self._tls = tls
                connect, answer = self._limits
                self._client = library.AsyncClient(
                    verify=tls,
                    follow_redirects=False,
                    trust_env=False,
                    timeout=library.Timeout(answer, connect=connect),
                    limits=library.Limits(max_keepalive_connections=0),
                )
            return self._client


def refused(reply: Reply, *, who: str, secret: str, now: datetime, why: str = "") -> Delivery:
    """Say what an answer other than success means.

    Args:
        reply: the answer.
        who: whom it comes from, for the sentence: `Slack`.
        secret: the name of the secret it was asked with.
        now: to count a date in `Retry-After` from.
        why: what the answer says about itself, in words for a person.
    """
    because = f": {one_line(why, 160)}" if why else ""
    match reply.status:
        case 420 | 429:
            return later(f"{who} takes no more messages for the moment", retry_after(reply.headers, now))
        case 401 | 403:
            return failed(
                f"{who} refused ({reply.status}{because}): check what the secret {secret} may do, or store a new one"
            )
        case 404 | 410:
            return failed(f"{who} knows no such place ({reply.status}{because}): check the channel's configuration")
        case status if 500 <= status < 600 or status == 408:
            return later(f"{who} has trouble of its own ({status}{because})", retry_after(reply.headers, now))
        case status if 300 <= status < 400:
            return failed(f"{who} sent us elsewhere ({status}): check the channel's address")
        case status:
            return failed(f"{who} did not take the message ({status}{because})")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds a `Retry-After` asks for, given as seconds or as a date; None if it asks for nothing."""
    from email.utils import parsedate_to_datetime

    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        then = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - now).total_seconds())


def _load(tls: ssl.SSLContext | None) -> tuple[ModuleType | Any, ssl.SSLContext]:
    importlib.import_module("anyio")  # the library would load it at the first request, on the event loop
    library = importlib.import_module("httpx")
    # Both write whole addresses to the log, and a webhook's address is a secret.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return library, tls or ssl.create_default_context()


async def _read(response: httpx.Response) -> Reply:
    kept = bytearray()
    async for chunk in response.aiter_bytes():
        kept += chunk
        if len(kept) > _BODY_CAP:
            break
    data = None
    if "json" in response.headers.get("content-type", ""):
        try:
            data = json.loads(kept)
        except (ValueError, RecursionError):
            data = None
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, decode(bytes(kept)), data)


def _trouble(problem: Exception, url: str, *, changes: bool) -> Delivery:
    import httpx

    match problem:
        case httpx.UnsupportedProtocol() | httpx.InvalidURL() | httpx.LocalProtocolError() | UnicodeError():
            return failed(_UNUSABLE)
        case httpx.ConnectTimeout():
            return later(f"{_place(url)} could not be reached in time")
        case httpx.ConnectError() if "certificate" in (said := sentence(problem, url)):
            return failed(f"{said}; nothing was sent")
        case httpx.ConnectError() | httpx.PoolTimeout():
            return later(sentence(problem, url))
        case httpx.TimeoutException():
            said = f"{_place(url)} did not answer in time"
        case _:
            said = f"the connection to {_place(url)} was lost before it answered"
    return (
        unknown(f"{said}: the message may have arrived, look there before it is sent again") if changes else later(said)
    )


def _place(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2]
