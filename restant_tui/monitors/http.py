"""One HTTP request at a time, asked without fuss: the probe of the health monitor and of the engine's http steps."""

from __future__ import annotations

import asyncio
import importlib
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any

from restant_tui.monitors.http_trouble import sentence

if TYPE_CHECKING:
    import httpx

_BODY_CAP = 64 * 1024
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What a request came to. `status` is None when there was no answer, and `error` then says why in a sentence.

    `seconds` runs from the start of the request to the end of the body (or to the failure). `body` holds at most the
    cap; `truncated` says that there was more. Header names are lower case. `certificate_until` is when the certificate
    the other side showed ends, aware and in UTC; None without TLS.
    """

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0
    error: str = ""
    truncated: bool = False
    certificate_until: datetime | None = None


class HttpProbe:
    """Makes HTTP requests over one shared client; redirects are answers, not followed; certificates are checked.

    The client is built at the first request, its library and certificates loaded off the event loop. Every request has
    a connection of its own, as a visitor's first one has, so its time always has the same parts in it. Not more than
    eight are under way at once: the client's pool slows down with the square of them, and of the connections it keeps.
    """

    def __init__(self, *, timer: Callable[[], float] = time.perf_counter, tls: ssl.SSLContext | None = None) -> None:
        """Make a probe; nothing is loaded or opened yet.

        Args:
            timer: real seconds from an arbitrary start, to measure requests with.
            tls: the TLS context to use; the system's certificates if not given.
        """
        self._timer = timer
        self._tls = tls
        self._client: httpx.AsyncClient | None = None
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._opening = asyncio.Lock()

    async def get(
        self,
        url: str,
        *,
        timeout: float,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        cap: int = _BODY_CAP,
    ) -> HttpAnswer:
        """Make one request and return its answer; trouble on the way is an answer too, not an exception.

        Args:
            url: the whole address, `http://` or `https://`.
            timeout: real seconds for the request from start to end.
            method: the HTTP method.
            headers: headers to send besides the usual.
            body: bytes to send.
            cap: most bytes of the answer's body that are kept.
        """
        client = await self._open()
        async with self._slots:
            began = self._timer()
            try:
                async with (
                    asyncio.timeout(timeout),
                    client.stream(method, url, headers=dict(headers or {}), content=body) as response,
                ):
                    # Asked before the body is read: the connection may be closed behind it.
                    until = _certificate_until(response)
                    kept, truncated = await _read(response, cap)
                    return HttpAnswer(
                        status=response.status_code,
                        headers={name.lower(): value for name, value in response.headers.items()},
                        body=kept,
                        seconds=self._timer() - began,
                        truncated=truncated,
                        certificate_until=until,
                    )
            except TimeoutError:
                error = f"no answer within {timeout:g} s"
            except Exception as problem:
                # Whatever the library meets on the way (it leaks errors of the layers below), it is no answer.
                error = sentence(problem, url)
            return HttpAnswer(status=None, seconds=self._timer() - began, error=error)

    async def close(self) -> None:
        """Close every connection; the next request opens a new client."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _open(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._client is None:
                library, tls = await asyncio.to_thread(_load, self._tls)
                self._tls = tls
                # The environment's proxies are left out: a health probe has to see what it is pointed at.
                self._client = library.AsyncClient(
                    verify=tls,
                    follow_redirects=False,
                    trust_env=False,
                    timeout=None,
                    limits=library.Limits(max_connections=100, max_keepalive_connections=0),
                )
            return self._client


def _load(tls: ssl.SSLContext | None) -> tuple[ModuleType | Any, ssl.SSLContext]:
    importlib.import_module("anyio")  # httpx would load it at the first request, on the event loop
    return importlib.import_module("httpx"), tls or ssl.create_default_context()


def _certificate_until(response: httpx.Response) -> datetime | None:
    """Return when the certificate ends; it was checked, so what it says of itself can be believed."""
    stream = response.extensions.get("network_stream")
    shown = stream.get_extra_info("ssl_object") if stream is not None else None
    certificate = shown.getpeercert() if shown is not None else None
    if not certificate or "notAfter" not in certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


async def _read(response: httpx.Response, cap: int) -> tuple[bytes, bool]:
    kept = bytearray()
    async for chunk in response.aiter_bytes():
        kept += chunk
        if len(kept) > cap:
            return bytes(kept[:cap]), True
    return bytes(kept), False
