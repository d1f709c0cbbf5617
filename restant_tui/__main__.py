"""Start the program: `python -m restant_tui`, and the `restant-tui` script."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and return the process's exit status."""
    from restant_tui.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
