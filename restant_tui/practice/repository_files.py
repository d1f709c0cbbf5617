"""The objects of the apps' repositories, made without git: what every commit of the world has in it, and its sha.

The dates inside the objects are counted from a fixed day, so that the same seed makes the same shas on any day.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from restant_tui.practice.health import known_migrations
from restant_tui.practice.records import Commit
from restant_tui.practice.world import App, World

_EPOCH = 1_793_000_000
"""Unix time of the first commit of every repository."""
_STEP = 40_000


@dataclass(slots=True)
class Objects:
    """Objects by sha, as git stores them before compression."""

    found: dict[str, bytes] = field(default_factory=dict)

    def add(self, kind: str, body: bytes) -> str:
        """Keep an object and return its sha."""
        whole = f"{kind} {len(body)}\0".encode() + body
        sha = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        self.found[sha] = whole
        return sha

    def write(self, repository: Path) -> None:
        """Write the objects that are not there yet into a bare repository."""
        for sha, whole in self.found.items():
            path = repository / "objects" / sha[:2] / sha[2:]
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(zlib.compress(whole))


def plan_commit(world: World, app: App, commit: Commit) -> str:
    """Return the sha a commit on top of the app's newest one gets."""
    return _commit(
        Objects(), world.seed, app.name, commit, len(app.commits), app.commits[-1].sha if app.commits else ""
    )


def plan_past(seed: int, app: str, commits: list[Commit]) -> list[str]:
    """Return the shas of a line of commits, oldest first."""
    shas: list[str] = []
    for number, commit in enumerate(commits):
        shas.append(_commit(Objects(), seed, app, commit, number, shas[-1] if shas else ""))
    return shas


def objects_of(world: World, app: App) -> Objects:
    """Return every object of the commits this world made itself; those that were pushed are in the repository."""
    objects = Objects()
    parent = ""
    for number, commit in enumerate(app.commits):
        own = Objects()
        if _commit(own, world.seed, app.name, commit, number, parent) == commit.sha:
            objects.found |= own.found
        parent = commit.sha
    return objects


def _commit(objects: Objects, seed: int, app: str, commit: Commit, number: int, parent: str) -> str:
    tree = _tree(objects, app, seed, commit)
    at = _EPOCH + _STEP * number
    mail = commit.author.lower().replace(" ", ".") + "@restant.example.com"
    who = f"{commit.author} <{mail}> {at} +0000"
    lines = [f"tree {tree}", *([f"parent {parent}"] if parent else []), f"author {who}", f"committer {who}", ""]
    return objects.add("commit", "\n".join([*lines, commit.subject, ""]).encode())


def _tree(objects: Objects, app: str, seed: int, commit: Commit) -> str:
    def folder(entries: dict[str, tuple[str, str]]) -> str:
        body = b"".join(
            f"{mode} {name}\0".encode() + bytes.fromhex(sha) for name, (mode, sha) in sorted(entries.items())
        )
        return objects.add("tree", body)

    def file(text: str) -> tuple[str, str]:
        return "100644", objects.add("blob", text.encode())

    migrations = folder({f"{name}.php": file(f"<?php // {name}\n") for name in known_migrations(commit)})
    return folder(
        {
            "Dockerfile": file("FROM php:8.3-fpm\nCOPY . /app\n"),
            "README.md": file(f"# {app}\n\nThe practice app, world {seed}.\n"),
            "CHANGES": file(f"{commit.subject}\n"),
            "composer.json": file('{"name":"restant/app","require":{"laravel/framework":"^11.31"}}\n'),
            "database": ("40000", folder({"migrations": ("40000", migrations)})),
        }
    )
