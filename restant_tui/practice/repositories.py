"""The apps' bare repositories as real ones on the practice disk, so that the real git can clone and push."""

from __future__ import annotations

from pathlib import Path

from restant_tui.practice.repository_files import objects_of
from restant_tui.practice.world import App, World

_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"


def place(world: World, app: App) -> Path:
    """Return where the repository of an app lies on this machine.

    Raises:
        RuntimeError: the world has no folder.
    """
    if world.folder is None:
        raise RuntimeError("a practice host without a folder has no repositories")
    return world.folder / "disk" / app.directory[1:]


def write(world: World, app: App) -> Path:
    """Bring the repository of an app up to what the world says, and return where it lies."""
    path = place(world, app)
    make_bare(path, app.head_branch)
    objects_of(world, app).write(path)
    set_ref(path, app.branch, app.ref)
    return path


def make_bare(path: Path, head: str) -> None:
    """Make an empty bare repository, unless there is one."""
    for name in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
        (path / name).mkdir(parents=True, exist_ok=True)
    if not (path / "HEAD").exists():
        (path / "HEAD").write_text(f"ref: refs/heads/{head}\n", encoding="utf-8")
        (path / "config").write_text(_CONFIG, encoding="utf-8")


def set_ref(path: Path, branch: str, sha: str) -> None:
    """Point a branch at a commit; at nothing where the sha is empty."""
    ref = path / "refs" / "heads" / branch
    if sha:
        ref.parent.mkdir(parents=True, exist_ok=True)
        ref.write_text(f"{sha}\n", encoding="utf-8")
    else:
        ref.unlink(missing_ok=True)


def prepare(world: World) -> None:
    """Write the repositories of all apps."""
    for app in world.apps.values():
        write(world, app)
