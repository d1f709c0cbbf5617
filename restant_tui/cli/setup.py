"""Write a configuration to begin with: commented, and private to you.

An existing file is never overwritten; `--force` puts it aside under another name first.
"""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from restant_tui.cli.options import Options


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("--force", action="store_true", help="put an existing file aside and write a new one")


def main(parsed: argparse.Namespace) -> int:
    """Write the file and say what to do next.

    Raises:
        UsageProblem: there is a file already, or it was asked for with `--practice`.
        ConfigProblem: it cannot be written.
    """
    from restant_tui.cli.opening import paths
    from restant_tui.errors import UsageProblem

    options = Options.of(parsed)
    if options.practice:
        raise UsageProblem("the practice host brings its own configuration: leave out --practice to write a real one")
    file = options.config or paths().config_file
    aside = write(file, datetime.now(UTC), force=parsed.force)
    if aside is not None:
        print(f"put aside   {aside}")
    named = f" --config {options.config}" if options.config else ""
    print(f"written     {file}")
    print("\nNothing was connected to. Next:")
    print("  1. read it; lines marked CHECK are guesses")
    print("  2. restant-tui secret set slack   (and mail.password, statuspage), or refer to env:NAME instead")
    print(f"  3. restant-tui{named} doctor   tries every host, login, tool and secret")
    return 0


def write(file: Path, now: datetime, *, force: bool) -> Path | None:
    """Write the standard configuration with mode 0600, and return where a file that was there is now.

    Args:
        file: the file; its folder is created with mode 0700 where it is missing.
        now: aware; names what is put aside.
        force: whether to put aside what is there.

    Raises:
        UsageProblem: there is something already, and it was not to be put aside.
        ConfigProblem: it cannot be written.
    """
    from restant_tui.config.standard import STANDARD
    from restant_tui.errors import ConfigProblem, UsageProblem

    aside = None
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if force and (file.exists() or file.is_symlink()):
            aside = _put_aside(file, now)
        # Exclusive: what another process writes at the same moment is not overwritten either.
        number = os.open(str(file), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            stream.write(STANDARD)
    except OSError as problem:
        if isinstance(problem, FileExistsError) and problem.filename == str(file):
            raise UsageProblem(
                f"there is a configuration at {file} already, and it was left as it is: --force puts it aside first"
            ) from None
        raise ConfigProblem(
            f"the configuration {file} cannot be written: {problem.strerror or problem}; name another with --config"
        ) from problem
    return aside


def _put_aside(file: Path, now: datetime) -> Path:
    """Move the file to a name that is free; a link is moved, not what it points at."""
    stem = f"{file.name}.{now:%Y%m%d-%H%M%S}"
    names = (file.with_name(f"{stem}{ending}.bak") for ending in ("", *(f".{n}" for n in range(1, 100))))
    for aside in names:
        try:
            os.link(file, aside, follow_symlinks=False)
        except FileExistsError:
            continue
        file.unlink()
        return aside
    raise OSError(f"there are too many backups of {file}")
