"""Every sample answer of a real Dokku, as a shape: stream, exit status and lines (`samples/*.yaml`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.practicehost import Login

FOLDER = Path(__file__).parent / "samples"
MARKS = {"<any>": ".*", "<text>": '"(?:[^"\\\\]|\\\\.)*"', "<blanks>": " *", "<id>": "[0-9a-f]{12}"}


@dataclass(frozen=True, slots=True)
class Sample:
    command: str
    exit: int
    out: str = ""
    err: str = ""
    before: tuple[str, ...] = ()
    stdin: str = ""


def samples() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for number, given in enumerate(yaml.safe_load(path.read_text("utf-8"))):
            sample = Sample(**{**given, "before": tuple(given.get("before", ()))})
            found.append(pytest.param(sample, id=f"{path.stem}-{number}-{sample.command.partition(' ')[0]}"))
    return found


def line_pattern(line: str) -> str:
    parts = re.split("(" + "|".join(MARKS) + ")", line)
    return "".join(MARKS.get(part) or re.escape(part) for part in parts)


def fits(shape: str, text: str) -> bool:
    lines = shape.removesuffix("\n").split("\n") if shape else []
    pattern = "".join("(?:.*\n)*" if line == "<lines>" else line_pattern(line) + "\n" for line in lines)
    # A prompt is the one thing that ends without a line end, and then an error may follow on the other stream.
    return re.fullmatch(pattern, text if text.endswith("\n") or not text else text + "\n") is not None


@pytest.mark.parametrize("sample", samples())
async def test_it_answers_like_the_real_one(dokku: Login, sample: Sample) -> None:
    for command in sample.before:
        await dokku.run(command)
    answer = await dokku.run(sample.command, stdin=sample.stdin)
    assert answer.status == sample.exit, answer
    assert fits(sample.out, answer.out), f"standard output:\n{answer.out}\nshould be\n{sample.out}"
    assert fits(sample.err, answer.err), f"standard error:\n{answer.err}\nshould be\n{sample.err}"


def test_a_shape_is_strict() -> None:
    assert fits("a <any>\n", "a b\n")
    assert not fits("a <any>\n", "a b\nc\n")
    assert fits("a\n<lines>\n", "a\n")
    assert not fits("", "a\n")
    assert not fits("a\n", "")
