"""Commands that must outlive the link: they run in a session of their own on the host and are found again by id.

A command leaves three files in a folder of the user's on the host: what it printed, its process, and its exit status
once it has one. The id is chosen here, before anything is sent, so that it can be journalled first and looked for
even if the answer to the start never came. The scripts are constants; everything variable is an argument. They need
`setsid` and Linux's /proc; a host without them is told so before anything is started.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from restant_tui.errors import Unreachable, UsageProblem
from restant_tui.text import decode, one_line
from restant_tui.transport.outcome import Outcome, OutcomeKind, Runner

_ID = re.compile(r"[a-z0-9][a-z0-9-]{5,63}")
ALREADY, RUNS, NEVER, UNABLE = 91, 92, 93, 94
"""Exit statuses of the scripts: started before, still running, did not begin, this host cannot."""
PLACE = "~/.local/state/restant-tui/detached"
"""Where the files are on a host that sets no XDG_STATE_HOME."""

_FOLDER = """
base=${XDG_STATE_HOME:-$HOME/.local/state}/restant-tui/detached
dir=$base/$1
"""
# Process ids are used again; together with when it started, and since which boot, one means one process.
_ALIVE = """
alive() {
  read -r pid begun boot < "$dir/process" 2>/dev/null || return 1
  [ "$boot" = "$(cat /proc/sys/kernel/random/boot_id)" ] || return 1
  set -- $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null)
  [ "$#" -ge 20 ] && [ "$1" != Z ] && [ "${20}" = "$begun" ]
}
"""
INSIDE = """
dir=$1; shift
begun=$(sed 's/.*) //' "/proc/$$/stat" | cut -d ' ' -f 20)
echo "$$ $begun $(cat /proc/sys/kernel/random/boot_id)" > "$dir/process.new"
mv "$dir/process.new" "$dir/process"
( "$@" ) > "$dir/output" 2>&1
echo $? > "$dir/status.new"
mv "$dir/status.new" "$dir/status"
"""
START = f"""
{_FOLDER}
umask 077
inside=$2; shift 2
command -v setsid > /dev/null 2>&1 && [ -r /proc/sys/kernel/random/boot_id ] || exit {UNABLE}
mkdir -p "$base" || exit 1
[ -e "$dir" ] && exit {ALREADY}
mkdir "$dir" || exit 1
: > "$dir/output" || exit 1
setsid sh -c "$inside" restant-tui "$dir" "$@" < /dev/null > /dev/null 2>&1 &
turn=0
while [ ! -s "$dir/process" ]; do
  turn=$((turn + 1)); [ "$turn" -gt 200 ] && exit {NEVER}
  sleep 0.05
done
"""
_SEEN = """
if [ ! -d "$dir" ] || [ -f "$dir/withdrawn" ]; then echo absent; exit 0; fi
if [ ! -f "$dir/status" ] && alive; then echo running; exit 0; fi
if [ -f "$dir/status" ]; then echo "exited $(cat "$dir/status")"; else echo gone; fi
"""
LOOK = f"""
{_FOLDER}{_ALIVE}{_SEEN}"""
# Whoever makes the folder first has the id: a start that is still on its way will find it taken.
WITHDRAW = f"""
{_FOLDER}{_ALIVE}
umask 077
mkdir -p "$base" || exit 1
if mkdir "$dir" 2> /dev/null; then : > "$dir/withdrawn" || exit 1; fi
{_SEEN}"""
OUTPUT = f"""
{_FOLDER}
[ -f "$dir/output" ] || exit 0
tail -c "+$2" "$dir/output" | head -c "$3"
"""
FORGET = f"""
{_FOLDER}{_ALIVE}
if [ ! -d "$dir" ] || [ -f "$dir/withdrawn" ]; then exit 0; fi
if [ ! -f "$dir/status" ] && alive; then exit {RUNS}; fi
rm -f "$dir/output" "$dir/process" "$dir/process.new" "$dir/status" "$dir/status.new" && rmdir "$dir"
"""


@dataclass(frozen=True, slots=True)
class Handle:
    """A command that runs, or ran, on a host; the id alone finds it again.

    Raises:
        UsageProblem: the id holds anything but 6 to 64 lower-case letters, digits and hyphens.
    """

    id: str

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise UsageProblem(
                f"`{one_line(self.id, 40)}` cannot name a command: use lower-case letters, digits and hyphens."
            )

    @property
    def place(self) -> str:
        """Where its files are on the host, as a person there would look for them."""
        return f"{PLACE}/{self.id}"

    @classmethod
    def fresh(cls) -> Self:
        """Return a handle nobody else has."""
        return cls(f"run-{secrets.token_hex(8)}")


class Presence(StrEnum):
    """Whether a detached command is still there."""

    RUNNING = "running"
    EXITED = "exited"
    GONE = "gone"
    """Killed, or lost with a restart of the host: how it ended is not known. So one looks for a moment that begins."""
    ABSENT = "absent"
    """There is no trace of it: never started, withdrawn or forgotten."""


class Unsure(Unreachable):
    """Whether the command was started is not known: look for it by its id."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A detached command, looked at once; `exit_status` is None unless it has exited."""

    presence: Presence
    exit_status: int | None = None


class Detached:
    """Starts commands that outlive the link, and finds them again.

    Args:
        runner: the host, as an identity with a shell.
        timeout: real seconds for each question asked of the host; not for the command, which has no limit.
    """

    def __init__(self, runner: Runner, *, timeout: float = 20.0) -> None:
        self._runner = runner
        self._timeout = timeout

    async def start(self, argv: Sequence[str], handle: Handle | None = None) -> Handle:
        """Start an argument list in a session of its own, with no input, and return what finds it again.

        Args:
            argv: the program and its arguments; each stays one argument.
            handle: made beforehand, so that it could be written down; a fresh one if not given.

        Raises:
            UsageProblem: there is no program, or something was started under that handle before: nothing is started
                twice.
            Unsure: nobody knows whether it was started; then `look` at the handle.
            Unreachable: it was not started.
        """
        if not argv or not argv[0]:
            raise UsageProblem("There is no command to start: give a program and its arguments.")
        handle = handle or Handle.fresh()
        outcome = await self._ask(START, handle, INSIDE, *argv)
        if outcome.kind is not OutcomeKind.EXITED and outcome.sent:
            raise Unsure(
                f"Whether the command {handle.id} was started is not known: {outcome.reason} Look for it by that id."
            )
        match outcome.exit_status:
            case 0:
                return handle
            case n if n == ALREADY:
                raise UsageProblem(f"A command was already started as {handle.id}: look at that one, or forget it.")
            case n if n == NEVER:
                raise Unsure(f"The command {handle.id} did not begin within ten seconds: look for it by that id.")
            case n if n == UNABLE:
                raise Unreachable(
                    "The command was not started: this host cannot keep one apart from the link, as it has no setsid "
                    "or no /proc."
                )
        raise Unreachable(f"The command was not started: {_why(outcome)}")

    async def look(self, handle: Handle) -> Sight:
        """Return whether it runs, or how it ended.

        Raises:
            Unreachable: the host did not say.
        """
        return _sight(handle, await self._answer(LOOK, handle))

    async def withdraw(self, handle: Handle) -> Sight:
        """Make sure that a command of which there is no trace is never started; return what is there of it.

        Raises:
            Unreachable: the host did not say.
        """
        return _sight(handle, await self._answer(WITHDRAW, handle))

    async def output(self, handle: Handle, offset: int = 0, limit: int = 1024 * 1024) -> bytes:
        """Return what it printed (both streams) from that byte on, at most `limit` bytes; nothing if it is absent.

        Ask again from `offset` plus the length of the answer.

        Raises:
            Unreachable: the host did not say.
        """
        return await self._answer(OUTPUT, handle, str(max(offset, 0) + 1), str(limit), cap=limit)

    async def forget(self, handle: Handle) -> None:
        """Remove its files from the host.

        Raises:
            UsageProblem: it still runs.
            Unreachable: the host did not say that they are removed.
        """
        outcome = await self._ask(FORGET, handle)
        if outcome.exit_status == RUNS:
            raise UsageProblem(f"The command {handle.id} still runs: wait for its end before it is forgotten.")
        if not outcome.succeeded:
            raise Unreachable(f"The files of {handle.id} are not removed: {_why(outcome)}")

    async def _answer(self, script: str, handle: Handle, *arguments: str, cap: int = 4096) -> bytes:
        outcome = await self._ask(script, handle, *arguments, cap=cap)
        if not outcome.succeeded:
            raise Unreachable(f"What became of {handle.id} is not known: {_why(outcome)}")
        return outcome.stdout

    async def _ask(self, script: str, handle: Handle, *arguments: str, cap: int = 4096) -> Outcome:
        argv = ["sh", "-c", script, "restant-tui", handle.id, *arguments]
        return await self._runner.run(argv, timeout=self._timeout, cap=cap)


def _sight(handle: Handle, answer: bytes) -> Sight:
    word, _, status = answer.decode("ascii", "replace").strip().partition(" ")
    if word not in list(Presence) or (word == Presence.EXITED and not status.isdigit()):
        raise Unreachable(f"The host's answer about {handle.id} makes no sense: {one_line(word, 60) or 'nothing'}.")
    return Sight(Presence(word), int(status) if word == Presence.EXITED else None)


def _why(outcome: Outcome) -> str:
    if outcome.reason:
        return outcome.reason
    said = one_line(decode(outcome.stderr), 160)
    return said or f"the host's shell ended with {outcome.exit_status if outcome.exit_signal is None else 'a signal'}."
