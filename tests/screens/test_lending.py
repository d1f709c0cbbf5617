"""The console stands back while somebody else has its terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from restant_tui.transport.outcome import Outcome
from screens.lending import NOT_HERE, Lending
from tests.support.scripted import exited


class FakeApp:
    """Notes what is done with its screen."""

    def __init__(self, *, can_suspend: bool = True) -> None:
        self._driver = SimpleNamespace(can_suspend=can_suspend)
        self.context = "context"
        self.done: list[str] = []

    @contextmanager
    def batch_update(self) -> Iterator[None]:
        yield
        self.done.append("draw")

    @contextmanager
    def suspend(self) -> Iterator[None]:
        self.done.append("leave")
        yield
        self.done.append("come back")

    def watch_context(self, context: str) -> None:
        self.done.append(f"title of {context}")


def lending(app: FakeApp) -> Lending:
    return Lending(cast(Any, app))


def test_a_console_in_a_browser_says_that_it_has_no_terminal() -> None:
    assert lending(FakeApp(can_suspend=False)).why_not() == NOT_HERE
    assert lending(FakeApp()).why_not() == ""


async def test_a_person_reads_where_they_are_and_the_screen_and_its_title_come_back(
    capfd: pytest.CaptureFixture[str],
) -> None:
    app = FakeApp()

    async def work() -> Outcome:
        app.done.append("work")
        return exited()

    assert await lending(app).lend(("PRODUCTION", "Leave with exit."), work) == exited()
    assert app.done == ["leave", "work", "come back", "draw", "title of context"]
    assert capfd.readouterr().out == "PRODUCTION\nLeave with exit.\n"


@pytest.mark.parametrize("problem", [RuntimeError("out of luck"), asyncio.CancelledError()])
async def test_whatever_happens_meanwhile_the_screen_comes_back_first(problem: BaseException) -> None:
    app = FakeApp()

    async def work() -> Outcome:
        raise problem

    with pytest.raises(type(problem)):
        await lending(app).lend((), work)
    assert app.done == ["leave", "come back", "draw", "title of context"]
