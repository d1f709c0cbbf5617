"""Host keys trusted until the program ends, for the system's `ssh`, which knows nothing of what we remember."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_SYSTEM = "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"


@contextmanager
def ssh_options(trusted: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Give the options with which `ssh` trusts these lines of a known_hosts file too; they hold until the end.

    They stand beside the system's own files, so that the person's known_hosts count as ever.
    """
    if not trusted:
        yield ()
        return
    with TemporaryDirectory(prefix="restant-tui-keys-") as folder:
        file = Path(folder) / "known_hosts"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as lines:
            lines.writelines(f"{line}\n" for line in trusted)
        yield "-o", f"GlobalKnownHostsFile={file} {_SYSTEM}"
