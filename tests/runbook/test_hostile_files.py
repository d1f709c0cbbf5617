"""Whatever the bytes: problems, never an exception, and soon."""

from __future__ import annotations

import time
from pathlib import Path
from typing import get_args

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from restant_tui.errors import RunbookProblem
from restant_tui.runbook.catalogue import shipped
from restant_tui.runbook.document import markdown
from restant_tui.runbook.lint import lint, lint_file
from restant_tui.runbook.loader import load_text, understand
from restant_tui.runbook.model import Step
from restant_tui.runbook.problems import Problem
from restant_tui.runbook.source import read_bytes

ROLLBACK = (shipped() / "rollback" / "rollback-emergency.yaml").read_text(encoding="utf-8")
HEAD = """
format: 1
id: made
title: Made
category: daily
when_to_use: Never.
owner: devops
reviewed: "2026-11-01"
estimate: {typical: 1m}
"""


def everything(data: bytes) -> list[Problem]:
    """Read, load and lint these bytes, as every part of the program would."""
    source = read_bytes(data, "x.yaml")
    reading = understand(source, data)
    problems = sorted({*reading.problems, *lint(source.text, "x.yaml", ("made",))})
    if reading.loaded is not None:
        markdown(reading.loaded)
    lines = source.text.count("\n") + 1
    for problem in problems:
        assert 1 <= problem.line <= lines + 1
        assert problem.column >= 1
        assert problem.message
        assert "\n" not in problem.message
    return problems


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_give_problems(data: bytes) -> None:
    assert everything(data)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="{}[]:-,&*!|>'\"#%@?\n \tab1.~", max_size=200))
def test_random_yaml_gives_problems(text: str) -> None:
    everything(text.encode())


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=len(ROLLBACK) - 60))
def test_a_truncated_runbook_gives_problems_or_is_a_shorter_whole(length: int) -> None:
    problems = everything(ROLLBACK[:length].encode())

    # Between two steps the file is whole, but for the step names that the rest would have used.
    assert problems or ROLLBACK[:length].count("\n  - id:") >= 1


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=len(ROLLBACK)), st.text(max_size=8))
def test_a_runbook_with_something_put_in_gives_no_exception(at: int, extra: str) -> None:
    everything((ROLLBACK[:at] + extra + ROLLBACK[at:]).encode("utf-8", "surrogatepass"))


SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-9, 9) | st.text("a{} .'", max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.[", max_size=3), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(sorted({field.encode_name for kind in get_args(Step) for field in msgspec.structs.fields(kind)}))
KINDS = st.sampled_from(
    ["run", "http", "poll", "branch", "loop", "parallel", "manual", "input", "transfer", "nonsense"]
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=8), KINDS)
def test_any_value_in_any_field_of_a_step_gives_problems(step: dict[str, object], kind: str) -> None:
    text = HEAD + yaml.safe_dump({"steps": [{**step, "kind": kind}], "params": [step], "finally": [step]})

    assert everything(text.encode())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000, "RB001"),
        ("{a: " * 100_000, "RB001"),
        ("- " * 100_000, "RB001"),
        ("a: &a [x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b]\n", "RB005"),
        ("a: 1\n" * 200_000, "RB001"),
        ("\n".join(f"k{number}: [1, 2, 3, 4, 5, 6, 7, 8]" for number in range(10_000)), "RB001"),
        ("a" * (10 * 1024 * 1024), "RB001"),
        ("\x00" * 1000, "RB007"),
        ("? " * 50_000, "RB"),
        ("when_to_use: " + "x" * 900_000, "RB103"),
    ],
    ids=["lists", "mappings", "dashes", "laughs", "long", "many", "10-MB", "zeros", "keys", "one-long-line"],
)
def test_bombs_are_refused_quickly(text: str, code: str) -> None:
    started = time.perf_counter()
    problems = everything(text.encode())

    assert any(problem.code.startswith(code) for problem in problems)
    assert time.perf_counter() - started < 5


def test_a_file_of_ten_megabytes_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (10 * 1024 * 1024))

    problems = lint_file(path)

    assert [problem.code for problem in problems] == ["RB001"]
    assert "1024 KiB" in problems[0].message


def test_a_thousand_steps_are_loaded_and_checked_in_well_under_a_second() -> None:
    step = """
  - id: step-{n}
    kind: run
    title: Look at {n}
    why: It shows {n} of them.
    danger: read
    argv: ["ps:report", "{{{{ app }}}}", --format, json, "{n}"]
    expect:
      - exit: 0
      - {{expr: '"running" in stdout', says: It is down.}}
    capture: [{{name: seen_{n}}}]
"""
    uses = (
        "\n  - {id: last, kind: note, title: Last, text: '"
        + "".join(f"{{{{ seen_{n} }}}}" for n in range(1000))
        + "'}\n"
    )
    text = HEAD + "params: [{name: app, type: app}]\nsteps:" + "".join(step.format(n=n) for n in range(1000)) + uses
    everything(ROLLBACK.encode())  # what is imported at the first use does not count

    started = time.perf_counter()
    loaded = load_text(text, "long.yaml")
    problems = lint(text, "long.yaml")
    seconds = time.perf_counter() - started

    assert len(loaded.runbook.steps) == 1001
    assert problems == []
    assert seconds < 2.5, "measured 0.4 s on a quiet machine; more than five times that is another complexity"


def test_the_message_of_a_broken_file_is_one_sentence_with_its_place() -> None:
    with pytest.raises(RunbookProblem) as caught:
        load_text(HEAD + "stpes: []\nsteps: []\n", "made.yaml")

    assert str(caught.value) == (
        "made.yaml:10:1: RB101 `stpes` is not a key of `runbook`; did you mean `steps`?"
        " (and 1 more; `restant-tui lint` lists them)"
    )
