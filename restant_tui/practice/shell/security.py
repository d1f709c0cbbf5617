"""`ufw`, `iptables`, `journalctl`, `last`, `who`: who comes in, and who is kept out (in the model alone)."""

from __future__ import annotations

import ipaddress

from restant_tui.practice.io import Io
from restant_tui.practice.shell.authlog import attempts, auth_lines
from restant_tui.practice.shell.registry import flags_and_words, shell_command
from restant_tui.practice.world import World


def _address(words: list[str]) -> str:
    for word in words:
        try:
            return str(ipaddress.ip_network(word, strict=False)).removesuffix("/32").removesuffix("/128")
        except ValueError:
            continue
    return ""


@shell_command("ufw")
async def ufw(world: World, args: list[str], io: Io, user: str) -> int:
    """Show the deny list, or change it."""
    if user != "root":
        io.err("ERROR: You need to be root to run this script")
        return 1
    words = [word for word in args if word != "--force"]
    denied = world.machine.denied
    if words[:1] == ["status"]:
        numbered = words[1:2] == ["numbered"]
        io.out("Status: active")
        io.out("")
        io.out(f"{'     ' if numbered else ''}{'To':<27}{'Action':<12}From")
        io.out(f"{'     ' if numbered else ''}{'--':<27}{'------':<12}----")
        rules = [("22/tcp", "ALLOW", "Anywhere"), ("80,443/tcp", "ALLOW", "Anywhere")]
        rules = [*(("Anywhere", "DENY", address) for address in denied), *rules]
        for number, (to, action, source) in enumerate(rules, 1):
            io.out(f"{f'[{number:>2}] ' if numbered else ''}{to:<27}{action:<12}{source}")
        return 0
    address = _address(words)
    if not address or "deny" not in words:
        io.err("ERROR: Invalid syntax")
        return 1
    if words[0] == "delete":
        if address not in denied:
            io.out("Could not delete non-existent rule")
            return 0
        denied.remove(address)
        io.out("Rule deleted")
    elif address in denied:
        io.out("Skipping inserting existing rule")
    else:
        denied.append(address)
        io.out("Rule inserted" if words[0] == "insert" else "Rule added")
    return 0


@shell_command("iptables")
async def iptables(world: World, args: list[str], io: Io, user: str) -> int:
    """Show the deny list, or change it."""
    if user != "root":
        io.err(
            "iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)"
        )
        return 4
    denied = world.machine.denied
    if "-S" in args or "-L" in args:
        io.out("-P INPUT ACCEPT" if "-S" in args else "Chain INPUT (policy ACCEPT)")
        if "-L" in args:
            io.out("target     prot opt source               destination")
        for address in denied:
            listed = f"DROP       all  --  {address:<20} 0.0.0.0/0"
            io.out(f"-A INPUT -s {address}/32 -j DROP" if "-S" in args else listed)
        return 0
    address = _address(args)
    if not address or "DROP" not in args:
        io.err("iptables: only -A, -I, -D INPUT -s ADDRESS -j DROP and -L, -S on the practice host")
        return 2
    if "-D" in args or "-C" in args:
        if address not in denied:
            io.err("iptables: Bad rule (does a matching rule exist in that chain?).")
            return 1
        if "-D" in args:
            denied.remove(address)
    elif address not in denied:
        denied.append(address)
    return 0


@shell_command("journalctl")
async def journalctl(world: World, args: list[str], io: Io, user: str) -> int:
    """Print the log of sshd; other units have nothing to say."""
    flags, _ = flags_and_words(args, "unS")
    unit = flags[flags.index("-u") + 1] if "-u" in flags else "ssh"
    if unit.removesuffix(".service") not in ("ssh", "sshd"):
        io.out("-- No entries --")
        return 0
    number = flags[flags.index("-n") + 1] if "-n" in flags else ""
    lines = auth_lines(world)
    for line in lines[-int(number) :] if number.isdigit() else lines:
        io.out(line)
    return 0


@shell_command("last", "lastb")
async def last(world: World, args: list[str], io: Io, user: str) -> int:
    """Print the logins that worked, newest first."""
    for attempt in reversed(attempts(world)):
        if attempt.accepted:
            at = attempt.at
            io.out(f"{attempt.user:<8} pts/0        {attempt.address:<16} {at:%a %b} {at.day:>2} {at:%H:%M}   gone")
    io.out("")
    io.out(f"wtmp begins {world.opened_at:%a %b} {world.opened_at.day:>2} 00:00:01 {world.opened_at:%Y}")
    return 0


@shell_command("who", "w")
async def who(world: World, args: list[str], io: Io, user: str) -> int:
    """Print who is logged in: whoever asks."""
    now = world.clock.now()
    io.out(f"{user:<8} pts/0        {now:%Y-%m-%d %H:%M} (192.0.2.50)")
    return 0
