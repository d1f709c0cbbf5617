"""Try every host, login, tool and secret, and say which runbooks can be carried out.

Exit 0 all is well, 1 something is missing or slow, 2 a runbook cannot be run, 3 a host does not let us in. Nothing is
changed on any host.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from restant_tui.cli.discovered import host_data, host_lines
from restant_tui.cli.options import Options
from restant_tui.text import one_line

if TYPE_CHECKING:
    from restant_tui.cli.checkup import Checkup, Finding
    from restant_tui.cli.marks import Marks
    from restant_tui.dokku.capabilities import Capabilities
    from restant_tui.transport.used import Used

_WORDS = {0: "ok", 1: "warning", 2: "critical", 3: "unknown"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("--json", action="store_true", help="print one JSON object with stable keys")


def main(parsed: argparse.Namespace) -> int:
    """Print what was found; return 0 to 3.

    Raises:
        ConfigProblem: there is no configuration that can be read.
    """
    from restant_tui.cli.marks import Marks

    options = Options.of(parsed)
    found = asyncio.run(_found(options, as_json=parsed.json))
    if parsed.json:
        print(json.dumps(plain(found), indent=2, ensure_ascii=False))
    else:
        marks = Marks.of(options)
        for line in lines(found, marks):
            print(marks.plain(line))
    return found.exit_status()


async def _found(options: Options, *, as_json: bool) -> Checkup:
    from restant_tui.cli import secret
    from restant_tui.cli.checkup import examine
    from restant_tui.cli.opening import running, whom_to_ask

    async with running(options, monitors=False, person=whom_to_ask(as_json=as_json)) as runtime:
        kept = secret.secrets()
        wanted = [] if runtime.config.practice else await asyncio.to_thread(secret.known, options, kept)
        return await examine(runtime, kept, wanted)


def lines(found: Checkup, marks: Marks) -> Iterator[str]:
    """Return what was found for a person, one section a subject."""
    yield f"{marks.state(_WORDS[found.exit_status()])}  at {found.at:%Y-%m-%d %H:%M:%S} UTC\n"
    yield from _section("LINKS", _links(found, marks))
    yield from _section("HOSTS", (line for host in found.hosts for line in _host(host, marks)), "none was reached")
    apps = (line for host in found.apps for line in host_lines(host, found.at, marks))
    yield from _section("APPS", apps, "not known: no host was reached")
    yield from _section("THIS MACHINE", _here(found, marks))
    yield from _section("SECRETS", _secrets(found, marks), "nothing refers to one")
    yield from _section("RUNBOOKS", _runbooks(found, marks), "not known: no host was reached")


def plain(found: Checkup) -> dict[str, Any]:
    """Return what was found as plain data with stable keys; times are ISO 8601 in UTC, lengths in seconds."""
    return {
        "format": 1,
        "at": found.at.isoformat(),
        "ok": found.exit_status() == 0,
        "status": _WORDS[found.exit_status()],
        "links": [asdict(link) for link in found.links],
        "logins_missing": [{**asdict(lack), "says": lack.sentence()} for lack in found.missing],
        "hosts": [
            {
                "host": host.host,
                "dokku": _version(host) or None,
                "plugins": host.plugins,
                "admin_tools": list(host.admin_tools) if host.admin_tools is not None else None,
                "troubles": list(host.troubles),
            }
            for host in found.hosts
        ],
        "apps": [host_data(host) for host in found.apps],
        "local_tools": _local(found)[0],
        "local_tools_missing": _local(found)[1],
        "keyring": {"ok": not found.keyring, "says": found.keyring},
        "secrets": [asdict(one) for one in found.secrets],
        "runbooks": [
            {"id": one.runbook, "readiness": one.state.value, "reasons": list(one.says)} for one in found.runbooks
        ],
        "broken": list(found.broken),
    }


def _section(title: str, body: Iterable[str], nothing: str = "none") -> Iterator[str]:
    yield title
    shown = False
    for line in body:
        shown = True
        yield f"  {line}"
    if not shown:
        yield f"  {nothing}"
    yield ""


def _links(found: Checkup, marks: Marks) -> Iterator[str]:
    for link in found.links:
        yield from _link(link, marks)
    for lack in found.missing:
        yield f"{'- none':<9} {lack.sentence()}"


def _link(link: Finding, marks: Marks) -> Iterator[str]:
    mark = marks.paint("warning", f"{marks.mark('warning')} slow".ljust(9)) if link.slow else marks.state(link.state, 9)
    yield f"{mark} {link.link:<20} as {link.user:<10} {link.says}"
    if link.used is not None and (said := "; ".join(_used(link.used))):
        yield f"{'':<9} {said}"


def _used(used: Used) -> Iterator[str]:
    """Say by which key and on which way; of what a person need not wonder about nothing is said."""
    if used.let_in_by:
        yield f"let in by {one_line(used.let_in_by)}"
    elif used.keys:
        yield f"offered {', '.join(one_line(key) for key in used.keys)}"
    if used.certificate:
        yield f"with the certificate {one_line(used.certificate)}"
    if used.jump:
        yield f"through {', '.join(one_line(jump) for jump in used.jump)}"
    if used.proxy_command:
        yield f"through the command {one_line(used.proxy_command)}"
    if used.config:
        yield f"by {one_line(used.config)}"


def _host(host: Capabilities, marks: Marks) -> Iterator[str]:
    from restant_tui.dokku.capabilities import ADMIN_TOOLS, SUDO

    yield f"{host.host:<14} Dokku {_version(host) or 'version not known'}"
    if host.plugins is not None:
        yield f"{'plugins':>14} {_added(host.plugins, _version(host))}"
    if host.admin_tools is not None:
        missing = [name for name in (*ADMIN_TOOLS, *SUDO) if name not in host.admin_tools]
        yield f"{'admin tools':>14} {', '.join(host.admin_tools) or 'none'}" + _less(missing)
    for trouble in host.troubles:
        yield f"{'':>14} {marks.state('warning')}: {trouble}"


def _added(plugins: dict[str, str], dokku: str) -> str:
    """Name the plugins that did not come with this Dokku, which are those that can be missing or old."""
    added = [f"{name} {version}" for name, version in sorted(plugins.items()) if version != dokku]
    return f"{', '.join(added) or 'none of its own'}; {len(plugins) - len(added)} that come with Dokku"


def _here(found: Checkup, marks: Marks) -> Iterator[str]:
    if found.hosts:
        there, missing = _local(found)
        yield f"{'programs':>14} {', '.join(there) or 'none'}" + _less(missing)
    yield f"{'keyring':>14} {marks.state('warning') + ': ' + found.keyring if found.keyring else 'can be used'}"


def _secrets(found: Checkup, marks: Marks) -> Iterator[str]:
    for one in found.secrets:
        used = ", ".join(one.used_by)
        if one.says:
            yield f"{marks.state('missing', 9)} {one.name:<20} {one.says} (for {used})"
        else:
            yield f"{marks.state('ok', 9)} {one.name:<20} for {used}"


def _runbooks(found: Checkup, marks: Marks) -> Iterator[str]:
    for one in found.runbooks:
        yield f"{marks.state(one.state.value, 13)} {one.runbook}"
        for reason in one.says:
            yield f"{'':<13} - {reason}"
    for said in found.broken:
        yield f"{marks.state('failed', 13)} {said}"


def _local(found: Checkup) -> tuple[list[str], list[str]]:
    there = sorted({name for host in found.hosts for name in host.local_tools})
    asked = {name for host in found.hosts for name in host.local_looked_for}
    return there, sorted(asked - set(there))


def _less(missing: list[str]) -> str:
    return f"; not there: {', '.join(missing)}" if missing else ""


def _version(host: Capabilities) -> str:
    return ".".join(map(str, host.version)) if host.version else ""
