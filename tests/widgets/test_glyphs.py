from __future__ import annotations

import pytest

from restant_tui.config.model import Environment
from restant_tui.monitors.snapshots import AttemptStatus, Status, Trust
from restant_tui.transport.link import Link
from widgets.glyphs import ASCII, UNICODE, environment_style, link_style, sparkline, status_face, trust_style
from widgets.releases import attempt_face

GREEN = "success"


def test_only_what_is_live_and_well_is_green() -> None:
    assert [trust for trust in Trust if GREEN in trust_style(trust)] == [Trust.LIVE]
    assert [link for link in Link if GREEN in link_style(link)] == [Link.LIVE]
    assert [status for status in Status if GREEN in status_face(status).style] == [Status.OK]


def test_production_has_a_colour_of_its_own() -> None:
    styles = [environment_style(environment) for environment in Environment]
    assert len(set(styles)) == len(styles)
    states = [status_face(status).style for status in Status] + [trust_style(trust) for trust in Trust]
    assert environment_style(Environment.PRODUCTION) not in states


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_state_has_a_sign_and_a_word(glyphs: object) -> None:
    for status in Status:
        face = status_face(status)
        assert face.glyph
        assert face.word == status.value
    for ended in AttemptStatus:
        assert attempt_face(ended, UNICODE).word == ended.value


def test_the_ascii_signs_are_ascii() -> None:
    for name in ASCII.__slots__:
        assert getattr(ASCII, name).isascii()


def test_a_sparkline_shows_the_newest_and_a_gap_for_a_failed_probe() -> None:
    assert sparkline((1.0, None, 8.0), 3) == "▂x█"
    assert sparkline(tuple(float(n) for n in range(100)), 4) == "████"
    assert sparkline((), 5) == ""
    assert sparkline((None, None), 5, ASCII) == "xx"
    assert sparkline((0.0, 0.0), 5) == "▁▁"
