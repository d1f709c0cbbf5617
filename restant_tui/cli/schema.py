"""Print the JSON Schema of a runbook or of the configuration, for editors."""

from __future__ import annotations

import argparse
import sys


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("of", choices=("runbook", "config"), help="which file it describes")


def main(parsed: argparse.Namespace) -> int:
    """Print the schema."""
    if parsed.of == "config":
        from restant_tui.config.schema import schema_text
    else:
        from restant_tui.runbook.schema import schema_text
    sys.stdout.write(schema_text())
    return 0
