"""`git-upload-pack` and `git-receive-pack`: clone, fetch and push with the real git, over the forced command."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from restant_tui.practice import pushes, repositories
from restant_tui.practice.commands.app_life import create_app
from restant_tui.practice.io import Io
from restant_tui.practice.pipes import run_program
from restant_tui.practice.receive_pack import receive
from restant_tui.practice.registry import Refused, command, named_app
from restant_tui.practice.world import World


def _name(args: Sequence[str]) -> str:
    """Return the app a git client means: `'restant-main'`, `'/restant-main'`, `'/home/dokku/restant-main'`."""
    text = args[0].strip("'\"") if args else ""
    return text.removeprefix("/home/dokku").strip("/").removesuffix(".git")


def _check(world: World) -> None:
    if world.folder is None or shutil.which("git") is None:
        raise Refused("git is not available on the practice host: there is no git on this machine", 128, raw=True)


@command("git-upload-pack", "git-upload-archive", seconds=0.3)
async def upload_pack(world: World, args: Sequence[str], io: Io) -> int:
    """Serve a clone or a fetch."""
    _check(world)
    path = repositories.write(world, named_app(world, _name(args)))
    return await run_program(["git", "upload-pack", "--strict", str(path)], io)


@command("git-receive-pack", seconds=0.3)
async def receive_pack(world: World, args: Sequence[str], io: Io) -> int:
    """Serve a push: it deploys, and it is refused if that fails. An app that is not there is created."""
    _check(world)
    name = _name(args)
    quiet = Io(lambda data, to_err: io.raw(data, to_err=True))
    app = world.apps.get(name) or await create_app(world, name, quiet)
    path = repositories.write(world, app)

    async def update(ref: str, old: str, new: str, talk: Io) -> str:
        return await pushes.push(world, app, ref, new, talk)

    return await receive(path, io, update)
