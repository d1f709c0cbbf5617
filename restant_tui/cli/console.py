"""Open the console.

Without a terminal, or with `--plain`, one snapshot is printed instead, and how to open the console.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from restant_tui.cli.crash import knowing
from restant_tui.cli.options import Options
from restant_tui.text import Redactor

if TYPE_CHECKING:
    from restant_tui.cli.opening import Opening
    from restant_tui.engine.runtime import Runtime

ONLY_AT_A_TERMINAL = "This is a snapshot. For the console, run this in a terminal: {command}"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands: nothing."""


def main(parsed: argparse.Namespace) -> int:
    """Open the console, or print one snapshot where there is no terminal for it."""
    return opened_or_printed(Options.of(parsed))


def opened_or_printed(options: Options) -> int:
    """Open the console; with `--plain` or without a terminal print one snapshot and how to open the console.

    Raises:
        ConfigProblem: there is no configuration that can be read.
    """
    from restant_tui.cli.opening import at_terminal

    if options.plain or not at_terminal() or os.environ.get("TERM") == "dumb":
        return _snapshot(options)
    return open_console(options)


def open_console(options: Options) -> int:
    """Open the console and return its exit status once it was left.

    Raises:
        ConfigProblem: there is no configuration that can be read; found before the screen is taken.
    """
    if not options.practice:
        from restant_tui.cli.opening import check

        check(options)
    return asyncio.run(_console(options))


async def _console(options: Options) -> int:
    from screens import startup

    startup.prepare(no_color=not options.color)
    from screens.app import RestantApp

    found: list[Opening] = []
    async with AsyncExitStack() as stack:

        async def open_runtime() -> Runtime:
            from restant_tui.cli.opening import opened

            # Asked again after a failure: the practice host of the first time still stands.
            if not found:
                found.append(await stack.enter_async_context(opened(options)))
            from screens.secret import ask_secret

            return found[0].runtime(ask_secret=partial(ask_secret, app), tell=app.tell)

        app = RestantApp(open_runtime, ascii_only=options.ascii)
        # Textual would print the values of variables, secrets among them; ours goes into a redacted report.
        app._fatal_error = app._close_messages_no_wait  # type: ignore[method-assign]
        await app.run_async()
        if app._exception is not None:
            with knowing(app.opened.redactor if app.opened is not None else Redactor()):
                raise app._exception
        return app.return_code or 0


def _snapshot(options: Options) -> int:
    from restant_tui.cli.marks import Marks
    from restant_tui.cli.status import snapshot

    report = asyncio.run(snapshot(options))
    command = "make demo, or restant-tui --practice" if options.practice else "restant-tui"
    print(report.as_text(Marks.of(replace(options, plain=True))))
    print("\n" + ONLY_AT_A_TERMINAL.format(command=command))
    return 0
