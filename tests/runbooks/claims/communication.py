"""Who was told what."""

from __future__ import annotations

from tests.runbooks.claims import after
from tests.runbooks.stage import Walked


@after("notify-deploy-ok", "ok")
def the_message_names_the_release_that_is_live(walked: Walked) -> None:
    (sent,) = walked.stage.told.sent
    live = walked.stage.main.live
    assert live is not None
    assert sent.channels == ("#deployments", "mail-deployments")
    assert f"Version: {live.commit.short}" in sent.message.text
    assert f"Deployed by: {live.commit.author}" in sent.message.text
    assert live.commit.subject in sent.message.text


@after("notify-deploy-failed", "ok")
def the_message_says_what_failed_and_what_serves(walked: Walked) -> None:
    (sent,) = walked.stage.told.sent
    live = walked.stage.main.live
    assert live is not None
    assert "npm error: out of memory" in sent.message.text
    assert f"Live is {live.commit.short}." in sent.message.text


@after("notify-emergency", "ok")
def everybody_who_depends_on_it_is_told(walked: Walked) -> None:
    (sent,) = walked.stage.told.sent
    assert sent.channels == ("#incidents", "#alerts", "mail-oncall", "mail-alerts")
    assert "Impact: Nobody can order" in sent.message.text


@after("status-page", "ok")
def the_page_goes_from_investigating_to_resolved_in_one_incident(walked: Walked) -> None:
    public = [one.message.public for one in walked.stage.told.sent]
    assert [note.stage.value for note in public if note] == ["investigating", "monitoring", "resolved"]
    assert {note.name for note in public if note} == {"Orders cannot be paid"}
    assert {one.channels for one in walked.stage.told.sent} == {("status-page",)}
    assert len({one.message.thread for one in walked.stage.told.sent}) == 1


@after("escalate", "ok")
def the_developers_know_what_is_needed(walked: Walked) -> None:
    (sent,) = walked.stage.told.sent
    assert sent.channels == ("#incidents",)
    assert "The database does not start" in sent.message.text
    assert walked.run.id in sent.message.text


@after("escalate", "nobody answers")
def each_level_reaches_more_people(walked: Walked) -> None:
    developers, devops, management = (set(one.channels) for one in walked.stage.told.sent)
    assert developers < devops < management
