"""The command lines of every runbook, as a real sshd receives them, and the golden file that lists them.

python -m tests.live.command_lines [ID ...]    walk all runbooks, or some, and write the golden file anew
"""

from __future__ import annotations

import asyncio
import getpass
import re
import shlex
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from unittest.mock import patch

from restant_tui.config.model import Config, Identity
from restant_tui.dokku import commands
from restant_tui.dokku.capabilities import ADMIN_TOOLS
from restant_tui.engine.executors import parallel
from restant_tui.engine.spot import Spot
from restant_tui.practice.host import NAME, SECOND
from restant_tui.practice.working_copy import ssh_command
from restant_tui.transport import detached, lifeline
from restant_tui.transport.outcome import Outcome
from restant_tui.transport.quoting import command_line
from restant_tui.transport.session import Session
from restant_tui.transport.timing import Timing
from restant_tui.transport.valve import Valve
from tests.runbooks.cases import GOOD, cases, ids
from tests.runbooks.stage import Stage, Walked, walked
from tests.support.gateway import Call, Gateway
from tests.support.waiting import until

GOLDEN = Path(__file__).with_name("command_lines.txt")
CONTACT = "first contact"
"""The section of what any run asks a host first."""
_CONTACT_WALK = "first-look"
HEADER = """\
# The command lines of every runbook, byte for byte as Debian's sshd received them on the runbook's good way.
#
# How to read it. One section a runbook; in it, by who receives them, the lines in order of first appearance, each once:
#   dokku@HOST  SSH_ORIGINAL_COMMAND of Dokku's forced command: no shell, words are split with xargs (git:* at blanks);
#   admin@HOST  what the login shell is given: quoted for a shell, so nothing in it is expanded but what sh -c is told;
#   here        argument lists for this machine, from the journal, quoted as a shell would need them; GET and POST,
#               scan and write are done by the program itself.
# A line that begins with | goes on with the line above it. What changes from run to run is written as <sha>, <port>,
# <run> (a run's id), <apart> (that of a command that outlives the link), <offset>, <folder> (where local steps work),
# <host>, <gateway>, <user>, <time>, <build>.
# Our own long scripts are named: <lifeline> runs a command that ends with us (restant_tui/transport/lifeline.py),
# <start apart>, <inside>, <look>, <output> and <forget> one that outlives the link (restant_tui/transport/detached.py).
# What every run asks a host on first contact, to know what it can do, is listed once, at the top.
#
# After a change that is meant: python -m tests.live.command_lines, then read the difference.
"""


def first_lines() -> tuple[tuple[Identity, str], ...]:
    """Return what is asked of a host before anything else."""
    argvs = (
        (Identity.DOKKU, commands.version()),
        (Identity.DOKKU, commands.plugin_list(json=True)),
        (Identity.ADMIN, commands.admin_tools(*ADMIN_TOOLS)),
    )
    return tuple((identity, command_line(argv, identity)) for identity, argv in argvs)


async def listed(runbook: str) -> str:
    """Walk a runbook's good way behind a recording sshd; return its section of the golden file."""
    case = cases(runbook)[GOOD]
    async with _walk_behind_a_gateway(runbook) as (walk, gateway):
        assert walk.state.status is case.ends, walk.account()
        lines = [*_received(_without_contact(gateway.calls)), *_done_here(walk)]
    return _section(runbook, lines, gateway.folder)


async def contact() -> str:
    """Return the section of what any run asks a host first."""
    awaited = set(first_lines())
    async with _walk_behind_a_gateway(_CONTACT_WALK) as (_, gateway):
        await until(lambda: awaited <= {(one.identity, one.line) for one in gateway.calls})
        calls = [one for one in gateway.calls if (one.identity, one.line) in awaited]
    return _section(CONTACT, _received(calls), gateway.folder)


def golden() -> dict[str, str]:
    """Return the sections of the golden file by name."""
    if not GOLDEN.exists():
        return {}
    text = GOLDEN.read_text(encoding="utf-8").removeprefix(HEADER)
    sections = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    return {section[1 : section.index("]")]: section.rstrip("\n") + "\n" for section in sections if section.strip()}


def write(sections: dict[str, str]) -> None:
    """Write the golden file: first contact, then every runbook that still has cases."""
    order = [name for name in (CONTACT, *ids()) if name in sections]
    GOLDEN.write_text("\n".join([HEADER, *(sections[name] for name in order)]), encoding="utf-8")


@asynccontextmanager
async def _walk_behind_a_gateway(runbook: str) -> AsyncIterator[tuple[Walked, Gateway]]:
    # Not pytest's own folder: a socket lies in it, whose name may not be long.
    with tempfile.TemporaryDirectory(prefix="rt-", ignore_cleanup_errors=True) as name:
        gateway = Gateway(Path(name))
        way, case = partial(_through, gateway), cases(runbook)[GOOD]
        try:
            with _in_order(gateway):
                async with walked(runbook, GOOD, case, gateway.folder, through=way) as walk:
                    yield walk, gateway
        finally:
            await gateway.close()


async def _through(gateway: Gateway, stage: Stage) -> Config:
    config = await gateway.stand_before(stage.host.config())
    host = SECOND if SECOND in config.hosts else NAME
    stage.environ |= gateway.way_for_git(host, ssh_command(stage.host.folder))
    return config


@contextmanager
def _in_order(gateway: Gateway) -> Iterator[None]:
    """Send what goes out at the same time in the order it is written: else the lines come as chance has it."""
    at_once, follow = parallel._quietly, Session.follow
    turns: dict[str, asyncio.Lock] = {}

    async def in_turn(spot: Spot) -> None:
        async with turns.setdefault(spot.path.rpartition("/")[0], asyncio.Lock()):
            await at_once(spot)

    async def until_received(
        self: Session, argv: Sequence[str], on_data: Callable[[bytes], None], *, valve: Valve | None = None
    ) -> Outcome:
        # The person in a case has seen enough at once: sometimes before the line has left.
        line = command_line(argv, self.identity)
        before = gateway.count(line)
        following = asyncio.ensure_future(follow(self, argv, on_data, valve=valve))
        try:
            return await asyncio.shield(following)
        except asyncio.CancelledError:
            await until(lambda: following.done() or gateway.count(line) > before, what=f"{line} on the host")
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            raise

    with (
        patch.object(parallel, "_quietly", in_turn),
        patch.object(Session, "follow", until_received),
        patch("restant_tui.transport.session.Timing", partial(Timing, channels=1)),
    ):
        yield


def _without_contact(calls: Iterable[Call]) -> list[Call]:
    kept, seen = [], set()
    first = set(first_lines())
    for call in calls:
        if (call.identity, call.line) in first and call not in seen:
            seen.add(call)
            continue
        kept.append(call)
    return kept


def _received(calls: Iterable[Call]) -> list[tuple[str, str]]:
    return [(f"{call.identity}@{call.host}", call.line) for call in calls]


def _done_here(walk: Walked) -> list[tuple[str, str]]:
    intents = (one for one in walk.runtime.journal.entries(walk.run.id) if one.kind == "step.intent")
    return [
        ("here", shlex.join(command["argv"]))
        for one in intents
        for command in one.data["commands"]
        if command["where"] == "here"
    ]


def _section(name: str, lines: Iterable[tuple[str, str]], folder: Path) -> str:
    by_place: dict[str, dict[str, None]] = {}
    for place, line in lines:
        by_place.setdefault(place, {})[_stable(line, folder)] = None
    shown = [f"[{name}]"]
    for place in sorted(by_place, key=lambda one: (one == "here", one.startswith("admin"), one)):
        shown.append(f"  {place}")
        shown += [f"    {line}" for line in by_place[place]]
    if not by_place:
        shown.append("  nothing is sent")
    return "\n".join(shown) + "\n"


def _stable(line: str, folder: Path) -> str:
    for place, name in (("work", "<folder>"), ("host", "<host>"), ("", "<gateway>")):
        line = line.replace(str(folder / place), name)
    for script, name in _SCRIPTS:
        line = line.replace(script, name)
    line = line.replace(f"{getpass.getuser()}@127.0.0.1", "<user>@127.0.0.1")
    for pattern, name in _CHANGING:
        line = pattern.sub(name, line)
    shown = "".join(one if one.isprintable() or one == "\n" else repr(one)[1:-1] for one in line)
    return shown.replace("\n", "\n    | ")


_SCRIPTS = (
    (command_line(lifeline.tied(["it"]), Identity.ADMIN).removesuffix(" it"), "<lifeline>"),
    *(
        (shlex.quote(script), f"<{name}>")
        for script, name in (
            (detached.START, "start apart"),
            (detached.INSIDE, "inside"),
            (detached.LOOK, "look"),
            (detached.OUTPUT, "output"),
            (detached.FORGET, "forget"),
        )
    ),
)
_CHANGING = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"\br-\d{8}-\d{4}-\w+?-\d+-[0-9a-f]{8}\b", "<apart>"),
        (r"(?<=<output> restant-tui <apart> )\d+", "<offset>"),
        (r"\br-\d{8}-\d{4}-\w+", "<run>"),
        (r"(?<=127\.0\.0\.1:)\d+|(?<=ssh -p )\d+", "<port>"),
        (r"\b[0-9a-f]{40}\b|\b(?=[0-9a-f]{0,11}\d)(?=\d*[a-f])[0-9a-f]{7,12}\b", "<sha>"),
        (r"\b20\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+]00:00)?)?", "<time>"),
        (r"\b20\d{6}(?:[-T]\d{4,6}Z?)?\b|\b1[789]\d{8}\b", "<time>"),
        (r"(?<=builds:info restant-main )\w+|(?<=builds:output restant-main )\w+", "<build>"),
    )
)


async def _main(runbooks: list[str]) -> None:
    sections = golden()
    sections[CONTACT] = await contact()
    for runbook in runbooks or ids():
        try:
            sections[runbook] = await listed(runbook)
        except AssertionError as problem:
            sys.exit(f"{runbook} did not end as it should; the golden file is as it was.\n{problem}")
    write(sections)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:]))
