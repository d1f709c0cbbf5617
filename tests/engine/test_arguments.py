"""Whatever a parameter holds, it arrives as the one argument it is, or is refused before anything is sent."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restant_tui.config.model import Identity, Target
from restant_tui.engine.state import StepStatus
from restant_tui.errors import UsageProblem
from restant_tui.practice.words import split
from restant_tui.transport.outcome import OnOutput, Outcome
from restant_tui.transport.quoting import command_line
from tests.support.bench import APP, Bench, book
from tests.support.scripted import exited

STEPS = """
- {id: forced, kind: run, title: Forced, danger: read, argv: ["config:set", "{{ app }}", "{{ value }}", tail],
   on_failure: {default: continue}}
- {id: shell, kind: run, title: Shell, danger: read, target: admin, argv: [show, "{{ value }}", tail],
   on_failure: {default: continue}}
"""
BOOK = book(STEPS, params=APP + "\n- {name: value, required: false}")
NASTY = [
    "'", '"', "it's", 'say "so"', "$(reboot)", "`id`", "$HOME", "${IFS}", "*", "?", "[a-z]*", "~root", "a;b", "a&&b",
    "a|b", "> /etc/x", "#", "!!", "\\", "\\\\", "a\\", "-n", "-e", "-neE", "--help", "--", "-", "two words", "a\tb",
    "x\ny", "x\r", "\0", "a\0b", "{{ app }}", "{% raw %}", "naïve ☃ 🚑", "\u202egnp", "\x1b[31m", "\udcff",
    "x" * 60_000, "x" * 100_000,
]  # fmt: skip
texts = st.sampled_from(NASTY) | st.text(max_size=30) | st.text(alphabet="'\"\\ $`-neE\n\t*;", max_size=12)


class Wire:
    """A session up to its wire: what goes out is the line an SSH request carries, cut again as the far side does."""

    def __init__(self, identity: Identity, cut: Callable[[str], Sequence[str]]) -> None:
        self.identity = identity
        self.cut = cut
        self.arrived: list[tuple[str, ...]] = []

    async def run(
        self, argv: Sequence[str], *, timeout: float, stdin: bytes | None = None, on_output: OnOutput | None = None,
        cap: int = 0,
    ) -> Outcome:  # fmt: skip
        self.arrived.append(tuple(self.cut(command_line(argv, self.identity))))
        return exited("")

    async def follow(self, argv: Sequence[str], on_data: Callable[[bytes], None]) -> Outcome:
        raise NotImplementedError


def practice_words(line: str) -> Sequence[str]:
    cut = split(line)
    assert not cut.complaint
    return cut.words


def real_xargs(line: str) -> list[str]:
    """What the forced command of a Dokku host does: `xargs -n 1` over the original command."""
    done = subprocess.run(
        ["xargs", "-n", "1"],
        input=line.encode() + b"\n",
        capture_output=True,
        check=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    return done.stdout.decode().removesuffix("\n").split("\n")


def real_shell(line: str) -> list[str]:
    """What a login shell does with the line; the program is a function that shows its arguments."""
    script = "show() { printf '%s\\0' show \"$@\"; }\n" + line
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True, env={"PATH": "/nowhere"})
    return done.stdout.decode().removesuffix("\0").split("\0")


class Line:
    """An engine whose hosts are wires."""

    def __init__(self, folder: Path, dokku: Callable[[str], Sequence[str]]) -> None:
        self.bench = Bench(folder)
        self.bench.shelf.add(BOOK)
        self.dokku, self.admin = Wire(Identity.DOKKU, dokku), Wire(Identity.ADMIN, real_shell)
        self.wires = {Target.DOKKU: self.dokku, Target.ADMIN: self.admin}
        self.bench.targets.runner = lambda host, target, lifeline=None: self.wires[target]  # type: ignore[method-assign] # wires for scripts
        self.number = 0

    async def send(self, value: str) -> list[str]:
        """Run with this value, and return the steps it arrived through."""
        self.dokku.arrived.clear()
        self.admin.arrived.clear()
        try:
            run = await self.bench.engine.start("test", {"value": value}, by="mira")
        except UsageProblem as refused:
            assert str(refused)
            return []
        state = await asyncio.wait_for(run.wait(), 20)
        whole, through = value.strip() or "None", []
        for path, wire, head in (("forced", self.dokku, ("config:set", "trial")), ("shell", self.admin, ("show",))):
            step = state.step(path)
            if step.status is StepStatus.OK:
                assert wire.arrived == [(*head, whole, "tail")]
                through.append(path)
            else:
                assert step.status is StepStatus.FAILED
                assert wire.arrived == []
                assert step.reason
        return through


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


def test_any_parameter_arrives_whole_or_is_refused(runner: asyncio.Runner) -> None:
    with TemporaryDirectory() as folder:

        async def line() -> Line:
            return Line(Path(folder), practice_words)

        made = runner.run(line())

        @settings(max_examples=120, deadline=None)
        @given(texts)
        def arrives(value: str) -> None:
            runner.run(made.send(value))

        arrives()


@pytest.mark.skipif(shutil.which("xargs") is None, reason="the xargs program is not installed")
async def test_what_is_known_to_hurt_arrives_whole_through_the_real_xargs(tmp_path: Path) -> None:
    line = Line(tmp_path, real_xargs)
    through = {value: await line.send(value) for value in NASTY}
    for value in (
        "it's",
        'say "so"',
        "$(reboot)",
        "`id`",
        "*",
        "a;b",
        "\\",
        "--",
        "two words",
        "{{ app }}",
        "x" * 60_000,
    ):
        assert through[value] == ["forced", "shell"], value[:9]
    for value in ("-n", "--help", "x\ny"):
        assert through[value] == ["shell"], value
    for value in ("a\0b", "\udcff", "x" * 100_000):
        assert through[value] == [], value[:9]


async def test_a_template_in_a_value_stays_text(tmp_path: Path) -> None:
    line = Line(tmp_path, practice_words)
    await line.send("{{ app }}{{ 7 * 7 }}")
    assert line.dokku.arrived == [("config:set", "trial", "{{ app }}{{ 7 * 7 }}", "tail")]
