"""A stand-in for rsync that copies between the work folder and the disk of the practice host."""

from __future__ import annotations

import sys

from restant_tui.practice.host import PracticeHost
from restant_tui.practice.shell.disk import place
from tests.runbooks.stage import Stage

_PROGRAM = """#!{python}
import re, shutil, sys
from pathlib import Path

source, destination = sys.argv[-2:]

def place(name):
    found = re.fullmatch(r"[^@]+@127[.]0[.]0[.]1:(/.*)", name)
    return Path("{disk}" + found[1]) if found else Path(name)

one, other = place(source), place(destination)
if not one.exists():
    sys.exit(f"rsync: [sender] change_dir {{source}} failed: No such file or directory (2)")
count = 0
for path in sorted(one.rglob("*")):
    target = other / path.relative_to(one)
    if path.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    elif not target.exists() or target.read_bytes() != path.read_bytes():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
        count += 1
print("Number of files: 13")
print(f"Number of regular files transferred: {{count}}")
"""


def put_rsync_on_the_path(stage: Stage, host: PracticeHost | None = None) -> None:
    """Copy for real: rsync itself need not be installed here."""
    host = host or stage.host
    place(host.world, "/tmp", "root")  # the practice disk is filled when it is first asked for
    folder = stage.folder / ".bin"
    folder.mkdir(exist_ok=True)
    program = folder / "rsync"
    program.write_text(_PROGRAM.format(python=sys.executable, disk=host.folder / "disk"))
    program.chmod(0o700)
