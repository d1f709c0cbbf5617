"""What the practice host and the people know after an alert."""

from __future__ import annotations

from tests.runbooks.claims import after
from tests.runbooks.stage import Walked


@after("alert-critical", "ok")
def a_good_release_serves_and_people_were_told_twice(walked: Walked) -> None:
    serving = walked.stage.main.serving
    assert serving is not None
    assert serving.behaviour.value == "good"
    first, last = walked.stage.told.sent
    assert first.channels == last.channels == ("#incidents", "mail-oncall")
    assert "Status: Investigating" in first.message.text
    assert "Status: Resolved" in last.message.text
    assert first.message.thread == last.message.thread == walked.run.id


@after("alert-critical", "the database has stopped")
def the_database_runs_and_nothing_was_deployed(walked: Walked) -> None:
    assert walked.stage.database.status == "running"
    assert len(walked.stage.main.builds) == walked.before["apps"]["restant-main"]["builds"]  # type: ignore[index]
