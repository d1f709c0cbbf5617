"""What the daily checks find, and what has to be so that they find nothing."""

from __future__ import annotations

from datetime import timedelta

from tests.runbooks.claims import before
from tests.runbooks.stage import Stage


@before("daily-morning", "ok")
def all_is_well(stage: Stage) -> None:
    stage.staging.certificate_until = stage.world.clock.now() + timedelta(days=60)
    stage.repository("Cache the lunch menu for five minutes", "Round VAT per line, not per receipt")
