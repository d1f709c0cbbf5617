"""A crash is our mistake: it leaves a report in a file, and one line for the person."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from restant_tui import __version__
from restant_tui.errors import RestantError
from restant_tui.text import Redactor, clean, one_line


class Crashed(Exception):
    """Something broke while secrets were in use; its cause is what broke, `redactor` knows the secrets."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("something broke")
        self.redactor = redactor


@contextmanager
def knowing(redactor: Redactor) -> Iterator[None]:
    """Let a crash within be reported without the secrets that are known here.

    Raises:
        Crashed: in the place of what is no problem a person can do something about.
    """
    try:
        yield
    except (RestantError, BrokenPipeError, Crashed):
        raise
    except Exception as problem:
        raise Crashed(redactor) from problem


def report(problem: BaseException, environ: Mapping[str, str]) -> str:
    """Write the traceback, redacted, to a file only its owner can read, and return one sentence that names it."""
    redactor = Redactor()
    if isinstance(problem, Crashed) and problem.__cause__ is not None:
        redactor, problem = problem.redactor, problem.__cause__
    for secret in _secrets(environ):
        redactor.add(secret)
    said = one_line(redactor.redact(f"{type(problem).__name__}: {problem}"))
    try:
        path = _write(problem, environ, redactor)
    except OSError as error:
        return f"this should not have happened: {said} (and no report could be written: {error.strerror})"
    return f"this should not have happened: {said}; the report is in {path}"


def _write(problem: BaseException, environ: Mapping[str, str], redactor: Redactor) -> Path:
    from restant_tui.paths import Paths

    lines = [
        f"restant-tui {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"verb: {next((word for word in sys.argv[1:] if not word.startswith('-')), 'console')}",
        # No values of variables: `format_exception` without `capture_locals` shows code lines only.
        *traceback.format_exception(problem),
    ]
    text = clean(redactor.redact("\n".join(lines)))
    folder = Paths.from_environ(environ, Path.home()).state / "crashes"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="crash-", suffix=".txt", dir=folder)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return Path(name)


def _secrets(environ: Mapping[str, str]) -> list[str]:
    words = ("PASSWORD", "PASSPHRASE", "SECRET", "TOKEN", "KEY", "DSN")
    return [value for name, value in environ.items() if any(word in name.upper() for word in words)]
