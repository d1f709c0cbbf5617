"""A runbook of 1,000 steps is read, linted and planned while a person waits for it."""

from __future__ import annotations

from bench.thousand_steps import FEW, MANY, measure


def test_a_thousand_steps_are_read_linted_and_planned_at_once() -> None:
    many = measure(MANY, rounds=2)
    # A loaded machine may be several times slower than the goal of one second; what grows with the square is slower.
    assert sum(many.values()) < 6
    few = measure(FEW, rounds=2)
    assert sum(many.values()) < 60 * sum(few.values())
