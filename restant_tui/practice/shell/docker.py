"""`docker`: what runs and what it uses; nothing here starts or stops a container past Dokku."""

from __future__ import annotations

import json

from restant_tui.practice.io import Io
from restant_tui.practice.shell.registry import shell_command
from restant_tui.practice.world import World


@shell_command("docker")
async def docker(world: World, args: list[str], io: Io, user: str) -> int:
    """List containers, show what they use, or ask a mysql container one question."""
    if user != "root":
        io.err("permission denied while trying to connect to the Docker daemon socket")
        return 1
    words = args[1:] if args[:1] == ["container"] else args
    if words[:1] == ["exec"]:
        name = next((word for word in words if word.startswith("dokku.mysql.")), "").removeprefix("dokku.mysql.")
        service = world.services.get(name)
        if service is None or service.status != "running":
            io.err(f"Error response from daemon: container dokku.mysql.{name} is not running")
            return 1
        io.out("1")
        io.out("1")
        return 0
    if words[:1] not in (["ps"], ["stats"]):
        io.err(f"docker: '{' '.join(words[:1])}' is not available on the practice host")
        return 1
    dice, as_json = world.dice("figures"), any("json" in word for word in words)
    for name, cid in _containers(world):
        cpu, memory = f"{dice.uniform(0.2, 9):.2f}%", f"{dice.uniform(60, 240):.1f}MiB / 2GiB"
        if words[0] == "ps":
            row = {"ID": cid[:12], "Names": name, "State": "running"}
        else:
            row = {"ID": cid[:12], "Name": name, "CPUPerc": cpu, "MemUsage": memory}
        io.out(json.dumps(row) if as_json else "   ".join(row.values()))
    return 0


def _containers(world: World) -> list[tuple[str, str]]:
    apps = [
        (f"{app.name}.{process.name}", process.cid)
        for app in world.apps.values()
        for process in app.processes
        if process.stopped_at is None
    ]
    services = [(f"dokku.{s.kind}.{s.name}", s.id) for s in world.services.values() if s.status == "running"]
    return [*apps, *services]
