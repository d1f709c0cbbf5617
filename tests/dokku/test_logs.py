from __future__ import annotations

from datetime import UTC, datetime

import pytest

from restant_tui.dokku.logs import Level, level_of, log_line, parse_log_line
from restant_tui.dokku.problems import ParseProblem


def test_a_line_is_taken_apart() -> None:
    line = parse_log_line("\x1b[36m2026-03-02T02:00:01.602499185Z app[web.1]:\x1b[0m \x1b[31mboot\x1b[0m v1\r")
    assert line.time == datetime(2026, 3, 2, 2, 0, 1, 602499, tzinfo=UTC)
    assert (line.process, line.message) == ("web.1", "boot v1")


def test_words_of_dokku_itself_are_not_a_line_of_the_app_but_can_be_shown() -> None:
    words = " !     App shop has not been deployed"
    with pytest.raises(ParseProblem):
        parse_log_line(words)
    assert log_line(words).message == words


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("[2026-03-02 02:00:01] production.ERROR: Queue is full", Level.ERROR),
        ("[2026-03-02 02:00:01] local.INFO: 500 receipts printed", Level.INFO),
        ("production.CRITICAL: database is gone", Level.CRITICAL),
        ("tick 40 v1 level=info", Level.INFO),
        ("warn 40: slow query 812ms", Level.WARNING),
        ("level=warn msg=full", Level.WARNING),
        ('{"level":"error","msg":"x"}', Level.ERROR),
        ('{"level_name": "WARNING", "message": "x"}', Level.WARNING),
        ("2026/03/02 02:00:01 [error] 31#31: *7 upstream timed out", Level.ERROR),
        ('10.0.0.1 - - [02/Mar/2026:02:00:01 +0000] "GET / HTTP/2.0" 500 12 "-" "curl/8"', Level.ERROR),
        ('10.0.0.1 - - [02/Mar/2026:02:00:01 +0000] "GET / HTTP/2.0" 404 12 "-" "curl/8"', Level.WARNING),
        ('10.0.0.1 - - [02/Mar/2026:02:00:01 +0000] "GET / HTTP/2.0" 200 500 "-" "curl/8"', Level.INFO),
        ("[::ffff:172.17.0.2]:33284: response:200", Level.INFO),
        ("GET /health 503 n=0", Level.ERROR),
        ("PHP Fatal error:  Allowed memory size exhausted", Level.CRITICAL),
        ("ERROR: no space left", Level.ERROR),
        ("  2026-03-02 02:00:01 App\\Jobs\\SendReceipt .............. RUNNING", Level.INFO),
        ("  2026-03-02 02:00:01 App\\Jobs\\SendReceipt ......... 97.8ms DONE", Level.INFO),
        ("  2026-03-02 02:00:01 App\\Jobs\\SendReceipt ......... 12.30ms FAIL", Level.ERROR),
        ("#0 /app/vendor/framework/Queue.php(12): handle()", Level.PLAIN),
        ("handled 12 errors of yesterday", Level.PLAIN),
        ("listening on 5000", Level.PLAIN),
    ],
)
def test_the_level_is_what_the_line_says(message: str, level: Level) -> None:
    assert level_of(message) is level
