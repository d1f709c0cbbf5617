"""`run`: a one-off container. It knows the few `php artisan` commands the procedures use."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, command, the_app
from restant_tui.practice.world import App, World

_MIGRATIONS = (
    "2024_01_09_090000_create_tables_table",
    "2024_01_09_090100_create_orders_table",
    "2025_03_17_141500_add_allergens_to_dishes",
    "2026_06_02_083000_index_orders_by_table_and_day",
)


@command("run", seconds=2.3)
async def run(world: World, args: Sequence[str], io: Io) -> int:
    """Run one command in a container of `latest`, and pass its exit status on."""
    words = list(args)
    while words and words[0].startswith("-"):
        flag = words.pop(0)
        if flag in ("-e", "--env", "--ttl-seconds") and words:
            words.pop(0)
    app = the_app(world, words[:1])
    if not app.deployed:
        raise Refused("Successfully deploy your app to fix dokku run calls")
    if len(words) < 2:
        raise Refused("No command specified")
    program, rest = words[1], words[2:]
    match program:
        case "true":
            return 0
        case "false":
            return 1
        case "echo":
            io.out(" ".join(rest))
            return 0
        case "sh" | "bash" if rest[:1] == ["-c"] and len(rest) > 1:
            asked = re.fullmatch(r"\s*exit\s+(\d+)\s*", rest[1])
            return int(asked[1]) if asked else 0
        case "php" if rest[:1] == ["artisan"]:
            return _artisan(app, rest[1:], io)
    io.err(f"exec: {program}: not found on the practice host")
    return 127


def _artisan(app: App, words: list[str], io: Io) -> int:
    name = next((word for word in words if not word.startswith("-")), "list")
    answer = _ARTISAN.get(name)
    if answer is None:
        io.out("")
        io.out(f'   ERROR  Command "{name}" is not defined.')
        return 1
    for line in answer(app):
        io.out(line)
    return 0


def _status(app: App) -> list[str]:
    lines = ["", f"  Migration name {'.' * 90} Batch / Status"]
    lines += [f"  {name} {'.' * (98 - len(name))} [{n}] Ran" for n, name in enumerate(_MIGRATIONS, 1)]
    return [*lines, ""]


def _about(app: App) -> list[str]:
    stage = app.config.get("APP_ENV", "production")
    return ["", "  Environment", f"  Application Name {'.' * 40} Restant", f"  Environment {'.' * 45} {stage}", ""]


_ARTISAN: dict[str, Callable[[App], list[str]]] = {
    "migrate:status": _status,
    "migrate": lambda app: ["", "   INFO  Nothing to migrate.", ""],
    "about": _about,
    "queue:failed": lambda app: ["", "   INFO  No failed jobs found.", ""],
    "queue:restart": lambda app: ["", "   INFO  Broadcasting queue restart signal.", ""],
    "cache:clear": lambda app: ["", "   INFO  Application cache cleared successfully.", ""],
    "config:cache": lambda app: ["", "   INFO  Configuration cached successfully.", ""],
    "schedule:list": lambda app: [
        "",
        "  0 4 * * *  php artisan reservations:remind .... Next Due: 6 hours from now",
        "",
    ],
    "down": lambda app: ["", "   INFO  Application is now in maintenance mode.", ""],
    "up": lambda app: ["", "   INFO  Application is now live.", ""],
}
