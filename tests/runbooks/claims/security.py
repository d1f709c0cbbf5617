"""What is left after somebody broke in."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.runbooks.claims import after
from tests.runbooks.stage import Walked

COPIES = {
    "app.log",
    "access.log",
    "containers.json",
    "settings.txt",
    "builds.txt",
    "events.txt",
    "logins.txt",
    "firewall.txt",
}


@after("security-incident", "ok")
def the_evidence_was_kept_before_the_app_was_stopped(walked: Walked) -> None:
    folder = walked.stage.folder / "evidence"
    assert {path.name for path in folder.iterdir()} == COPIES
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    digests = {name: digest for digest, name in (line.split(maxsplit=1) for line in walked.lines("evidence/digests"))}
    assert {Path(name).name for name in digests} == COPIES
    for name, digest in digests.items():
        assert hashlib.sha256(Path(name).read_bytes()).hexdigest() == digest
    assert "APP_KEY" in (folder / "settings.txt").read_text()
    assert "base64:" not in "".join(path.read_text() for path in folder.iterdir())
    copied, stopped = walked.step("evidence/digests").finished_at, walked.step("isolate/stop").started_at
    assert copied is not None
    assert stopped is not None
    assert copied < stopped


@after("security-incident", "ok")
def the_app_was_closed_and_is_open_again(walked: Walked) -> None:
    main = walked.stage.main
    assert {process.state for process in main.processes if process.stopped_at is None} == {"running"}
    assert main.serving is not None
    assert [build.source for build in main.builds][-1] == "deploy"


@after("security-incident", "ok")
def only_the_codename_leaves_the_room(walked: Walked) -> None:
    (sent,) = walked.stage.told.sent
    assert sent.channels == ("mail-oncall",)
    assert "Blue Heron" in sent.message.text
    assert "login" not in sent.message.text


@after("security-incident", "customers have to know")
def customers_read_what_was_approved(walked: Walked) -> None:
    sent = walked.stage.told.sent[-1]
    assert sent.channels == ("status-page",)
    assert sent.message.public is not None
    assert "Some names were read." in sent.message.public.text


@after("security-incident", "customers have to know")
def the_address_is_shut_out(walked: Walked) -> None:
    assert walked.stage.world.machine.denied == ["203.0.113.77"]
    assert any("203.0.113.77" in line for line in walked.lines("blocked"))


@after("security-incident", "it is not well afterwards")
def everything_is_as_it_was_before_the_answer_to_the_incident(walked: Walked) -> None:
    assert walked.stage.world.machine.denied == []
    assert walked.stage.main.serving is not None
