from __future__ import annotations

import json

import pytest

from restant_tui.dokku.plugins import parse_plugin_list, parse_plugin_releases
from restant_tui.dokku.problems import ParseProblem

TEXT = """\
  00_dokku-standard    0.38.27 enabled    dokku core standard plugin
  builds               0.34.0 enabled    dokku core builds plugin
  scheduler-docker-local 0.38.27 enabled    dokku core scheduler-docker-local plugin
  mysql                1.44.3 enabled    dokku mysql service plugin
  redis                1.43.0 disabled   dokku redis service plugin
"""
ONE, TWO = "1f0c3e9a5b7d2468ace013579bdf02468ace1357", "2e1d4f8"


def test_enabled_plugins_are_known_by_name_and_version() -> None:
    found = parse_plugin_list(TEXT)
    assert found["mysql"] == "1.44.3"
    assert found["scheduler-docker-local"] == "0.38.27"
    assert "redis" not in found


def test_the_json_form_says_the_same() -> None:
    rows = [
        {"name": "mysql", "version": "1.44.3", "enabled": True, "core": False, "description": "x"},
        {"name": "redis", "version": "1.43.0", "enabled": False, "core": False, "description": "x"},
    ]
    assert parse_plugin_list(json.dumps(rows) + "\n") == {"mysql": "1.44.3"}


@pytest.mark.parametrize(
    "text", ["", "\n", "[]\n", "{}\n", "[1]\n", "mysql 1\n", TEXT[:-1], " !     `plugin:list` is not …\n"]
)
def test_another_answer_is_refused(text: str) -> None:
    with pytest.raises(ParseProblem):
        parse_plugin_list(text)


@pytest.mark.parametrize(
    "text",
    [
        f"v12  Deploy {ONE}  asha\nv11  Deploy {TWO}  ben\n",
        f"=====> releases of shop\n12 {ONE}\n11 {TWO}\n",
        f"Release   Commit\n#12 {ONE}\n#11 {TWO}\n\n",
        json.dumps([{"version": 12, "commit": ONE}, {"version": "v11", "commit": TWO}]) + "\n",
        json.dumps([{"number": "12", "sha": ONE, "x": 1}, {"id": 11, "git_sha": TWO}]) + "\n",
    ],
)
def test_a_list_of_numbers_and_commits_is_understood(text: str) -> None:
    assert parse_plugin_releases(text) == (("12", ONE), ("11", TWO))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no releases yet\n",
        f"v12 {ONE}\nand so on\n",
        f"v12 {ONE}\nv12 {TWO}\n",
        f"v12 {ONE}\nv11 {TWO}",
        json.dumps([{"version": 12}]) + "\n",
        json.dumps([{"commit": ONE}]) + "\n",
        json.dumps([{"version": 12, "commit": "main"}]) + "\n",
        json.dumps([{"version": -1, "commit": ONE}]) + "\n",
        json.dumps({"version": 12, "commit": ONE}) + "\n",
        "[]\n",
    ],
)
def test_what_is_not_surely_a_list_of_releases_is_refused(text: str) -> None:
    with pytest.raises(ParseProblem):
        parse_plugin_releases(text)
