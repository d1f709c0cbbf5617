"""Show one runbook as a document."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Final

_ESCAPED: Final = re.compile(r"\\([\\`*_\[\]<>#|])")
_HEADING: Final = re.compile(r"^#+ ")
_GAPS: Final = re.compile(r"\n{3,}")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("id", metavar="ID", help="the runbook")
    parser.add_argument("--markdown", action="store_true", help="as Markdown that a wiki takes, with marks escaped")
    parser.add_argument("--source", action="store_true", help="the YAML file as it is")


def main(parsed: argparse.Namespace) -> int:
    """Print the document."""
    from restant_tui.cli.runbooks import catalogue
    from restant_tui.runbook.document import markdown

    loaded = catalogue().get(parsed.id)
    if parsed.source:
        sys.stdout.write(loaded.source)
        return 0
    document = markdown(loaded)
    sys.stdout.write(document if parsed.markdown else _readable(document))
    return 0


def _readable(document: str) -> str:
    """Return Markdown as plain text: commands set in, without the marks that are there for a wiki."""
    lines: list[str] = []
    in_block = False
    for line in document.splitlines():
        if line.startswith("```"):
            in_block = not in_block
        elif in_block:
            lines.append(f"    {line}")
        elif line != "---":
            lines.append(_ESCAPED.sub(r"\1", _HEADING.sub("", line).replace("**", "")))
    return _GAPS.sub("\n\n", "\n".join(lines)).rstrip() + "\n"
