"""Reach every host and say what answers: link, version, identities; exit 3 if one does not."""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from restant_tui.cli.options import Options

if TYPE_CHECKING:
    from restant_tui.config.model import Identity
    from restant_tui.engine.runtime import Runtime

_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of trying one login of one host. `seconds` is how long the answer took."""

    link: str
    user: str
    reached: bool
    says: str
    seconds: float


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def main(parsed: argparse.Namespace) -> int:
    """Print what answers; return 0 if everything does, else 3."""
    options = Options.of(parsed)
    findings = asyncio.run(_findings(options))
    well = all(finding.reached for finding in findings)
    if parsed.json:
        print(json.dumps({"ok": well, "links": [asdict(finding) for finding in findings]}, indent=2))
        return 0 if well else 3
    from restant_tui.cli.marks import Marks

    marks = Marks.of(options)
    for finding in findings:
        word = "live" if finding.reached else "lost"
        print(marks.plain(f"{marks.state(word, 8)} {finding.link:<20} as {finding.user:<10} {finding.says}"))
    return 0 if well else 3


async def _findings(options: Options) -> list[Finding]:
    from restant_tui.cli.opening import running
    from restant_tui.config.model import Identity

    async with running(options, monitors=False) as runtime:
        logins = [
            (name, identity)
            for name, host in runtime.config.hosts.items()
            for identity in Identity
            if host.login(identity) is not None
        ]
        return list(await asyncio.gather(*(_try(runtime, name, identity) for name, identity in logins)))


async def _try(runtime: Runtime, host: str, identity: Identity) -> Finding:
    from restant_tui.config.model import Identity
    from restant_tui.dokku import commands
    from restant_tui.text import clean, decode, duration, one_line

    login = runtime.config.hosts[host].login(identity)
    assert login is not None
    argv = commands.version() if identity is Identity.DOKKU else ("true",)
    outcome = await runtime.links.session(host, identity).run(argv, timeout=_SECONDS)
    said = one_line(decode(outcome.stdout)) if identity is Identity.DOKKU else "a shell"
    if not outcome.succeeded:
        status = f"exit status {outcome.exit_status}" if outcome.exit_status is not None else "no answer"
        said = one_line(clean(outcome.reason or outcome.error_text or status))
    else:
        said += f", answered in {duration(outcome.seconds)}"
    return Finding(
        link=f"{host}/{identity}", user=login.user, reached=outcome.succeeded, says=said, seconds=outcome.seconds
    )
