from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restant_tui.dokku.dump import DumpFacts, DumpScanner
from tests.support.data_service import DUMP, ROWS, TABLE, TRAILER

MESSY = (
    DUMP
    + b"/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON orders X */;;\n"
    + b"/* USE a; */ # USE b;\n-- USE c;\n/*!40000 DROP DATABASE IF EXISTS `prod`*/;\n"
    + b"CREATE DATABASE /*!32312 IF NOT EXISTS*/ `two` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;\nuse`three`;\n"
    + TRAILER
)


def scanned(*chunks: bytes) -> DumpFacts:
    scanner = DumpScanner()
    for chunk in chunks:
        scanner.feed(chunk)
    return scanner.close()


def test_a_whole_dump_tells_its_tables_and_names_no_database() -> None:
    facts = scanned(DUMP)
    assert facts.completed
    assert facts.tables == ("orders",)
    assert facts.databases_named == ()
    assert (facts.definers, facts.client_commands) == (0, ())
    assert facts.sql_bytes == len(DUMP)


@pytest.mark.parametrize(
    "line",
    [
        b"USE till;",
        b"use `till`;",
        b"use`till`;",
        b"USE till\nSELECT 1;",
        b"  Use\ttill ;",
        b"SELECT 1; USE till;",
        b"CREATE DATABASE till;",
        b"create schema if not exists till;",
        b"CREATE OR REPLACE DATABASE till;",
        b"DROP\n  DATABASE\n till;",
        b"DROP DATABASE IF EXISTS `till`;",
        b"ALTER DATABASE `till` CHARACTER SET utf8;",
        b"/*!40000 DROP DATABASE IF EXISTS `till`*/;",
        b"/*!40000 USE till */;",
        b"/*M!100100 USE till */;",
        b"CREATE/**/DATABASE/* x */ till;",
        b"CREATE DATABASE /*!32312 IF NOT EXISTS*/ `till` /*!40100 DEFAULT */;",
        b"-- not the end\nUSE till;",
        b"/* a comment */ USE till;",
        b"INSERT INTO t VALUES ('x\\\\'); USE till; -- ';",
    ],
)
def test_every_way_to_name_a_database_is_found(line: bytes) -> None:
    assert scanned(TABLE, line, b"\n", TRAILER).databases_named == ("till",)


@pytest.mark.parametrize(
    "line",
    [
        ROWS,
        b"INSERT INTO t VALUES ('\nUSE till;\n');",
        b'INSERT INTO t VALUES ("\nDROP DATABASE till;\n");',
        b"-- USE till;",
        b"# USE till;",
        b"/* USE till;\n DROP DATABASE till; */",
        b"SELECT 1 -- USE till;\n;",
        b"CREATE TABLE `USE till` (`drop database x` int);",
        b"INSERT INTO t VALUES (1--1);",
        b"INSERT INTO t VALUES ('it''s; USE till;');",
        b"SELECT * FROM t\nUSE INDEX (x);",
        b"DROP TABLE IF EXISTS `database`;",
    ],
)
def test_words_in_texts_names_and_comments_do_not_count(line: bytes) -> None:
    assert scanned(TABLE, line, b"\n", TRAILER).databases_named == ()


@pytest.mark.parametrize("line", [b"\\! id", b"\\u till", b"\\. other.sql", b"system id\n;", b"source other.sql\n;"])
def test_commands_for_the_client_are_found(line: bytes) -> None:
    assert scanned(TABLE, line, b"\n", TRAILER).client_commands


@pytest.mark.parametrize("line", [b"/*M!999999\\- enable the sandbox mode */ ", b"INSERT INTO t VALUES (\\N,'\\u');"])
def test_what_old_and_other_dumps_hold_is_no_client_command(line: bytes) -> None:
    assert scanned(line, b"\n", TRAILER).client_commands == ()


def test_objects_of_a_named_account_are_counted() -> None:
    facts = scanned(MESSY, b"CREATE DEFINER=`a`@`%` PROCEDURE p() SELECT 1;;\nINSERT INTO t VALUES ('DEFINER=x');\n")
    assert facts.definers == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TABLE,
        DUMP + b"INSERT INTO t VALUES (1);\n",
        DUMP[:-60],
        TABLE + b"INSERT INTO t VALUES ('\n-- Dump completed on x\n",
        TABLE + b"/*\n-- Dump completed on x\n",
        b" -- Dump completed\n",
    ],
)
def test_a_dump_without_its_last_line_is_not_whole(data: bytes) -> None:
    assert not scanned(data).completed


@given(cuts=st.lists(st.integers(0, len(MESSY)), max_size=12))
def test_where_the_chunks_are_cut_changes_nothing(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(MESSY)]
    chunks = [MESSY[start:stop] for start, stop in pairwise(edges)]
    assert scanned(*chunks) == scanned(MESSY)
    assert scanned(MESSY).databases_named == ("prod", "two", "three")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 15, 16, 17])
def test_small_chunks_change_nothing(size: int) -> None:
    assert scanned(*(MESSY[at : at + size] for at in range(0, len(MESSY), size))) == scanned(MESSY)


@given(noise=st.binary(max_size=300))
def test_any_bytes_can_be_scanned(noise: bytes) -> None:
    assert scanned(noise).sql_bytes == len(noise)


def test_memory_does_not_grow_with_the_dump() -> None:
    scanner = DumpScanner()
    line = b"INSERT INTO `orders` VALUES " + b",".join(b"(%d,'x; y')" % number for number in range(2000)) + b";\n"
    for _ in range(200):
        scanner.feed(line)
    scanner.feed(b"INSERT INTO `orders` VALUES ('" + b"a" * 3_000_000)
    assert sum(len(part) for part in (scanner._rest, scanner._tail, scanner._head)) < 10_000
    scanner.feed(b"');\n" + TRAILER)
    assert scanner.close().completed
