from __future__ import annotations

from pathlib import Path

import pytest

from restant_tui.cli.answers import load
from restant_tui.cli.run import parameters
from restant_tui.errors import UsageProblem


def test_answers_are_read_as_what_a_person_would_have_typed(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "rollback: {move: proceed, phrase: shop}\nask/size:\n  move: proceed\n  values: {n: 3, sure: true}\n"
    )
    assert load(path) == {
        "rollback": {"move": "proceed", "phrase": "shop", "values": {}},
        "ask/size": {"move": "proceed", "values": {"n": "3", "sure": "true"}},
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rollback: proceed\n", "1:11: an answer is a mapping such as {move: proceed}"),
        ("a: {mov: skip}\n", "1:4: there is no key `mov` here; did you mean `move`?"),
        ("a: {move: jump}\n", "1:4: `move` is one of: proceed, decline"),
        ("a: {move: skip, values: 3}\n", "`values` is a mapping"),
        ("", "the file is empty"),
        ("a: {move: skip}\na: {move: skip}\n", "2:1: `a` is given twice"),
    ],
)
def test_an_answer_that_means_nothing_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(UsageProblem) as raised:
        load(path)
    assert said in str(raised.value)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="cannot be read"):
        load(tmp_path / "nowhere.yaml")


def test_parameters_keep_every_equals_sign_but_the_first() -> None:
    assert parameters(["app=shop", "query=a=b", "empty="]) == {"app": "shop", "query": "a=b", "empty": ""}


@pytest.mark.parametrize("pairs", [["app"], ["=shop"], ["app=a", "app=b"]])
def test_a_parameter_that_is_none_is_refused(pairs: list[str]) -> None:
    with pytest.raises(UsageProblem):
        parameters(pairs)
