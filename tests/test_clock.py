from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from restant_tui.clock import ScaledClock, SystemClock

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_a_scaled_clock_runs_faster_from_the_moment_it_was_given() -> None:
    real, fast = SystemClock(), ScaledClock(1000, START)
    began, went = fast.monotonic(), real.monotonic()
    await fast.sleep(20)
    real_seconds = real.monotonic() - went
    assert fast.monotonic() - began >= 20
    assert real_seconds < 15
    assert fast.now() - START >= timedelta(seconds=20)


@pytest.mark.parametrize("speed", [0, -1])
def test_a_clock_that_stands_still_or_goes_back_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="greater than zero"):
        ScaledClock(speed)


def test_the_time_of_day_is_aware_and_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC
    assert ScaledClock(2).now().tzinfo is UTC
