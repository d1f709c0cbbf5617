from __future__ import annotations

from restant_tui.monitors.logbuffer import LogBuffer
from widgets.log_view import LogView, Pattern


def filled(count: int, capacity: int = 64 * 1024 * 1024) -> LogBuffer:
    buffer = LogBuffer(capacity)
    more(buffer, count)
    return buffer


def more(buffer: LogBuffer, count: int) -> None:
    start = buffer.total
    buffer.feed(
        b"".join(
            b"2026-03-02T03:00:00.1Z app[web.1]: %s %d\n" % (b"ERROR boom" if n % 100 == 7 else b"fine", n)
            for n in range(start, start + count)
        )
    )


def finish(view: LogView) -> None:
    while view.busy:
        view.work(1.0)


def test_following_shows_the_newest_lines() -> None:
    buffer = filled(1000)
    view = LogView(buffer, 10)
    assert view.window() == list(range(990, 1000))
    more(buffer, 5)
    assert view.window() == list(range(995, 1005))


def test_scrolling_up_pauses_and_the_view_stays_while_lines_come() -> None:
    buffer = filled(1000)
    view = LogView(buffer, 10)
    view.scroll(-3)
    before = view.window()
    assert before == list(range(987, 997))
    more(buffer, 5000)
    assert view.window() == before
    assert view.new_lines == 5000


def test_scrolling_down_to_the_newest_line_follows_again() -> None:
    view = LogView(filled(1000), 10)
    view.scroll(-20)
    view.scroll(5)
    assert not view.following
    view.scroll(15)
    assert view.following


def test_the_oldest_line_is_the_end_of_the_way_up() -> None:
    view = LogView(filled(30), 10)
    view.scroll(-10_000)
    assert view.window() == list(range(10))
    view.scroll(-1)
    assert view.window() == list(range(10))


def test_a_paused_view_keeps_its_lines_when_older_ones_are_dropped_and_moves_only_when_its_own_are() -> None:
    buffer = filled(20_000, capacity=1024 * 1024)
    view = LogView(buffer, 10)
    view.scroll(-50)
    before = view.window()
    more(buffer, 4_000)
    assert buffer.first > 0 or view.window() == before
    assert view.window() == before
    more(buffer, 60_000)
    assert buffer.first > before[-1]
    assert view.window() == list(range(buffer.first, buffer.first + 10))


def test_a_filter_shows_only_matching_lines_and_goes_on_with_new_ones() -> None:
    buffer = filled(5000)
    view = LogView(buffer, 10)
    view.set_filter("error")
    finish(view)
    assert view.shown == 50
    assert view.window() == list(range(4007, 5000, 100))
    more(buffer, 1000)
    finish(view)
    assert view.window()[-1] == 5907
    view.set_filter("")
    assert view.window()[-1] == 5999


def test_a_filter_has_its_first_lines_from_the_newest_end() -> None:
    view = LogView(filled(200_000), 10)
    view.set_filter("error")
    view.work(0.0)
    view.work(0.002)
    assert view.busy
    assert view.window()
    assert view.window()[-1] == 199_907


def test_errors_are_hopped_through_in_both_directions_and_the_end_is_said() -> None:
    view = LogView(filled(1000), 10)
    view.hop(1)
    finish(view)
    assert view.found == 907, "while following, the error a person means is the last one"
    view.hop(-1)
    finish(view)
    assert view.found == 807
    view.hop(1)
    finish(view)
    assert view.found == 907
    assert 907 in view.window()
    view.hop(1)
    finish(view)
    assert view.notice == "an error is not found below"


def test_a_search_goes_to_the_nearest_match_above_and_then_on() -> None:
    view = LogView(filled(1000), 10)
    view.set_search("boom|nothing")
    finish(view)
    assert view.found == 907
    view.find(-1)
    finish(view)
    assert view.found == 807


def test_a_far_search_is_done_in_slices() -> None:
    view = LogView(filled(300_000), 10)
    view.set_search("fine 3")
    finish(view)
    view.set_search("ERROR boom 7")
    steps = 0
    while view.busy:
        view.work(0.002)
        steps += 1
    assert steps > 1
    assert view.found == 7_907 or view.found is not None


def test_a_pattern_is_plain_text_with_alternatives_and_negation() -> None:
    assert Pattern("[web.1]").accepts(b"app[web.1]: x")
    assert not Pattern("[web.1]").accepts(b"app web 1")
    assert Pattern("boom|bang").accepts(b"a BANG")
    assert not Pattern("Bang").accepts(b"a bang")
    assert Pattern("!bang").accepts(b"quiet")
    assert not Pattern("!bang").accepts(b"a bang")
    assert Pattern("(a+)+$").accepts(b"x (a+)+$")
    assert Pattern("bo").spans("boom boo") == [(0, 2), (5, 7)]
