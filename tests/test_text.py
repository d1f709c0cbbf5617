from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restant_tui.text import (
    MASK,
    Redactor,
    ago,
    clean,
    decode,
    duration,
    one_line,
    parse_duration,
    password_in,
    public_address,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("\x1b[36mweb.1:\x1b[0m up", "web.1: up"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]52;c;ZXZpbA==\x1b\\b", "ab"),
        ("a\x1b]52;c;never ended", "a"),
        ("a\x1bPdevice\x1b\\b", "ab"),
        ("a\x9b31mb\x9d0;t\x9cc", "abc"),
        ("cut\x1b[3", "cut"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("\u2066a\u2069\u200e\ufeffb", "ab"),
        ("bell\x07 back\x08 null\x00 delete\x7f", "bell back null delete"),
        ("tab\tand\nnewline stay", "tab\tand\nnewline stay"),
        ("one\r\ntwo\r\n", "one\ntwo\n"),
        ("10 %\r50 %\r100 %", "100 %"),
        ("100 %\r   ", "100 %"),
        ("[/red]app[web.1]", "[/red]app[web.1]"),
    ],
)
def test_text_from_outside_cannot_drive_the_terminal(hostile: str, harmless: str) -> None:
    assert clean(hostile) == harmless


@given(st.text())
def test_nothing_that_controls_a_terminal_is_left_and_cleaning_again_changes_nothing(text: str) -> None:
    cleaned = clean(text)
    assert not [one for one in cleaned if (one < " " and one not in "\t\n") or "\x7f" <= one <= "\x9f"]
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    assert clean(cleaned) == cleaned


@given(st.binary())
def test_any_bytes_become_text(data: bytes) -> None:
    assert "\x1b" not in decode(data)


def test_one_line_is_one_line_and_not_longer_than_asked() -> None:
    assert one_line("a\n  b\tc") == "a b c"
    assert one_line("x" * 300, 10) == "x" * 9 + "…"


def test_secrets_are_masked_wherever_they_stand() -> None:
    redactor = Redactor(["hunter2hunter2", "abc"])
    redactor.add("tok-9f3k")
    assert redactor.redact("a hunter2hunter2 b tok-9f3k") == f"a {MASK} b {MASK}"
    assert redactor.redact("abc") == "abc"  # three letters stand in too many words


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Dsn: mysql://u:p4ss@db:3306/x", f"Dsn: mysql://u:{MASK}@db:3306/x"),
        ("DB_PASSWORD=p4ss next", f"DB_PASSWORD={MASK} next"),
        ("APP_KEY:  base64:Zm9v", f"APP_KEY:  {MASK}"),
        ("api_token = 'two words' more", f"api_token = {MASK} more"),
        ("GREETING: hello", "GREETING: hello"),
    ],
)
def test_what_is_named_like_a_secret_is_masked_without_being_known(line: str, shown: str) -> None:
    assert Redactor().redact(line) == shown


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("30s", 30), ("2m30s", 150), ("1h", 3600), ("25d", 2160000), ("1w", 604800)]
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "5", "s", "5 s", "-5s", "5s!", "1.5h"])
def test_what_is_no_duration_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.84, "0.8 s"),
        (5, "5 s"),
        (9.96, "10 s"),
        (42, "42 s"),
        (59.7, "1 min"),
        (130, "2 min 10 s"),
        (3600, "1 h"),
        (11100, "3 h 5 min"),
        (356400, "4 d 3 h"),
        (-90, "-1 min 30 s"),
    ],
)
def test_durations_are_said_in_at_most_two_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_an_age_is_said_from_now() -> None:
    assert ago(NOON, NOON) == "just now"
    assert ago(NOON, NOON + timedelta(seconds=130.9)) == "2 min 10 s ago"


@pytest.mark.parametrize(
    ("url", "public", "password"),
    [
        ("https://shop.example/health", "https://shop.example/health", ""),
        ("https://ops:s3cr3t@shop.example/health", "https://shop.example/health", "s3cr3t"),
        ("https://token@shop.example/", "https://shop.example/", ""),
        ("https://shop.example/a@b:c@d", "https://shop.example/a@b:c@d", ""),
        ("https://ops:a:b@shop.example:81?x=y@z", "https://shop.example:81?x=y@z", "a:b"),
    ],
)
def test_an_address_is_shown_without_who_logs_in(url: str, public: str, password: str) -> None:
    assert public_address(url) == public
    assert password_in(url) == password


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("seen: abcdefgh…", f"seen: {MASK}…"),
        ("abcdefghijkl… and abcd…", f"{MASK}… and {MASK}…"),
        ("abc… is too short to tell", "abc… is too short to tell"),
        ("nothing… of it…", "nothing… of it…"),
    ],
)
def test_what_is_left_of_a_secret_that_was_cut_is_masked_too(text: str, masked: str) -> None:
    assert Redactor(["abcdefghijklmnop"]).redact(text) == masked
