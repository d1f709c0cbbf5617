from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "restant_tui").rglob("*.py")
)
HEAVY = ("textual", "rich", "asyncssh", "httpx", "jinja2", "keyring", "cryptography", "aiosmtplib", "dateutil", "yaml")


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )


def test_no_module_of_the_core_draws() -> None:
    code = (
        "import importlib, sys\n"
        f"for name in {CORE!r}:\n"
        "    importlib.import_module(name)\n"
        "    drawn = {'textual', 'rich', 'screens', 'widgets'} & {module.partition('.')[0] for module in sys.modules}\n"
        "    assert not drawn, f'{name} imports {sorted(drawn)}'\n"
    )
    done = python("-c", code)
    assert done.returncode == 0, done.stderr


def imported_by(*arguments: str) -> set[str]:
    done = python("-X", "importtime", "-m", "restant_tui", *arguments)
    assert done.returncode == 0, done.stderr
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["status", "--help"]])
def test_asking_the_program_who_it_is_loads_nothing_heavy(arguments: list[str]) -> None:
    loaded = {module.partition(".")[0] for module in imported_by(*arguments)}
    assert "restant_tui" in loaded
    assert not loaded & set(HEAVY)


def test_the_runtime_loads_no_network_library_before_it_is_needed() -> None:
    code = (
        "import sys\n"
        "import restant_tui.engine.runtime, restant_tui.transport.links, restant_tui.monitors.station\n"
        "print(*sorted({'asyncssh', 'httpx', 'jinja2', 'keyring', 'cryptography'} & set(sys.modules)))\n"
    )
    done = python("-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_the_version_is_one_line() -> None:
    done = python("-m", "restant_tui", "--version")
    assert re.fullmatch(r"restant-tui \d+\.\d+\.\d+\n", done.stdout)
