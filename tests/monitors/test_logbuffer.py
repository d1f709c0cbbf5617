from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restant_tui.dokku.logs import Level
from restant_tui.monitors.logbuffer import LogBuffer


def numbered(start: int, stop: int, width: int = 100) -> bytes:
    return b"".join(f"line {n} ".encode().ljust(width - 1, b".") + b"\n" for n in range(start, stop))


def test_lines_come_out_as_they_went_in() -> None:
    buffer = LogBuffer()
    buffer.feed(b"2026-03-02T02:00:01.5Z app[web.1]: production.ERROR: full\nplain\n")
    assert (buffer.first, buffer.total) == (0, 2)
    assert (buffer.line(0).process, buffer.line(0).level) == ("web.1", Level.ERROR)
    assert buffer.line(1).message == "plain"


def test_a_line_in_pieces_is_one_line_once_it_has_ended() -> None:
    buffer = LogBuffer()
    for piece in (b"hel", b"lo", b" wor", b"ld\nnext"):
        buffer.feed(piece)
    assert buffer.total == 1
    assert buffer.line(0).message == "hello world"
    buffer.feed(b"\n")
    assert buffer.line(1).message == "next"


@given(st.lists(st.binary(max_size=300), max_size=30))
def test_however_it_is_cut_the_lines_are_the_same(pieces: list[bytes]) -> None:
    buffer = LogBuffer()
    for piece in pieces:
        buffer.feed(piece)
    lines = b"".join(pieces).split(b"\n")[:-1]
    assert buffer.total == len(lines)
    assert [buffer.raw(number) for number in range(buffer.total)] == lines


def test_old_lines_go_by_bytes_and_numbers_stay() -> None:
    buffer = LogBuffer(capacity=1024 * 1024)
    for start in range(0, 40_000, 100):
        buffer.feed(numbered(start, start + 100))
    assert buffer.total == 40_000
    assert 20_000 < buffer.first < 40_000
    assert buffer.size <= 1024 * 1024 + 2 * 256 * 1024
    for number in (buffer.first, 35_000, 39_999):
        assert buffer.line(number).message.startswith(f"line {number} ")
    with pytest.raises(IndexError, match="is not here"):
        buffer.line(buffer.first - 1)
    with pytest.raises(IndexError):
        buffer.line(40_000)


def test_a_range_leaves_out_what_is_not_here() -> None:
    buffer = LogBuffer(capacity=256 * 1024)
    buffer.feed(numbered(0, 3000))
    buffer.feed(numbered(3000, 6000))
    shown = list(buffer.lines(0, 10_000))
    assert len(shown) == buffer.total - buffer.first
    assert shown[-1].message.startswith("line 5999 ")


def test_a_reader_is_not_disturbed_by_what_comes_meanwhile() -> None:
    buffer = LogBuffer(capacity=256 * 1024)
    buffer.feed(numbered(0, 3000))
    reader = buffer.lines(0, 3000)
    next(reader)
    buffer.feed(numbered(3000, 9000))
    assert all(line.message.startswith("line ") for line in reader)


def test_a_line_without_end_is_broken_and_cut_when_shown() -> None:
    buffer = LogBuffer()
    for _ in range(200):
        buffer.feed("é".encode() * 500)
    assert buffer.total == 200_000 // 65536
    message = buffer.line(0).message
    assert message.endswith("…")
    assert len(message.encode()) <= 1024 + 3
    assert "�" not in message


def test_a_hostile_line_is_harmless_when_shown_and_whole_when_exported() -> None:
    buffer = LogBuffer()
    hostile = b"\x1b]52;c;ZXZpbA==\x07 \xff ok\r"
    buffer.feed(hostile + b"\n")
    assert buffer.line(0).message == " � ok"
    assert buffer.raw(0) == hostile


def test_lines_that_were_looked_at_are_renewed_when_more_come() -> None:
    buffer = LogBuffer()
    buffer.feed(b"one\n")
    assert buffer.line(0).message == "one"
    buffer.feed(b"two\n")
    assert [line.message for line in buffer.lines(0, 2)] == ["one", "two"]


def test_a_paused_reader_costs_no_more_than_the_ring_however_much_comes() -> None:
    buffer = LogBuffer(capacity=1024 * 1024)
    block = b"".join(b"line %06d\n" % number for number in range(3000))
    for _ in range(400):
        buffer.feed(block)
    assert buffer.total == 1_200_000
    # The view keeps a number, not lines: what it looked at is dropped like everything else.
    assert buffer.size <= 1024 * 1024 + 2 * 256 * 1024
    with pytest.raises(IndexError):
        buffer.line(0)
    assert list(buffer.lines(0, 3)) == []
