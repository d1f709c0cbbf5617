from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from restant_tui.config.people import Cstate
from restant_tui.notify.delivery import Delivery, DeliveryState
from tests.support.postoffice import DEPLOYED, EMERGENCY, PostOffice


def git(folder: Path, *arguments: str) -> str:
    env = {"PATH": os.environ["PATH"], "HOME": str(folder.parent)}
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True, env=env
    ).stdout


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A work tree with a remote, whose commits have an author."""
    (tmp_path / ".gitconfig").write_text("[user]\nname = Ops\nemail = ops@example.org\n[init]\ndefaultBranch = main\n")
    remote, site = tmp_path / "remote.git", tmp_path / "status"
    for folder, options in ((remote, ("--bare",)), (site, ())):
        folder.mkdir()
        git(folder, "init", "--quiet", *options)
    (site / "content" / "issues").mkdir(parents=True)
    (site / "config.yml").write_text("title: Status\n")
    git(site, "add", ".")
    git(site, "commit", "--quiet", "-m", "start")
    git(site, "remote", "add", "origin", str(remote))
    git(site, "push", "--quiet", "-u", "origin", "main")
    return site


def channel(push: bool = True) -> Cstate:
    return Cstate(folder="~/status", affected=("Shop",), push=push)


async def publish(folder: Path, *statuses: str, push: bool = True, **changes: object) -> list[Delivery]:
    office = PostOffice(folder, {"public": channel(push)})
    deliveries: list[Delivery] = []
    for status in statuses:
        office.clock.advance(600)
        deliveries += await office.notifier.send(["public"], "emergency", {**EMERGENCY, "status": status, **changes})
    await office.close()
    return deliveries


def incident(site: Path) -> tuple[dict[str, object], str]:
    [file] = (site / "content" / "issues").glob("*.md")
    _, head, text = file.read_text().split("---\n", 2)
    return yaml.safe_load(head), text


async def test_an_incident_is_one_file_that_is_pushed_with_every_update(tmp_path: Path, site: Path) -> None:
    deliveries = await publish(tmp_path, "Investigating", "Fixing", "Resolved")
    assert [one.state for one in deliveries] == [DeliveryState.SENT] * 3, deliveries
    head, text = incident(site)
    assert head["title"] == "Checkout fails"
    assert (head["severity"], head["affected"], head["section"]) == ("down", ["Shop"], "issue")
    assert head["resolved"] is True
    assert str(head["resolvedWhen"]) == "2026-03-02 03:30:00"
    assert [line.split(" ")[0] for line in text.splitlines() if line.startswith("*")] == [
        "*Resolved*", "*Identified*", "*Investigating*",
    ]  # fmt: skip
    assert '{{< track "2026-03-02 03:10:00" >}}' in text
    assert git(tmp_path / "remote.git", "log", "--format=%s", "main").splitlines() == [
        "Checkout fails (resolved)", "Checkout fails (identified)", "Checkout fails (investigating)", "start",
    ]  # fmt: skip


async def test_a_push_that_fails_is_tried_again_without_a_second_entry(tmp_path: Path, site: Path) -> None:
    remote = tmp_path / "remote.git"
    remote.rename(tmp_path / "away.git")
    office = PostOffice(tmp_path, {"public": channel()})
    [delivery] = await office.notifier.send(["public"], "emergency", EMERGENCY)
    assert delivery.state is DeliveryState.RETRY
    assert "is committed but not pushed, so the page does not show it" in delivery.detail
    (tmp_path / "away.git").rename(remote)
    office.clock.advance(100_000 / 60)
    [again] = await office.notifier.deliver_due()
    await office.close()
    assert again.state is DeliveryState.SENT, again.detail
    assert incident(site)[1].count("*Investigating*") == 1
    assert git(remote, "log", "--format=%s", "main").splitlines() == ["Checkout fails (investigating)", "start"]


async def test_what_a_host_printed_cannot_act_in_the_page(tmp_path: Path, site: Path) -> None:
    [delivery] = await publish(tmp_path, "Investigating", push=False, impact='<script> {{% exec "x" %}} {{< y >}}')
    assert delivery.detail.endswith("not pushed")
    _, text = incident(site)
    assert "<script>" not in text
    assert text.count("{{") == 1


async def test_no_work_tree_is_one_sentence(tmp_path: Path) -> None:
    [delivery] = await publish(tmp_path, "Investigating")
    assert delivery.state is DeliveryState.FAILED
    assert "check the channel's `folder`" in delivery.detail


async def test_a_commit_without_an_author_is_told_in_gits_words(tmp_path: Path, site: Path) -> None:
    (tmp_path / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    [delivery] = await publish(tmp_path, "Investigating")
    assert delivery.state is DeliveryState.FAILED
    assert "is written but not committed" in delivery.detail


async def test_customers_are_not_told_of_deployments(tmp_path: Path, site: Path) -> None:
    office = PostOffice(tmp_path, {"public": channel()})
    [delivery] = await office.notifier.send(["public"], "deployment-ok", DEPLOYED)
    await office.close()
    assert delivery.state is DeliveryState.FAILED
    assert not list((site / "content" / "issues").iterdir())
