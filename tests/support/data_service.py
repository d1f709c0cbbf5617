"""Dumps of a data service, and a host that hands one out or takes one in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from restant_tui.dokku import commands
from restant_tui.transport.outcome import OnOutput, Outcome
from tests.support.scripted import Argv, exited

TRAILER = b"\n-- Dump completed on 2026-03-02  3:00:00\n"
TABLE = b"DROP TABLE IF EXISTS `orders`;\nCREATE TABLE `orders` (\n  `id` int NOT NULL\n);\n"
ROWS = b"INSERT INTO `orders` VALUES (1,'a; USE till; \\' DROP DATABASE till',-5,'it''s'),(2,\"-- ; \",3/4,NULL);\n"
DUMP = b"-- MySQL dump 10.13\n/*!40101 SET NAMES utf8mb4 */;\n" + TABLE + ROWS + TRAILER

EXPORT = commands.service_export("mysql", "db")
IMPORT = commands.service_import("mysql", "db")


def names(folder: Path) -> list[str]:
    """The names of everything in a folder, hidden or not."""
    return sorted(one.name for one in folder.iterdir())


class DataHost:
    """Knows the mysql service `db` and the redis service `cache`; everything else as told."""

    def __init__(self, export: Iterable[bytes] = (), answers: dict[Argv, Outcome] | None = None) -> None:
        self.export = export
        self.answers: dict[Argv, Outcome] = {
            commands.service_exists("mysql", "db"): exited("Service db exists\n"),
            commands.service_exists("redis", "cache"): exited("Service cache exists\n"),
            EXPORT: exited(),
            IMPORT: exited(),
            **(answers or {}),
        }
        self.calls: list[Argv] = []
        self.stdin: dict[Argv, bytes] = {}
        self.kept: list[int] = []
        """How much of the output each caller wanted kept in memory."""

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = 4 * 1024 * 1024,
    ) -> Outcome:
        asked = tuple(argv)
        self.calls.append(asked)
        self.kept.append(cap)
        if stdin is not None:
            self.stdin[asked] = bytes(stdin[0 : len(stdin)])
        await asyncio.sleep(0)
        if asked == EXPORT and on_output:
            on_output(b"mysqldump: [Warning] password on the command line\n", True)
            for chunk in self.export:
                on_output(chunk, False)
        missing = f" !     {asked[0].partition(':')[0]} service {asked[-1]} does not exist\n"
        return self.answers.get(asked, exited("", 1, missing))

    async def follow(self, argv: Sequence[str], on_data: Callable[[bytes], None]) -> Outcome:
        raise AssertionError("nothing is followed here")
