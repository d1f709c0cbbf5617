from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restant_tui.config.example import EXAMPLE, yaml_text
from restant_tui.config.load import load, parse
from restant_tui.config.model import Environment, Identity
from restant_tui.config.schema import schema_text
from restant_tui.errors import ConfigProblem


def problem(text: str) -> str:
    with pytest.raises(ConfigProblem) as raised:
        parse(text.encode(), "c.yaml")
    return str(raised.value)


def test_the_example_is_a_whole_configuration() -> None:
    config = parse(EXAMPLE.encode(), "c.yaml")
    assert config.main_app() == "shop"
    assert config.apps["shop"].environment is Environment.PRODUCTION
    assert config.hosts["main"].login(Identity.ADMIN) is not None
    assert not config.practice


def test_a_configuration_written_out_reads_back_the_same() -> None:
    config = parse(EXAMPLE.encode(), "c.yaml")
    assert parse(yaml_text(config).encode(), "again.yaml") == config


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    with pytest.raises(ConfigProblem) as raised:
        load(path)
    way_out = "write one with restant-tui setup, or try restant-tui --practice"
    assert str(raised.value) == f"no configuration at {path}: {way_out}"


def test_a_folder_in_the_files_place_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem, match="cannot be read"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{user: dokku} ", "{usr: dokku} ", "5:13: there is no key `usr` here; did you mean `user`?"),
        ("    address:", "    addr:", "4:5: there is no key `addr` here; did you mean `address`?"),
        ("polling:", "poling:", "26:1: there is no key `poling` here; did you mean `polling`?"),
        ("{warning: 2000", "{warn: 2000", "24:17: there is no key `warn` here; did you mean `warning`?"),
        ("production  ", "prod  ", "11:18: write one of: production, staging, feature"),
        ("kind: mysql", "kind: postgres", "19:31: write one of: mysql, redis"),
        ("health: 5s", "health: 5 s", "26:19: write a length of time like 500ms, 30s or 2m30s"),
        ("warning: 2000", "warning: much", "24:26: expected a number, not text"),
        ("host: main", "host: man", "10:11: the app `shop` refers to the host `man`, but the hosts are: main"),
        ("https://shop", "shop", "12:10: the app `shop` needs the whole address of its health endpoint"),
        ("  shop:\n", "  Shop:\n", "9:3: `Shop` cannot be a name"),
        ("    environment: production", "    #", "10:5: `environment` is missing here"),
        ("hosts:\n", "hosts: []\nmore:\n", "2:8: expected a mapping, not a list"),
        ("main:\n", "main: &main\n", "3:9: anchors are not part of the format"),
    ],
)
def test_each_mistake_is_named_with_its_place_and_the_way_out(old: str, new: str, said: str) -> None:
    assert old in EXAMPLE
    assert f"c.yaml:{said}" in problem(EXAMPLE.replace(old, new, 1))


def test_the_first_of_several_mistakes_is_named_and_the_rest_counted() -> None:
    broken = EXAMPLE.replace("production  ", "prod  ").replace("kind: mysql", "kind: postgres")
    assert problem(broken) == "c.yaml:11:18: write one of: production, staging, feature (and 1 more)"


def test_a_host_without_a_login_is_refused() -> None:
    text = "hosts: {main: {address: h}}\napps: {shop: {host: main, environment: staging, url: http://h/health}}"
    assert "the host `main` has no login" in problem(text)


def test_no_app_is_no_configuration() -> None:
    assert "name at least one app" in problem("hosts: {main: {address: h, dokku: {user: dokku}}}\napps: {}")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_configuration_or_one_sentence(data: bytes) -> None:
    try:
        parse(data, "c.yaml")
    except ConfigProblem as said:
        assert str(said).startswith("c.yaml:")
        assert "\n" not in str(said)


@given(st.integers(0, len(EXAMPLE)), st.sampled_from(["", "\t", "]", "{", "'", ":", "\x00", "☃"]))
def test_a_damaged_example_is_a_configuration_or_one_sentence(at: int, junk: str) -> None:
    try:
        parse((EXAMPLE[:at] + junk + EXAMPLE[at + len(junk) :]).encode(), "c.yaml")
    except ConfigProblem as said:
        assert "\n" not in str(said)


def test_the_schema_names_every_key_of_a_host() -> None:
    schema = msgspec.json.decode(schema_text())
    assert set(schema["$defs"]["Host"]["properties"]) == {"address", "port", "known_hosts", "dokku", "admin"}
    assert schema["$defs"]["Host"]["additionalProperties"] is False
