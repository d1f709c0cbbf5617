from __future__ import annotations

import pytest

from restant_tui.dokku.figures import HostFigures, parse_figures
from restant_tui.dokku.problems import ParseProblem

DF = (
    "Filesystem     1024-blocks     Used Available Capacity Mounted on\n"
    "/dev/vda1         41152812 23412300  17740512      57% /\n"
)
FREE = (
    "               total        used        free      shared  buff/cache   available\n"
    "Mem:            4000        2200         600          12        1200        1000\n"
    "Swap:           2047         118        1929\n"
)
ANSWER = (
    f"\x1edf\n{DF}\x1efree\n{FREE}\x1eloadavg\n0.70 0.55 0.41 1/312 9000\n\x1enproc\n2\n\x1euptime\n3552.61 5635.06\n"
    "\x1estat\ncpu  1000 0 500 8000 100 0 10 0 0 0\n\x1estat\ncpu  1050 0 500 8140 110 0 10 0 0 0\n\x1eend\n"
)


def test_one_answer_holds_every_figure() -> None:
    assert parse_figures(ANSWER) == HostFigures(
        disk_percent=57, memory_percent=75.0, load1=0.70, cpus=2, cpu_percent=25.0, uptime_s=3552.61
    )


@pytest.mark.parametrize("stat", ["", "cat: /proc/stat: Permission denied\n", "cpu  1 2 x 4 5 6\n", "intr 1 2 3\n"])
def test_a_machine_that_does_not_tell_its_ticks_has_no_share_of_the_processor(stat: str) -> None:
    head = ANSWER[: ANSWER.index("\x1estat")]
    figures = parse_figures(f"{head}\x1estat\n{stat}\x1estat\n{stat}\x1eend\n")
    assert figures.cpu_percent is None
    assert figures.disk_percent == 57


def test_load_over_processors_is_not_taken_for_their_share() -> None:
    figures = parse_figures(ANSWER.replace("0.70 0.55", "9.00 0.55"))
    assert (figures.load1, figures.cpu_percent) == (9.0, 25.0)


def test_an_answer_cut_anywhere_is_refused() -> None:
    for end in range(len(ANSWER)):
        with pytest.raises(ParseProblem):
            parse_figures(ANSWER[:end])


@pytest.mark.parametrize(
    ("true", "damaged"),
    [
        ("57% /\n", "57% /home\n"),
        ("57%", "-%"),
        ("Mem:            4000", "Mem:            0"),
        ("   available", ""),
        ("        1000\nSwap", "        9999\nSwap"),
        ("\x1enproc\n2", "\x1enproc\n0"),
        ("\x1enproc\n2", "\x1enproc\nnproc: not found"),
        ("\x1eloadavg\n0.70", "\x1eloadavg\nNaN"),
        ("\x1eend", "\x1edf\n/ 1\n\x1eend"),
    ],
)
def test_a_figure_that_makes_no_sense_is_none(true: str, damaged: str) -> None:
    assert true in ANSWER
    with pytest.raises(ParseProblem):
        parse_figures(ANSWER.replace(true, damaged, 1))
