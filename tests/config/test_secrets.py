from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from keyring import errors
from keyring.backends import fail

from restant_tui.config.secrets import Keyring, Secrets
from restant_tui.errors import ConfigProblem, UsageProblem
from restant_tui.text import MASK, Redactor
from tests.support.drawer import Drawer, secrets

ROOT = Path(__file__).parents[2]


async def test_a_secret_is_kept_found_listed_and_removed(tmp_path: Path) -> None:
    drawer = Drawer()
    ours = secrets(tmp_path, drawer)
    assert ours.list() == ()
    await ours.set("slack-bot", "xoxb-1")
    await ours.set("mail", "  pass word \n")
    assert drawer.kept["restant-tui", "slack-bot"] == "xoxb-1"
    assert await ours.get("slack-bot") == ours.lookup("slack-bot") == "xoxb-1"
    assert await ours.get("mail") == "pass word"
    assert secrets(tmp_path).list() == ("mail", "slack-bot")
    names = tmp_path / "state" / "names"
    assert names.read_text() == "mail\nslack-bot\n"
    assert names.stat().st_mode & 0o777 == 0o600
    await ours.remove("mail")
    assert ours.list() == ("slack-bot",)
    assert ours.lookup("mail") is None
    with pytest.raises(UsageProblem, match="holds no secret named mail: see restant-tui secret list"):
        await ours.remove("mail")


async def test_an_environment_variable_needs_no_keyring(tmp_path: Path) -> None:
    ours = secrets(tmp_path, Drawer(errors.KeyringLocked()), SLACK="xoxb-2")
    assert await ours.get("env:SLACK") == ours.lookup("env:SLACK") == "xoxb-2"
    assert ours.lookup("env:OTHER") is None
    with pytest.raises(ConfigProblem) as raised:
        await ours.get("env:OTHER")
    assert str(raised.value) == ("the environment variable OTHER is not set: set it before restant-tui is started")


async def test_a_missing_secret_says_how_to_store_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem) as raised:
        await secrets(tmp_path).get("slack-bot")
    assert str(raised.value) == (
        "the keyring holds no secret named slack-bot: store it with restant-tui secret set slack-bot, or give the "
        "secret in an environment variable and refer to it as env:NAME"
    )


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (errors.KeyringLocked("locked xoxb-9"), "the keyring is locked: unlock it, or give"),
        (errors.InitError("no bus xoxb-9"), "this machine has no keyring that can be used"),
        (OSError("xoxb-9"), "the keyring cannot be used (OSError): see that it works, or give"),
    ],
)
async def test_a_keyring_that_cannot_be_used_is_one_sentence_with_the_way_out(
    tmp_path: Path, problem: Exception, said: str
) -> None:
    ours = secrets(tmp_path, Drawer(problem))
    for ask in (ours.get("slack"), ours.set("slack", "xoxb-9")):
        with pytest.raises(ConfigProblem) as raised:
            await ask
        assert said in str(raised.value)
        assert "env:NAME" in str(raised.value)
        assert "xoxb-9" not in str(raised.value)
        assert raised.value.__cause__ is None
        assert raised.value.__suppress_context__
    with pytest.raises(ConfigProblem):
        ours.lookup("slack")
    assert ours.list() == ()


async def test_a_headless_machine_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem, match="this machine has no keyring that can be used"):
        await secrets(tmp_path, Drawer(errors.NoKeyringError())).get("slack")
    real: type[Keyring] = fail.Keyring
    with pytest.raises(ConfigProblem, match="this machine has no keyring that can be used"):
        await secrets(tmp_path, real()).get("slack")


async def test_a_keyring_that_never_answers_is_left_behind(tmp_path: Path) -> None:
    held = threading.Event()

    def never() -> Keyring:
        held.wait(30)
        return Drawer()

    ours = Secrets({}, Redactor(), names=tmp_path / "names", keyring=never, timeout=0.1)
    began = asyncio.get_running_loop().time()
    with pytest.raises(ConfigProblem, match=r"did not answer within 0\.1 s, perhaps it waits to be unlocked"):
        await ours.get("slack")
    with pytest.raises(ConfigProblem, match="did not answer"):
        ours.lookup("slack")
    assert asyncio.get_running_loop().time() - began < 5
    held.set()


def test_a_keyring_that_never_answers_does_not_keep_the_program_from_ending(tmp_path: Path) -> None:
    code = (
        "import asyncio, threading\n"
        "from pathlib import Path\n"
        "from restant_tui.config.secrets import Secrets\n"
        "from restant_tui.text import Redactor\n"
        "secrets = Secrets({}, Redactor(), names=Path('n'), keyring=threading.Event().wait, timeout=0.1)\n"
        "try:\n"
        "    asyncio.run(secrets.get('slack'))\n"
        "except Exception as problem:\n"
        "    print(problem)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True, cwd=ROOT
    )
    assert "did not answer within 0.1 s" in done.stdout
    assert done.stderr == ""


async def test_every_value_is_known_to_the_redactor_before_it_is_used(tmp_path: Path) -> None:
    redactor = Redactor()
    ours = secrets(
        tmp_path, redactor=redactor, HOOK="https://hooks.example.org/services/T0/B0/abcdef", BAD="two\nlines"
    )
    await ours.get("env:HOOK")
    assert redactor.redact("POST /services/T0/B0/abcdef") == f"POST /{MASK}"
    with pytest.raises(ConfigProblem, match="the environment variable BAD cannot be used: it holds a line break"):
        await ours.get("env:BAD")
    await ours.set("mail", "pass-word")
    assert redactor.redact("it is pass-word") == f"it is {MASK}"


@pytest.mark.parametrize("value", ["", "  \n", "a\nb", "a\x1b[0m"])
async def test_a_value_that_cannot_be_a_secret_is_not_stored(tmp_path: Path, value: str) -> None:
    drawer = Drawer()
    with pytest.raises(UsageProblem, match="the secret slack was not stored: it"):
        await secrets(tmp_path, drawer).set("slack", value)
    assert not drawer.kept


@pytest.mark.parametrize("name", ["env:SLACK", "Slack", "../x", "xoxb-1-2", "", "a b", "a\nb"])
async def test_a_name_that_cannot_be_referred_to_is_not_taken(tmp_path: Path, name: str) -> None:
    drawer = Drawer()
    with pytest.raises(UsageProblem):
        await secrets(tmp_path, drawer).set(name, "value")
    assert not drawer.kept


async def test_a_keyring_that_keeps_nothing_is_noticed(tmp_path: Path) -> None:
    ours = secrets(tmp_path, Drawer(loses=True))
    with pytest.raises(ConfigProblem, match="took the secret slack and did not keep it"):
        await ours.set("slack", "value")
    assert ours.list() == ()


def test_looking_at_the_environment_does_not_load_the_keyring() -> None:
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from restant_tui.config.secrets import Secrets\n"
        "from restant_tui.text import Redactor\n"
        "secrets = Secrets({'A': 'value'}, Redactor(), names=Path('n'))\n"
        "assert asyncio.run(secrets.get('env:A')) == 'value'\n"
        "assert 'keyring' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
