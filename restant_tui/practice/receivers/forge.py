"""The code forge: a repository that people push to, and a pipeline that deploys what arrives on its branches."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from restant_tui.practice import pushes, repositories
from restant_tui.practice.http import Request, Response, as_json
from restant_tui.practice.io import Io
from restant_tui.practice.pipes import run_program
from restant_tui.practice.receive_pack import ZERO, receive
from restant_tui.practice.receivers.received import Message
from restant_tui.practice.receivers.runs import STEPS, Run
from restant_tui.practice.records import Commit
from restant_tui.practice.repository_files import objects_of
from restant_tui.practice.world import App, World

APPS = {"main": "restant-main", "staging": "restant-staging"}
"""Which app each branch deploys to."""


class Forge:
    """The forge of one world; it works only where the world has a folder and this machine has git."""

    def __init__(self, world: World) -> None:
        """Remember the runs of the past."""
        self._world = world
        self.runs: list[Run] = []
        """Oldest first."""
        self.enabled = True
        """Whether the workflow runs on a push; switching it off is one way to freeze deploys."""
        self._tasks: set[asyncio.Task[None]] = set()
        app = world.apps.get(APPS["main"])
        for build in app.builds if app is not None else ():
            before = [commit for commit in app.commits if commit.at <= build.started_at] if app is not None else []
            run = self._new_run("main", before[-1])
            run.created_at = build.started_at - timedelta(seconds=50)
            run.done = len(STEPS)
            run.finish("success" if build.exit_code == 0 else "failure", build.finished_at or build.started_at)

    @property
    def place(self) -> Path:
        """Where its bare repository lies."""
        assert self._world.folder is not None, "only a host with a folder has a forge"
        return self._world.folder / "forge" / "restant.git"

    def prepare(self) -> Path:
        """Bring the repository up to the commits the world made, and return where it lies."""
        app = self._world.apps.get(APPS["main"])
        fresh = not self.place.exists()
        repositories.make_bare(self.place, "main")
        if app is None:
            return self.place
        objects = objects_of(self._world, app)
        objects.write(self.place)
        newest = app.commits[-1].sha
        if fresh:
            repositories.set_ref(self.place, "staging", newest)
        before = "" if fresh else (self.place / "refs" / "heads" / "main").read_text("utf-8").strip()
        if fresh or (newest in objects.found and [c.sha for c in app.commits[-2:-1]] == [before]):
            repositories.set_ref(self.place, "main", newest)
        return self.place

    async def serve(self, line: str, io: Io) -> int:
        """Run the forced command of the forge's user: git, and nothing else."""
        program = line.partition(" ")[0]
        if program == "git-upload-pack":
            return await run_program(["git", "upload-pack", "--strict", str(self.prepare())], io)
        if program == "git-receive-pack":
            return await receive(self.prepare(), io, self._update)
        io.err("Hi there! You've successfully authenticated, but the forge does not provide shell access.")
        return 1

    async def _update(self, ref: str, old: str, new: str, talk: Io) -> str:
        branch = ref.removeprefix("refs/heads/")
        repositories.set_ref(self.place, branch, "" if new == ZERO else new)
        now = self._world.clock.now()
        self._world.received.messages.append(Message("forge", branch, f"push {branch} {new[:7]}", now, f"{old} {new}"))
        if new != ZERO and branch in APPS and self.enabled:
            await self._start(branch, new)
        return ""

    async def _start(self, branch: str, sha: str) -> None:
        app = self._world.apps.get(APPS[branch])
        if app is None:
            return
        path = repositories.write(self._world, app)
        await pushes.git(path, "fetch", "-q", str(self.place), branch)
        commit = await pushes.learn(app, path, sha)
        if commit is not None:
            self._go(self._new_run(branch, commit), app)

    def _new_run(self, branch: str, commit: Commit) -> Run:
        number = len(self.runs) + 1
        run = Run(7_100_000_000 + number, number, branch, commit, self._world.clock.now())
        self.runs.append(run)
        return run

    def _go(self, run: Run, app: App) -> None:
        task = asyncio.create_task(self._run(run, app), name=f"practice pipeline {run.number}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, run: Run, app: App) -> None:
        clock = self._world.clock
        await clock.sleep(4)
        run.status, run.updated_at = "in_progress", clock.now()
        for seconds in (3, 12, 20):
            await clock.sleep(seconds)
            run.done += 1
        io = Io(lambda data, to_err: run.log.append(data.decode("utf-8", "replace").rstrip()))
        if run.conclusion == "cancelled":
            return
        problem = await pushes.push(self._world, app, f"refs/heads/{app.branch}", run.commit.sha, io)
        run.done += 1
        run.finish("failure" if problem else "success", clock.now())

    async def stop(self) -> None:
        """End the runs that are under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def answer(self, request: Request) -> Response:
        """Answer one request below `/repos/OWNER/NAME`."""
        parts = request.path.strip("/").split("/")[3:]
        if parts[:1] != ["actions"]:
            return _missing()
        match request.method, parts[1:]:
            case "GET", ["runs"]:
                return self._list(request)
            case "GET", ["jobs", key, "logs"] if run := self._find(key[:-1]):
                return Response(200, "\n".join(run.log).encode(), "text/plain")
            case _, ["runs", key, *rest] if run := self._find(key):
                return self._act(run, rest[0]) if request.method == "POST" and rest else _told(run, rest)
            case method, ["workflows", _, *rest]:
                if method == "PUT":
                    self.enabled = rest == ["enable"]
                return as_json({"name": "Deploy", "state": "active" if self.enabled else "disabled_manually"})
        return _missing()

    def _list(self, request: Request) -> Response:
        wanted = {"branch": "head_branch", "head_sha": "head_sha", "status": "status", "event": "event"}
        runs = [run.as_json() for run in reversed(self.runs)]
        for name, key in wanted.items():
            if value := request.query.get(name):
                runs = [run for run in runs if run[key] == value or (name == "status" and run["conclusion"] == value)]
        number = request.query.get("per_page", "30")
        shown = runs[: int(number)] if number.isdigit() else runs
        return as_json({"total_count": len(runs), "workflow_runs": shown})

    def _find(self, key: str) -> Run | None:
        return next((run for run in self.runs if str(run.id) == key), None)

    def _act(self, run: Run, verb: str) -> Response:
        app = self._world.apps.get(APPS.get(run.branch, ""))
        if verb == "cancel":
            if run.status == "completed":
                return as_json({"message": "Cannot cancel a workflow run that is completed."}, 409)
            run.finish("cancelled", self._world.clock.now())
            return as_json({}, 202)
        if verb in ("rerun", "rerun-failed-jobs") and app is not None:
            again = replace(run, status="queued", conclusion=None, done=0, attempt=run.attempt + 1, log=[])
            self.runs[self.runs.index(run)] = again
            self._go(again, app)
            return as_json({}, 201)
        return _missing()


def _told(run: Run, rest: list[str]) -> Response:
    if rest == ["jobs"]:
        return as_json({"total_count": 1, "jobs": run.jobs()})
    return as_json({"total_count": 0} if rest else run.as_json())


def _missing() -> Response:
    return as_json({"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}, 404)
