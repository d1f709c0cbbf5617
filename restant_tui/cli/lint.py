"""Check runbooks and name every problem as file:line:col: CODE message; exit 1 if there are errors."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from restant_tui.errors import UsageProblem


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders; all runbooks if none")
    parser.add_argument("--codes", action="store_true", help="print every code with its meaning and an example")
    parser.add_argument("--strict", action="store_true", help="exit 1 for warnings too")
    parser.add_argument("--json", action="store_true", help="print one JSON list")


def main(parsed: argparse.Namespace) -> int:
    """Print the problems and return 1 if there are errors, else 0."""
    if parsed.codes:
        return _codes(as_json=parsed.json)
    from restant_tui.cli import opening
    from restant_tui.runbook.catalogue import Catalogue, shipped
    from restant_tui.runbook.lint import lint_file
    from restant_tui.runbook.problems import Severity

    usual = [shipped(), opening.paths().runbooks]
    files = list(_files(parsed.paths or [folder for folder in usual if folder.is_dir()]))
    known = {*Catalogue([*usual, *(path for path in parsed.paths if path.is_dir())]).ids()}
    known |= {path.stem for path in files}
    today = datetime.now(UTC).date()
    problems = [problem for path in files for problem in lint_file(path, known, today=today)]
    if parsed.json:
        print(json.dumps([_plain(problem) for problem in problems], indent=2, ensure_ascii=False))
    else:
        for problem in problems:
            print(problem)
        count = len(problems)
        print(f"{len(files)} runbook{'s' * (len(files) != 1)}, {count or 'no'} problem{'s' * (count != 1)}")
    return int(any(parsed.strict or problem.severity is Severity.ERROR for problem in problems))


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.suffix in (".yaml", ".yml"))
        elif path.exists():
            yield path
        else:
            raise UsageProblem(f"there is no file or folder {path}")


def _plain(problem: object) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(problem)  # type: ignore[call-overload,no-any-return]  # a Problem, imported only where it is needed


def _codes(*, as_json: bool) -> int:
    from restant_tui.runbook.codes import CODES

    if as_json:
        plain = {
            code: {"meaning": info.meaning, "example": info.example, "severity": info.severity.value}
            for code, info in CODES.items()
        }
        print(json.dumps(plain, indent=2, ensure_ascii=False))
        return 0
    for code, info in CODES.items():
        print(f"{code}  {info.severity.value:<8} {info.meaning}\n                 such as: {info.example}")
    return 0
