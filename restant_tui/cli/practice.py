"""Open the console on the practice host, or keep a practice host running.

`--serve` prints how to reach the host from another terminal and ends with Ctrl-C. It keeps keys and ports, so what was
connected finds it again when it is served anew.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from restant_tui.cli.options import Options
from restant_tui.errors import UsageProblem

if TYPE_CHECKING:
    from restant_tui.practice.host import PracticeHost


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("--serve", action="store_true", help="keep the host running here, for other terminals")


def main(parsed: argparse.Namespace) -> int:
    """Open the console in practice, or serve."""
    options = replace(Options.of(parsed), practice=True)
    if parsed.serve:
        return asyncio.run(_serve(options))
    from restant_tui.cli import console

    return console.opened_or_printed(options)


async def _serve(options: Options) -> int:
    from restant_tui.cli import opening, served
    from restant_tui.paths import private_folder
    from restant_tui.practice.host import PracticeHost

    where = private_folder(served.folder(opening.paths().practice))
    served.refuse_second(where)
    before = served.read(where)

    def host(ports: dict[str, int]) -> PracticeHost:
        return PracticeHost(speed=options.speed, seed=options.seed, calm=options.calm, folder=where, ports=ports)

    made = host(before.ports if before else {})
    try:
        await made.start()
    except OSError:
        # Somebody else has taken a port since; then other terminals have to be told the new ones anyway.
        await made.stop()
        made = host({})
        await made.start()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    try:
        config = served.announce(made, where)
        print(_how_to_reach(made, config), flush=True)
        await ended.wait()
    finally:
        served.withdraw(where)
        await made.stop()
    print("practice host ended")
    return 0


def _how_to_reach(host: PracticeHost, config: Path) -> str:
    found = host.config()
    name, machine = next(iter(found.hosts.items()))
    login = machine.dokku
    if login is None:
        raise UsageProblem(f"the practice host {name} has no dokku login; this should not happen")
    ssh = f"ssh -i {login.key} -p {machine.port} -o UserKnownHostsFile={machine.known_hosts} -o IdentitiesOnly=yes"
    lines = [
        f"practice host {name} at {machine.address}, ssh port {machine.port}, speed {host.clock.speed:g}",
        f"  console:  restant-tui --config {config}",
        f"  dokku:    {ssh} {login.user}@{machine.address} apps:list",
        *(f"  {app}: {where.url}" for app, where in found.apps.items()),
        "Ctrl-C ends it.",
    ]
    return "\n".join(lines)
