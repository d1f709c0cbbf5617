from __future__ import annotations

import pytest

from restant_tui.config.yamldata import Rule, Words, read_text

WORDS = Words("file", "a: 1")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-2.5", -2.5),
        ("1e3", 1000.0),
        ("true", True),
        ("null", None),
        ("yes", "yes"),
        ("2026-11-20", "2026-11-20"),
        ("'1'", "1"),
        ("5s", "5s"),
        ("012", 12),
    ],
)
def test_a_plain_scalar_is_what_it_looks_like_and_a_quoted_one_is_text(text: str, value: object) -> None:
    read = read_text(f"a: {text}\n", WORDS)
    assert read.data == {"a": value}
    assert type(read.data["a"]) is type(value)


def test_every_value_and_key_has_its_place() -> None:
    read = read_text("a:\n  - {b: c}\n", WORDS)
    assert read.position("$.a[0].b") == (2, 9)
    assert read.position("$.a[0].b", key=True) == (2, 6)
    assert read.position("$.a[0].nothing.at.all") == (2, 5)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a: &x 1", Rule.WRITTEN_OUT),
        ("a: !!int 1", Rule.WRITTEN_OUT),
        ("a: 1\na: 2", Rule.ONCE),
        ("a: 1\n---\na: 2", Rule.ONE_DOCUMENT),
        ("a: [", Rule.NOT_YAML),
        ("[1]", Rule.NOT_YAML),
        ("a: \x07", Rule.PLAIN_TEXT),
        ("a: " + "[" * 100, Rule.TOO_LARGE),
    ],
)
def test_what_is_not_part_of_the_format_is_a_flaw_and_never_an_exception(text: str, rule: Rule) -> None:
    assert rule in {flaw.rule for flaw in read_text(text, WORDS).flaws}
