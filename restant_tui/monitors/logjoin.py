"""Joins what is read of a log again and again into one log: no line twice, and known where lines are missing.

What Dokku prints is always a *window*: the last lines of each container, in the order it wrote them. A window read
after a line was seen holds that line, or lines are missing. So whole lines are compared, never their times alone:
two lines of the same nanosecond are two lines, and a clock that is wrong or set back changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import merge

from restant_tui.monitors.logreplay import Replay, Verdict
from restant_tui.monitors.logtail import NOBODY, Tails, fresh_from, parse, time_of

_JUDGED = 2000


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the lines of one process do not go on; both are whole lines, `after` empty if none came since."""

    process: bytes
    before: bytes
    after: bytes
    anew: bool = False
    """Whether the process has another log since, as in a new container, or has none any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a window has to tell: `lines` that were not seen before, by time, and where they do not go on."""

    lines: list[bytes]
    breaks: list[Break]
    windows: dict[bytes, list[bytes]] = field(repr=False)

    @property
    def reaches(self) -> bool:
        """Whether a longer window could tell no more."""
        return all(each.anew for each in self.breaks)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a piece of a follow: the lines that are new, and the break before `rest`, if there is one."""

    lines: bytes
    hole: Break | None = None
    rest: bytes = b""


class Joiner:
    """What was seen of one app's log, process by process: enough of it to know the place again."""

    def __init__(self) -> None:
        self._tails = Tails()
        self._replays: dict[bytes, Replay] = {}
        self._going: set[bytes] = set()
        self._gone: set[bytes] = set()
        self._closed: set[bytes] = set()
        self._judged = 0

    @property
    def began(self) -> bool:
        """Whether anything was seen yet."""
        return self._tails.began

    def look(self, data: bytes, asked: int, *, whole: bool = True, awaited: bytes = b"") -> Look:
        """Compare a window with what was seen, and change nothing.

        Args:
            data: what `logs --num` printed.
            asked: how many lines of each container were asked for.
            whole: whether all it printed is here; else its last line may be cut, and what is not here may exist.
            awaited: the line at which a follow waits: only what leads up to it counts then.
        """
        tails = self._tails.noted()
        lines = data.split(b"\n")
        if not whole:
            lines.pop()
        cut = parse(lines[-1])[0] if lines and not whole else None
        windows: dict[bytes, list[bytes]] = {}
        for line in lines:
            if line.strip():
                windows.setdefault(parse(line)[0], []).append(line)
        if awaited:
            process, key = parse(awaited)
            window = windows.get(process, [])
            # A window that begins behind that line has nothing to add.
            windows = {process: window} if any(parse(line)[1] == key for line in window) else {}
        new, breaks = [], []
        for process, window in windows.items():
            start = fresh_from(tails.get(process, ()), [parse(line)[1] for line in window])
            anew = start is None and len(window) < asked and process != cut
            # Dokku's own words between the lines of an app are no log that could have a gap.
            if start is None and (process != NOBODY or len(windows) == 1) and not (anew and process in self._closed):
                breaks.append(Break(process, tails[process][-1], window[0], anew))
            new.append(window[start or 0 :])
        if whole and not awaited:
            known = {NOBODY, *windows, *self._gone, *self._closed}
            gone = ((name, tail[-1]) for name, tail in tails.items() if tail and name not in known)
            breaks += [Break(name, last, b"", anew=True) for name, last in gone]
        return Look(lines=list(merge(*new, key=time_of)), breaks=breaks, windows=windows)

    def take(self, look: Look) -> None:
        """Count a window as seen."""
        for process, window in look.windows.items():
            self._tails.replace(process, [parse(line)[1] for line in window])
        self._closed -= look.windows.keys()
        self._gone = {each.process for each in look.breaks if not each.after} | (self._gone - look.windows.keys())

    def begin(self) -> None:
        """A follow begins: it repeats some of what was seen of each process before it goes on."""
        self._judged = 0
        self._going = set()
        self._replays = {
            process: Replay(tail, lenient=process == NOBODY) for process, tail in self._tails.noted().items() if tail
        }

    def resume(self, process: bytes) -> None:
        """The follow goes on with a process of which a window was read meanwhile."""
        self._replays[process] = Replay(self._tails.noted()[process], lenient=process == NOBODY)

    def end(self) -> None:
        """The follow has come to the end of every log it had: another log of the same process begins a new one."""
        self._closed = {name for name in self._tails.noted() if name in self._going or name not in self._replays}

    def lose(self) -> None:
        """The link was lost: nobody knows any more which logs there were."""
        self._closed = set()

    def skip(self, process: bytes) -> None:
        """Take what the follow has of a process as it is: what is missing before it cannot be had."""
        self._replays.pop(process, None)
        self._tails.forget(process)

    def follow(self, data: bytes) -> Taken:
        """Take whole lines of the follow and return those that were not seen before, up to a hole.

        Once every process has gone on, blocks are passed through without a look at their lines.
        """
        if self._may_pass(data):
            self._tails.pass_through(data)
            return Taken(data)
        fresh: list[bytes] = []
        lines = data.split(b"\n")
        for number, line in enumerate(lines):
            if not line.strip():
                continue
            process, key = parse(line)
            self._judged += 1
            replay = self._replays.get(process)
            match replay.judge(key) if replay else Verdict.NEW:
                case Verdict.APART:
                    hole = Break(process, self._tails.noted()[process][-1], line)
                    return Taken(_joined(fresh), hole, b"\n".join(lines[number:]))
                case Verdict.NEW:
                    self._replays.pop(process, None)
                    self._tails.add(process, key)
                    fresh.append(line)
                case Verdict.KNOWN:
                    pass
            self._going.add(process)
            self._closed.discard(process)
        return Taken(_joined(fresh))

    def _may_pass(self, data: bytes) -> bool:
        # Dokku's own words come first, and are the same with every try.
        if not self._judged or (NOBODY in self._replays and self._judged < _JUDGED):
            return False
        return not any(b" app[" + process + b"]:" in data for process in self._replays if process != NOBODY)


def _joined(lines: list[bytes]) -> bytes:
    return b"\n".join(lines) + b"\n" if lines else b""
