"""`curl` (to this machine alone) and `dig`: how the host sees itself and the name system."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from restant_tui.practice.http import Request, Response
from restant_tui.practice.io import Io
from restant_tui.practice.shell.registry import flags_and_words, shell_command
from restant_tui.practice.web import page
from restant_tui.practice.world import World

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@shell_command("curl")
async def curl(world: World, args: list[str], io: Io, user: str) -> int:
    """Ask a page of this host, by port of the loopback or by a domain that leads here."""
    flags, words = flags_and_words(_apart(args), "owHmXAu")
    if not words:
        io.err("curl: no URL specified!")
        return 2
    parts = urlsplit(words[0] if "//" in words[0] else f"http://{words[0]}")
    host = parts.hostname or ""
    if host not in _LOOPBACK and world.resolve(host) != world.machine.address:
        known = world.resolve(host)
        io.err(f"curl: ({7 if known else 6}) {'Failed to connect to' if known else 'Could not resolve host:'} {host}")
        return 7 if known else 6
    headers = dict(
        flags[n + 1].lower().split(": ", 1) for n, flag in enumerate(flags) if flag == "-H" and ": " in flags[n + 1]
    )
    started = world.clock.monotonic()
    if host in _LOOPBACK and parts.port is not None:
        response = await _over_loopback(parts.port, parts.path or "/", headers.get("host", host))
    else:
        response = await _by_name(world, headers.get("host", host), parts.path or "/")
    if response is None:
        io.err(f"curl: (7) Failed to connect to {host} port {parts.port or 80}: Connection refused")
        return 7
    taken = world.clock.monotonic() - started
    return _show(response, flags, taken, io)


def _apart(args: list[str]) -> list[str]:
    """Cut `-sSfo FILE` into single letters, so that each can be read alone."""
    apart: list[str] = []
    for word in args:
        if word.startswith("-") and not word.startswith("--") and len(word) > 2:
            apart += [f"-{letter}" for letter in word[1:]]
        elif word.startswith(("--max-time", "--connect-timeout", "--resolve")):
            apart += ["-m"] if "=" not in word else []
        else:
            apart.append(word)
    return apart


async def _by_name(world: World, name: str, path: str) -> Response:
    app = next((app for app in world.apps.values() if name in (app.name, *app.domains)), None)
    if app is None:
        return Response(404, b"<html><head><title>Not Found</title></head></html>\n")
    return await page(world, app, Request("GET", path, {}, {"host": name}, b""))


async def _over_loopback(port: int, path: str, host: str) -> Response | None:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return None
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("latin-1"))
        answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    return Response(int(words[1]) if len(words) > 1 and words[1].isdigit() else 502, body)


def _show(response: Response, flags: list[str], taken: float, io: Io) -> int:
    if ("-f" in flags or "--fail" in flags) and response.status >= 400:
        io.err(f"curl: (22) The requested URL returned error: {response.status}")
        return 22
    if "-I" in flags or "--head" in flags or "-i" in flags:
        io.out(f"HTTP/1.1 {response.status}")
        io.out(f"content-type: {response.kind}")
        io.out("content-encoding: gzip")
        io.out("")
    if "-I" not in flags and "--head" not in flags and "-o" not in flags:
        io.raw(response.body)
    if "-w" in flags:
        form = flags[flags.index("-w") + 1]
        text = form.replace("%{http_code}", f"{response.status:03d}").replace("%{response_code}", str(response.status))
        text = text.replace("%{time_total}", f"{taken:.6f}").replace("%{size_download}", str(len(response.body)))
        io.raw(text.replace("\\n", "\n").replace("\\t", "\t").encode())
    return 0


@shell_command("dig")
async def dig(world: World, args: list[str], io: Io, user: str) -> int:
    """Ask the name system for an address, whichever resolver is named."""
    words = [word for word in args if not word.startswith(("+", "@", "-")) and word not in ("A", "IN")]
    for name in words:
        address = world.resolve(name.rstrip("."))
        if address and "+short" in args:
            io.out(address)
        elif address:
            io.out(f"{name.rstrip('.')}.\t\t300\tIN\tA\t{address}")
    return 0
