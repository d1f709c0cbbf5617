from __future__ import annotations

import asyncio
import json
from pathlib import Path
from random import Random

import msgspec
import pytest

from restant_tui.config.model import Config, Identity
from restant_tui.dokku import commands
from restant_tui.dokku.capabilities import ADMIN_TOOLS, LOCAL_TOOLS, Capabilities
from restant_tui.monitors.capabilities import CapabilityBook, probe_host
from restant_tui.monitors.station import Monitors
from restant_tui.transport.link import Link
from restant_tui.transport.outcome import Outcome, Runner
from tests.dokku.test_plugins import TEXT
from tests.support.clock import START, ManualClock
from tests.support.scripted import ScriptedRunner, exited, lost
from tests.support.waiting import until
from tests.support.watched import SLOW, ScriptedLinks, one_app

VERSION, PLUGINS = commands.version(), commands.plugin_list()
TOOLS = commands.admin_tools(*ADMIN_TOOLS)
JSON = json.dumps([{"name": "mysql", "version": "1.44.3", "enabled": True}]) + "\n"


def dokku(version: str = "0.38.27") -> ScriptedRunner:
    return ScriptedRunner(
        {
            VERSION: exited(f"dokku version {version}\n"),
            PLUGINS: exited(JSON),
            commands.plugin_list(json=False): exited(TEXT),
        }
    )


def admin() -> ScriptedRunner:
    return ScriptedRunner({TOOLS: exited("git\nflock\nsudo-dokku\n")})


def which(name: str) -> str | None:
    return f"/usr/bin/{name}" if name in ("git", "php") else None


async def probe(dokku: Runner | None, admin: Runner | None) -> Capabilities:
    return await probe_host("box", dokku, admin, clock=ManualClock(), which=which, local=("gh",))


def book(links: ScriptedLinks, folder: Path | None, config: Config | None = None) -> CapabilityBook:
    return CapabilityBook(
        config or one_app(admin=True), links, clock=ManualClock(), folder=folder, which=which, local=("gh",)
    )


async def test_three_reads_tell_what_a_host_can_do() -> None:
    runners = dokku(), admin()
    found = await probe(*runners)
    assert found == Capabilities(
        host="box",
        observed_at=START,
        identities=(Identity.DOKKU, Identity.ADMIN),
        version=(0, 38, 27),
        plugins={"mysql": "1.44.3"},
        admin_tools=("git", "flock", "sudo-dokku"),
        local_tools=("git", "php"),
        local_looked_for=(*LOCAL_TOOLS, "gh"),
    )
    assert runners[0].calls + runners[1].calls == [VERSION, PLUGINS, TOOLS]


async def test_an_older_dokku_is_asked_for_text() -> None:
    runner = dokku("0.30.1")
    found = await probe(runner, None)
    assert found.plugins is not None
    assert found.plugins["mysql"] == "1.44.3"
    assert PLUGINS not in runner.calls
    assert found.identities == (Identity.DOKKU,)


@pytest.mark.parametrize(
    ("answer", "identities"), [(lost(), ()), (exited("", 1, "Access denied\n"), (Identity.DOKKU,))]
)
async def test_what_cannot_be_found_out_is_not_taken_for_missing(
    answer: Outcome, identities: tuple[Identity, ...]
) -> None:
    found = await probe(ScriptedRunner({VERSION: answer}), None)
    assert (found.version, found.plugins, found.admin_tools) == (None, None, None)
    assert found.identities == identities
    assert found.troubles[0].startswith("which Dokku it is is not known")


async def test_an_admin_whose_shell_is_odd_still_counts_as_let_in() -> None:
    found = await probe(None, ScriptedRunner({TOOLS: exited("", 127, "sh: not found\n")}))
    assert (found.identities, found.admin_tools) == ((Identity.ADMIN,), None)


async def test_it_is_remembered_between_starts_with_its_age(tmp_path: Path) -> None:
    links = ScriptedLinks(dokku=dokku(), admin=admin())
    first = book(links, tmp_path / "kept")
    assert first.known("box") is None
    assert (await first.refresh("box")).version == (0, 38, 27)
    file = tmp_path / "kept" / "box.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["box.json"]
    second = book(ScriptedLinks(dokku=ScriptedRunner(), admin=ScriptedRunner()), tmp_path / "kept")
    kept = second.known("box")
    assert kept == first.known("box")
    assert kept is not None
    assert kept.observed_at == START
    assert second.version("box") == (0, 38, 27)


@pytest.mark.parametrize("damaged", [b"", b"{", b"[]", b'{"host": "box"}', b'{"host":"till","observed_at":"x"}'])
async def test_a_damaged_memory_is_no_memory(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "box.json").write_bytes(damaged)
    assert book(ScriptedLinks(dokku=dokku()), tmp_path).known("box") is None


async def test_another_hosts_memory_is_not_taken_for_ones_own(tmp_path: Path) -> None:
    other = Capabilities(host="till", observed_at=START, version=(0, 38, 1))
    (tmp_path / "box.json").write_bytes(msgspec.json.encode(other))
    assert book(ScriptedLinks(dokku=dokku()), tmp_path).known("box") is None


async def test_a_host_that_lets_nobody_in_does_not_wipe_what_was_known(tmp_path: Path) -> None:
    links = ScriptedLinks(dokku=dokku(), admin=admin())
    kept = book(links, tmp_path)
    await kept.refresh("box")
    links.runners.update(dokku=ScriptedRunner({VERSION: lost()}), admin=ScriptedRunner({TOOLS: lost()}))
    assert (await kept.refresh("box")).version is None
    assert kept.version("box") == (0, 38, 27)


async def test_a_folder_that_cannot_be_written_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    kept = book(ScriptedLinks(dokku=dokku(), admin=admin()), tmp_path / "file" / "in")
    await kept.refresh("box")
    assert kept.version("box") == (0, 38, 27)


async def test_whoever_asks_at_the_same_time_waits_for_one_answer(tmp_path: Path) -> None:
    links = ScriptedLinks(dokku=dokku(), admin=admin())
    kept = book(links, None)
    one, two = await asyncio.gather(kept.refresh("box"), kept.refresh("box"))
    assert one == two == await kept.once("box")
    assert links.runners["dokku"].times(*VERSION) == 1


async def test_a_host_is_asked_when_it_connects_and_again_when_it_is_back() -> None:
    links = ScriptedLinks(dokku=dokku("0.30.1"))
    links.turn("dokku", Link.CONNECTING)
    config = one_app(polling=SLOW)
    kept = book(links, None, config)
    monitors = Monitors(config, links, clock=ManualClock(), random=Random(1), capabilities=kept)
    await monitors.start()
    try:
        await until(lambda: links.runners["dokku"].times(*commands.ps_report("shop")) == 1)
        assert links.runners["dokku"].times(*VERSION) == 0
        links.turn("dokku", Link.LIVE)
        monitors.link_changed()
        await until(lambda: kept.version("box") == (0, 30, 1))
        # What was asked in words an older Dokku does not know is asked again in its own.
        await until(lambda: links.runners["dokku"].times(*commands.certs_report("shop", json=False)) == 1)
        links.turn("dokku", Link.LOST)
        monitors.link_changed()
        links.turn("dokku", Link.LIVE)
        monitors.link_changed()
        await until(lambda: links.runners["dokku"].times(*VERSION) == 2)
    finally:
        await monitors.close()


async def test_a_host_that_is_there_from_the_start_is_asked_too() -> None:
    links = ScriptedLinks(dokku=dokku())
    config = one_app(polling=SLOW)
    kept = book(links, None, config)
    monitors = Monitors(config, links, clock=ManualClock(), random=Random(1), capabilities=kept)
    await monitors.start()
    await until(lambda: kept.version("box") is not None)
    await monitors.close()
