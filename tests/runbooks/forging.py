"""A clone of the practice forge: real git, from a push over the pipeline to the deploy."""

from __future__ import annotations

from pathlib import Path

from restant_tui.config.model import Host
from tests.runbooks.stage import Stage


async def open_clone(stage: Stage) -> Path:
    """Clone the forge into `app`, and let the runbook ask the forge for its runs; return the clone."""
    stage.params["repository"] = str(stage.folder / "app")
    return await stage.host.working_copy(stage.folder / "app")


def ask_the_forge(stage: Stage) -> None:
    """Give the runbook the address of the forge's list of runs, rather than a person who looks."""
    stage.params["pipeline"] = f"http://127.0.0.1:{stage.host.ports['desk']}/repos/restant/app/actions/runs"


def commit(stage: Stage, path: str, text: str, subject: str) -> str:
    """Commit a file in the clone and return the sha."""
    clone = stage.folder / "app"
    (clone / path).parent.mkdir(parents=True, exist_ok=True)
    (clone / path).write_text(text)
    stage.git("-C", str(clone), "add", path)
    stage.git("-C", str(clone), "commit", "--quiet", f"--message={subject}")
    return stage.git("-C", str(clone), "rev-parse", "HEAD")


def in_forge(stage: Stage, *arguments: str) -> str:
    """Return what git says about the forge's own repository."""
    return stage.git("--git-dir", str(stage.host.forge.place), *arguments)


def let_git_in(stage: Stage, there: Host) -> None:
    """Let git reach another host than the one of the clone, as the dokku identity."""
    assert there.dokku is not None
    stage.environ["GIT_SSH_COMMAND"] = (
        f"ssh -F /dev/null -i {there.dokku.key} -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes "
        f"-o UserKnownHostsFile={there.known_hosts}"
    )
