"""The files of the practice host: a folder of this machine that the admin sees as the whole disk."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from restant_tui.practice import repositories
from restant_tui.practice.world import World

STORAGE = "/var/lib/dokku/data/storage"
HOME = "/home/admin"
_PRIVATE = ("/home/dokku", "/var/lib/dokku", "/root")


class NoEntryError(Exception):
    """There is no such file, or this user may not see it; the text is what programs say after the name."""


def place(world: World, path: str, user: str) -> Path:
    """Return where a path of the practice host lies on this machine; it need not exist.

    Args:
        world: whose disk.
        path: absolute, or from the admin's home folder; `..` cannot leave the disk.
        user: who asks; only root and dokku see what belongs to Dokku.

    Raises:
        NoEntryError: the user may not see it, or the host has no disk.
    """
    full = PurePosixPath(HOME) / path
    parts: list[str] = []
    for part in full.parts[1:]:
        if part == "..":
            parts[-1:] = []
        elif part != ".":
            parts.append(part)
    clean = "/" + "/".join(parts)
    if user not in ("root", "dokku") and clean.startswith(_PRIVATE) and not clean.startswith(STORAGE):
        raise NoEntryError("Permission denied")
    if world.folder is None:
        raise NoEntryError("No such file or directory")
    repositories.prepare(world)
    open_uploads(world)
    root = world.folder / "disk"
    (root / HOME[1:]).mkdir(parents=True, exist_ok=True)
    (root / "tmp").mkdir(exist_ok=True)
    real = root.joinpath(*parts)
    if not real.resolve().is_relative_to(root.resolve()):
        raise NoEntryError("Permission denied")
    return real


def existing(world: World, path: str, user: str) -> Path:
    """Return where a file or folder lies that must exist.

    Raises:
        NoEntryError: it does not, or as `place`.
    """
    real = place(world, path, user)
    if not real.exists():
        raise NoEntryError("No such file or directory")
    return real


def open_uploads(world: World) -> None:
    """Put a few uploads of production on the disk, as they are when the host opens."""
    if world.folder is None:
        return
    folder = world.folder / "disk" / STORAGE[1:] / "restant-main" / "receipts"
    if folder.exists():
        return
    folder.mkdir(parents=True)
    dice = world.dice("uploads")
    for number in range(1, 13):
        (folder / f"receipt-{number:04d}.txt").write_text(
            f"Receipt {number}\nTable {dice.randrange(1, 25)}\nTotal {dice.randrange(500, 9000) / 100:.2f}\n",
            encoding="utf-8",
        )
