"""What an auditor is given."""

from __future__ import annotations

import json

from tests.runbooks.claims import after, before
from tests.runbooks.stage import Stage, Walked


@before("audit-trail", "ok")
def the_configuration_has_a_history(stage: Stage) -> None:
    stage.repository()
    (stage.folder / "config").mkdir()
    (stage.folder / "config" / "app.php").write_text("<?php\n")
    stage.git("add", "config")
    stage.git("commit", "--quiet", "--message=Round VAT per line, not per receipt")


@after("audit-trail", "ok")
def every_build_of_the_host_is_in_the_copy(walked: Walked) -> None:
    folder = walked.stage.folder / "audit"
    rows = json.loads((folder / "deploys.json").read_text())
    assert {row["build"] for row in rows} == {build.id for build in walked.stage.main.builds}
    assert "Round VAT per line" in (folder / "configuration.txt").read_text()
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    assert len(walked.lines("digests")) == 3
