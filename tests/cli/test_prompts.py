from __future__ import annotations

from datetime import timedelta

import pytest

from restant_tui.cli import prompts
from restant_tui.cli.marks import Marks
from restant_tui.config.model import Danger, Environment
from restant_tui.engine.state import (
    Answer,
    CommandLine,
    FieldAsked,
    Gate,
    GateKind,
    ItemAsked,
    Move,
    Offer,
)
from tests.support.clock import START

NO = Offer(move=Move.DECLINE, label="No, stop here")
YES = Offer(move=Move.PROCEED, label="Go on")
SKIP = Offer(move=Move.SKIP, label="Leave it out", needs_reason=True)
ABORT = Offer(move=Move.ABORT, label="Stop the run")
RETRY = Offer(move=Move.RETRY, label="Try again")


class Typist:
    """Types prepared lines, then the input ends."""

    def __init__(self, *lines: str) -> None:
        self.lines = list(lines)
        self.questions: list[tuple[str, bool]] = []

    async def ask(self, question: str, *, secret: bool = False) -> str | None:
        self.questions.append((question, secret))
        return self.lines.pop(0) if self.lines else None


def typed_gate() -> Gate:
    return Gate(
        id="g",
        step="rollback",
        kind=GateKind.TYPE,
        title="Roll back to 0123456",
        danger=Danger.DESTRUCTIVE,
        phrase="shop",
        host="main",
        environment=Environment.PRODUCTION,
        commands=(CommandLine(where="dokku@main", argv=("git:sync", "--build", "shop")),),
        blast="Replaces every container",
        undo="Deploys what was live before",
        offers=(NO, YES, SKIP),
        asked_at=START,
        deadline=START + timedelta(minutes=30),
    )


def pressed_gate(environment: Environment = Environment.STAGING) -> Gate:
    return Gate(
        id="g",
        step="s",
        kind=GateKind.PRESS,
        title="Restart",
        danger=Danger.CHANGE,
        environment=environment,
        offers=(NO, YES),
    )


async def say(gate: Gate, *lines: str, armed: bool = True) -> Answer:
    async def arm() -> bool:
        return armed

    return await prompts.answer(gate, Typist(*lines), by="dev", marks=Marks(), arm=arm)


def test_a_person_sees_host_environment_command_blast_and_undo_before_the_question() -> None:
    text = "\n".join(prompts.describe(typed_gate(), Marks()))
    for word in (
        "main",
        "PRODUCTION",
        "destructive",
        "dokku@main  git:sync --build shop",
        "Replaces every container",
        "Deploys what was live before",
        "30 min",
    ):
        assert word in text


async def test_the_typed_name_goes_on() -> None:
    answer = await say(typed_gate(), "shop")
    assert (answer.move, answer.phrase) == (Move.PROCEED, "shop")


@pytest.mark.parametrize("typed", ["", "y", "Shop", "shop-staging"])
async def test_anything_else_than_the_name_is_a_no(typed: str) -> None:
    assert (await say(typed_gate(), typed)).move is Move.DECLINE


async def test_the_end_of_the_input_is_a_no() -> None:
    for gate in (typed_gate(), pressed_gate()):
        assert (await say(gate)).move is Move.DECLINE


async def test_production_left_read_only_is_a_no() -> None:
    assert (await say(typed_gate(), "shop", armed=False)).move is Move.DECLINE


async def test_staging_needs_no_arming() -> None:
    assert (await say(pressed_gate(), "y", armed=False)).move is Move.PROCEED


async def test_enter_alone_never_goes_on() -> None:
    assert (await say(pressed_gate(), "", "", "n")).move is Move.DECLINE
    assert (await say(pressed_gate(), "", "y")).move is Move.PROCEED


async def test_after_a_failure_a_number_chooses_and_a_skip_needs_a_reason() -> None:
    gate = Gate(id="g", step="s", kind=GateKind.FAILURE, title="It failed", offers=(ABORT, RETRY, SKIP))
    assert (await say(gate, "2")).move is Move.RETRY
    assert (await say(gate, "", "nine", "1")).move is Move.ABORT
    answer = await say(gate, "3", "", "the channel is down")
    assert (answer.move, answer.reason) == (Move.SKIP, "the channel is down")
    assert (await say(gate, "3")).move is Move.DECLINE


async def test_a_form_takes_defaults_and_hides_secrets() -> None:
    gate = Gate(
        id="g",
        step="s",
        kind=GateKind.FORM,
        title="Values",
        offers=(NO, YES),
        fields=(FieldAsked(name="n", title="How many", default="3"), FieldAsked(name="pw", title="Key", secret=True)),
    )
    typist = Typist("2", "", "hush")

    async def arm() -> bool:
        return True

    answer = await prompts.answer(gate, typist, by="dev", marks=Marks(), arm=arm)
    assert answer.values == {"n": "3", "pw": "hush"}
    assert [secret for _, secret in typist.questions] == [False, False, True]


async def test_a_checklist_asks_for_what_was_seen() -> None:
    gate = Gate(
        id="g",
        step="s",
        kind=GateKind.ITEMS,
        title="Look",
        offers=(NO, YES),
        items=(ItemAsked(id="disk", text="Disk", killer=True), ItemAsked(id="told", text="Told", evidence="none")),
    )
    answer = await say(gate, "2", "71 %", "y")
    assert answer.values == {"disk": "71 %", "told": "y"}
