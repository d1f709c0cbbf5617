"""`mysql:export|import|connect` and `redis:…`: the data itself, on standard output and input."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from restant_tui.practice import dump, sql, sql_prompt
from restant_tui.practice.commands.service_common import running_service, service_command
from restant_tui.practice.faults import Fault
from restant_tui.practice.io import Io
from restant_tui.practice.prompt import converse
from restant_tui.practice.registry import Refused
from restant_tui.practice.stores import Service
from restant_tui.practice.world import World

_WARNING = "[Warning] Using a password on the command line interface can be insecure."
_MAGIC = b"REDIS0012"
_MEBI = 1024 * 1024


@service_command("export", seconds=0.9)
async def export(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Write everything the service holds to standard output."""
    service = running_service(world, kind, args)
    if kind == "redis":
        io.raw(_MAGIC + b"".join(key.encode() + b"\0" + value.encode() + b"\0" for key, value in service.keys.items()))
        return 0
    io.err(f"mysqldump: {_WARNING}")
    for line in dump.write(service, world.clock.now()):
        io.out(line)
        await io.drain()
    return 0


@service_command("import", seconds=0.9)
async def import_(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Carry out what comes on standard input; nobody is asked, and an empty input changes nothing."""
    service = running_service(world, kind, args)
    if io.pty:
        raise Refused("No data provided on stdin.")
    data = await io.input.read()
    if Fault.SSH_DROPS in world.faults and data:
        world.faults.discard(Fault.SSH_DROPS)
        io.cut()
    if kind == "redis":
        return _import_keys(service, data)
    if data:
        io.err(f"mysql: {_WARNING}")
    if b"\0" in data or data[:2] == b"\x1f\x8b":
        io.err("ERROR: ASCII '\\0' appeared in the statement, but this is not allowed unless option --binary-mode is")
        return 1
    try:
        for _table in dump.read(data.decode("utf-8", "replace"), service.tables):
            await world.dawdle(0.2)
    except dump.Broken as problem:
        io.err(str(problem))
        return 1
    return 0


def _import_keys(service: Service, data: bytes) -> int:
    if not data:
        return 0
    if not data.startswith(_MAGIC):
        service.status = "exited"  # the file has taken the place of the good one, and redis does not start with it
        return 1
    parts = data.removeprefix(_MAGIC).decode("utf-8", "replace").split("\0")
    service.keys = dict(zip(parts[::2], parts[1::2], strict=False))
    return 0


@service_command("connect", seconds=0.8)
async def connect(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Answer queries: those on standard input, or at a prompt where there is a terminal."""
    service = running_service(world, kind, args)
    if kind == "mysql":
        io.err(f"mysql: {_WARNING}")
    if not io.pty:
        return _answer(world, service, (await io.input.read()).decode("utf-8", "replace"), io)
    if kind == "mysql":
        await sql_prompt.monitor(world, service, io)
        return 0

    prompt = f"{service.host}:6379> "

    async def answered(line: str) -> str | None:
        if line.strip().lower() in ("exit", "quit"):
            return None
        _answer(world, service, line, io)
        return prompt

    await converse(io, prompt, answered)
    return 0


def _answer(world: World, service: Service, script: str, io: Io) -> int:
    if service.kind == "redis":
        for line in script.splitlines():
            if line.strip():
                for answer in _redis(service, line.split()):
                    io.out(answer)
        return 0
    try:
        for line in sql.run(service, script, world.clock.now()):
            io.out(line)
    except sql.SqlError as problem:
        io.err(str(problem))
        return 1
    return 0


def _redis(service: Service, words: list[str]) -> list[str]:
    name = words[0].upper()
    answer = _REDIS.get(f"{name} {words[1].upper()}" if name == "CONFIG" and len(words) > 1 else name)
    if answer is None:
        return [f"(error) ERR unknown command '{words[0]}', with args beginning with: "]
    try:
        return answer(service, words)
    except IndexError:
        return [f"(error) ERR wrong number of arguments for '{words[0].lower()}' command"]


def _memory(service: Service, words: list[str]) -> list[str]:
    return [
        "# Memory",
        f"used_memory:{int(service.used_mib * _MEBI)}",
        f"used_memory_human:{service.used_mib:.2f}M",
        f"maxmemory:{service.limit_mib * _MEBI}",
        f"maxmemory_human:{service.limit_mib}.00M",
        "maxmemory_policy:noeviction",
        "evicted_keys:0",
    ]


def _flush(service: Service, words: list[str]) -> list[str]:
    service.keys.clear()
    service.used_mib = 1.2
    return ["OK"]


def _set(service: Service, words: list[str]) -> list[str]:
    if service.full:
        return ["(error) OOM command not allowed when used memory > 'maxmemory'."]
    service.keys[words[1]] = words[2]
    return ["OK"]


def _get_limit(service: Service, words: list[str]) -> list[str]:
    return ["maxmemory", str(service.limit_mib * _MEBI)] if words[2].lower() == "maxmemory" else []


def _set_limit(service: Service, words: list[str]) -> list[str]:
    text = words[3]
    number, unit = text.lower().rstrip("mbkgi"), text.lower().lstrip("0123456789")[:1]
    factor = {"": 1 / 1024 / 1024, "k": 1 / 1024, "m": 1.0, "g": 1024.0}.get(unit)
    if not number.isdigit() or factor is None:
        return ["(error) ERR CONFIG SET failed - argument must be a memory value"]
    service.limit_mib = round(int(number) * factor)
    return ["OK"]


_REDIS: dict[str, Callable[[Service, list[str]], list[str]]] = {
    "PING": lambda service, words: ["PONG"],
    "DBSIZE": lambda service, words: [str(len(service.keys))],
    "INFO": _memory,
    "FLUSHDB": _flush,
    "FLUSHALL": _flush,
    "SET": _set,
    "GET": lambda service, words: [service.keys.get(words[1], "")],
    "CONFIG GET": _get_limit,
    "CONFIG SET": _set_limit,
}
