from __future__ import annotations

from restant_tui.alerts.book import AlertBook
from restant_tui.alerts.triggers import triggers_of
from restant_tui.config.model import Acknowledge
from restant_tui.runbook.catalogue import Catalogue, shipped
from tests.support.clock import ManualClock
from tests.support.console import down


def test_an_app_that_is_down_calls_for_the_runbooks_that_name_it_as_their_trigger() -> None:
    book = AlertBook(Acknowledge(), clock=ManualClock())
    book.apply([down()])
    words = triggers_of(book.feed.latest.open)
    assert words == {"app-down"}
    called = {entry.id for entry in Catalogue([shipped()]).entries() if words.intersection(entry.triggers)}
    assert {"rollback-emergency", "first-look"} <= called


def test_no_alert_calls_for_nothing() -> None:
    assert triggers_of(()) == frozenset()
