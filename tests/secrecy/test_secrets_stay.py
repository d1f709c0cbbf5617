"""Secrets are planted in every place one can come from; then everything that came of it is searched for them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.secrecy.markers import leaks, unused
from tests.secrecy.world import Onlooker, World, world
from tests.support import headless
from tests.support.sshagent import PROGRAMS
from tests.support.terminal import ROOT, environment, terminal

pytestmark = [
    pytest.mark.e2e, pytest.mark.timeout(240),
    pytest.mark.skipif(not PROGRAMS, reason="ssh-keygen is not installed"),
]  # fmt: skip
SIZE = (140, 60)
CRASH = """
import sys
import restant_tui.cli.progress as progress

known = open(sys.argv.pop()).read()

def finish(self, state):
    raise RuntimeError("crashed with " + known)

progress.Progress.finish = finish
from restant_tui.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[World]:
    (tmp_path / "home").mkdir()
    async with world(tmp_path / "home") as made:
        yield made


def ran(there: World, *arguments: str, stdin: str = "", status: int | None = None) -> None:
    """Run the program without a terminal and keep what it says."""
    done = headless.run(*arguments, home=there.home, stdin=stdin, env=there.variables(), timeout=120)
    there.traces.add(f"said by {arguments[0]}", done.stdout + done.stderr)
    assert status is None or done.returncode == status, done.stdout + done.stderr


def told(there: World) -> None:
    """Let the program tell everything it knows about the past."""
    ran(there, "runs", "--verify", status=0)
    listed = headless.run("runs", "--json", home=there.home, env=there.variables())
    there.traces.add("said by runs", listed.stdout)
    for run in json.loads(listed.stdout)["runs"]:
        for form in ("markdown", "json"):
            ran(there, "export", run["id"], "--format", form, status=0)


def stayed(there: World, *, used: set[str]) -> None:
    """Fail where a secret was seen that should not have been, and where one was not used at all."""
    traces = there.gather()
    markers = there.markers.values()
    found = leaks(markers, traces)
    assert not found, "\n".join(found)
    idle = [name for name in unused(markers, traces) if name in used]
    assert not idle, f"never used: {idle}"


EVERYTHING = {"forge", "env", "answered", "captured", "hook", "page", "mailed", "address", "stdin"}


@pytest.mark.parametrize(("end", "form"), [("well", ()), ("badly", ("--json",))])
async def test_a_run_that_uses_every_secret_leaves_none_behind(there: World, end: str, form: tuple[str, ...]) -> None:
    answers = ("--answers", str(there.home / "answers.yaml"))
    status = 1 if end == "badly" else None
    with Onlooker(there.traces):
        await asyncio.to_thread(ran, there, "run", "planted", "-p", f"end={end}", *answers, *form, status=status)
    await asyncio.to_thread(told, there)
    stayed(there, used=EVERYTHING)


async def test_what_is_looked_at_shows_no_secret(there: World) -> None:
    with Onlooker(there.traces):
        for verb in (("status",), ("doctor", "--json"), ("secret", "list"), ("show", "planted"), ("plan", "planted")):
            await asyncio.to_thread(ran, there, *verb)
    stayed(there, used={"address"})


async def test_a_crash_report_knows_the_secrets_that_were_in_use(there: World) -> None:
    known = [
        there[name] for name in ("forge", "env", "answered", "captured", "hook", "mailed", "address", "passphrase")
    ]
    (there.home / "known").write_text(" ".join(known))
    argv = ["run", "planted", "--answers", str(there.home / "answers.yaml"), str(there.home / "known")]
    env = environment(there.home, there.variables())
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", CRASH, *argv], capture_output=True, text=True, timeout=120, cwd=ROOT,
        env=env, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    there.traces.add("said by the crash", done.stdout + done.stderr)
    assert done.returncode == 70, done.stderr
    assert "crashed with" in done.stderr
    assert list((there.home / "restant" / "state" / "crashes").iterdir())
    stayed(there, used={"forge", "mailed"})


def at_a_terminal(there: World) -> None:
    """Walk the runbook by typing: a passphrase, first a wrong one, which may be kept; a token; and a yes."""
    with terminal("run", "planted", home=there.home, size=SIZE, env=there.variables()) as screen:
        screen.wait_for("Passphrase for the key", timeout=30)
        screen.type(f"{there['mistyped']}\n")
        screen.wait_for("That does not open")
        screen.type(f"{there['passphrase']}\n")
        screen.wait_for("keep the passphrase in the system keyring?")
        screen.type("y\n")
        screen.wait_for("A token that is typed", "1 to 2:", timeout=30)
        screen.type("2\n")
        screen.wait_for("The token:")
        screen.type(f"{there['typed']}\n")
        screen.wait_for("Tell people", "1 to 3:", timeout=60)
        screen.type("2\n")
        screen.wait_end(60)
        there.traces.add("terminal", screen.received)
    with terminal("secret", "set", "other", home=there.home, size=SIZE, env=there.variables()) as screen:
        for question in ("value of other (not shown):", "once more:"):
            screen.wait_for(question)
            screen.type(f"{there['typed-in']}\n")
        assert screen.wait_end(30) == 0
        there.traces.add("terminal", screen.received)


async def test_what_is_typed_at_a_terminal_is_seen_nowhere(there: World) -> None:
    there.forget_the_passphrase()
    with Onlooker(there.traces):
        await asyncio.to_thread(at_a_terminal, there)
        await asyncio.to_thread(ran, there, "secret", "set", "piped", stdin=there["piped"], status=0)
    kept = there.keyring.read_text()
    assert all(there[name] in kept for name in ("passphrase", "piped", "typed-in")), "where they belong"
    await asyncio.to_thread(told, there)
    stayed(there, used={"typed", "forge", "hook"})


async def test_a_secret_is_no_argument_of_this_program_either(there: World) -> None:
    for verb in ("run", "plan"):
        await asyncio.to_thread(ran, there, verb, "planted", "-p", f"forge_token={there['typed']}", status=2)
    assert b"does not belong on the command line" in there.traces.found["said by run"]
    stayed(there, used=set())


LEAKS = {
    "a file": lambda there, value: (there.home / "restant" / "state" / "x").write_text(f"see {value}"),
    "the name of a file": lambda there, value: (there.home / "restant" / value[:24]).write_text(""),
    "half of it on a screen": lambda there, value: there.traces.add("terminal", f"\x1b[1m{value[10:28]}\x1b[0m"),
    "a command line": lambda there, value: there.host.commands.append(f"login --token {value}"),
    "the wrong receiver": lambda there, value: there.traces.add("http /page/incidents.json", value),
}


@pytest.mark.parametrize("leak", LEAKS)
async def test_the_search_finds_what_it_looks_for(there: World, leak: str) -> None:
    (there.home / "restant" / "state").mkdir()
    assert leaks(there.markers.values(), there.gather()) == []
    LEAKS[leak](there, there["forge"])
    (found,) = leaks(there.markers.values(), there.gather())
    assert found.startswith("forge: ")


async def test_a_program_that_leaks_is_caught(there: World) -> None:
    """The same walk with the redactor taken out: the search has to find what it otherwise keeps away."""
    code = (
        "import sys\nimport restant_tui.text as text\ntext.Redactor.redact = lambda self, said: said\n"
        "from restant_tui.cli.main import run\nsys.exit(run(sys.argv[1:]))\n"
    )
    argv = [sys.executable, "-c", code, "run", "planted", "--answers", str(there.home / "answers.yaml")]
    env = environment(there.home, there.variables())
    done = await asyncio.to_thread(
        subprocess.run, argv, capture_output=True, text=True, timeout=120, cwd=ROOT, env=env, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    there.traces.add("said by run", done.stdout + done.stderr)
    found = leaks(there.markers.values(), there.gather())
    for name in ("forge", "dsn", "database", "address"):
        assert any(line.startswith(f"{name}: said by run") for line in found)
        assert any(line.startswith(f"{name}: file state/") for line in found)


def at_the_console(there: World) -> None:
    """The same in the console: the passphrase on its screen, secrets in the form and in the wizard."""
    with terminal(home=there.home, size=(120, 40), env=there.variables()) as screen:
        screen.wait_for("Passphrase for the key", timeout=30)
        screen.type(f"{there['mistyped']}\r")
        screen.wait_for("That does not open")
        screen.type(f"{there['passphrase']}\r")
        screen.wait_gone("That does not open")
        screen.wait_for("link live", timeout=30)
        screen.press("r")
        screen.wait_for("Audit trail")
        screen.press("/")
        screen.wait_for("words to look for")
        screen.type("every secret")
        screen.wait_gone("Audit trail")
        screen.press("enter")
        screen.wait_for("In a test, which then looks for them.")
        # The first one may still belong to the line of the filter.
        screen.press_until("enter", lambda: "Start: Use every secret" in screen.text, "the form", patience=4)
        screen.press("tab", "tab")
        screen.type(there["forge"])
        screen.tab_to("Start")
        screen.press("enter")
        screen.wait_for("The token", timeout=30)
        screen.type(there["typed"])
        screen.press_until("enter", lambda: "Tell people" in screen.text and "EMERGENCY" in screen.text, "the message")
        for key in ("1", "2", "3", "4", "5", "6", "7", "?", "esc"):
            screen.press(key)
            screen.read(0.3)
        there.traces.add("terminal", screen.received)


async def test_what_is_typed_at_the_console_is_drawn_nowhere(there: World) -> None:
    there.forget_the_passphrase()
    await asyncio.to_thread(at_the_console, there)
    await asyncio.to_thread(told, there)
    stayed(there, used={"typed", "forge", "env", "captured", "address"})
