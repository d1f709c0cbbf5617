"""Who tried to log in: the machine's authentication log, which grows while somebody keeps trying."""

from __future__ import annotations

from datetime import timedelta

from restant_tui.practice.machine_model import Attempt
from restant_tui.practice.world import World

_EVERY = timedelta(seconds=11)
"""World time between two tries of an attacker."""
_USUAL = ("198.51.100.23", "198.51.100.61", "203.0.113.200")


def attempts(world: World) -> list[Attempt]:
    """Return every try up to now, oldest first."""
    machine, now = world.machine, world.clock.now()
    if not machine.attempts:
        machine.attempts = _usual(world)
    if machine.attacker and not machine.blocked(machine.attacker):
        dice = world.dice("attack")
        last = max((a.at for a in machine.attempts if a.address == machine.attacker), default=now)
        while (last := last + _EVERY) < now:
            machine.attempts.append(Attempt(last, dice.choice(("root", "admin", "oracle")), machine.attacker))
    machine.attempts.sort(key=lambda attempt: attempt.at)
    return machine.attempts


def auth_lines(world: World) -> list[str]:
    """Return the log as `sshd` writes it."""
    lines: list[str] = []
    for number, attempt in enumerate(attempts(world)):
        stamp = f"{attempt.at:%b} {attempt.at.day:>2} {attempt.at:%H:%M:%S} {world.hostname} sshd[{4000 + number}]:"
        what = "Accepted publickey for" if attempt.accepted else "Failed password for"
        lines.append(f"{stamp} {what} {attempt.user} from {attempt.address} port {40000 + number * 7 % 20000} ssh2")
    return lines


def _usual(world: World) -> list[Attempt]:
    """Return a normal day: a handful of strangers, and the team."""
    dice, now = world.dice("auth"), world.clock.now()
    strangers = [
        Attempt(now - timedelta(hours=dice.uniform(1, 23)), dice.choice(("root", "test", "pi")), dice.choice(_USUAL))
        for _ in range(5)
    ]
    team = [
        Attempt(now - timedelta(hours=hours), user, "192.0.2.50", accepted=True)
        for hours, user in ((20.5, "dokku"), (9.2, "admin"), (3.4, "dokku"))
    ]
    return [*strangers, *team]
