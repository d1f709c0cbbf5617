"""The pipeline's runs: what a code forge remembers of each push, in the shape of GitHub Actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from restant_tui.practice.records import Commit

STEPS = ("Check out", "Install", "Run tests", "Deploy")
BASE = "https://github.example.com/restant/app"


@dataclass(slots=True, eq=False)
class Run:
    """One run of the workflow for one commit."""

    id: int
    number: int
    branch: str
    commit: Commit
    created_at: datetime
    status: str = "queued"
    conclusion: str | None = None
    updated_at: datetime | None = None
    attempt: int = 1
    done: int = 0
    """How many steps have ended."""
    log: list[str] = field(default_factory=list)

    def finish(self, conclusion: str, at: datetime) -> None:
        """End the run."""
        self.status, self.conclusion, self.updated_at = "completed", conclusion, at

    def as_json(self) -> dict[str, object]:
        """Return the run as the list of runs shows it."""
        return {
            "id": self.id,
            "name": "Deploy",
            "display_title": self.commit.subject,
            "head_branch": self.branch,
            "head_sha": self.commit.sha,
            "path": ".github/workflows/deploy.yml",
            "run_number": self.number,
            "run_attempt": self.attempt,
            "event": "push",
            "status": self.status,
            "conclusion": self.conclusion,
            "html_url": f"{BASE}/actions/runs/{self.id}",
            "created_at": _stamp(self.created_at),
            "run_started_at": _stamp(self.created_at),
            "updated_at": _stamp(self.updated_at or self.created_at),
            "actor": {"login": self.commit.author.lower().replace(" ", "-")},
        }

    def jobs(self) -> list[dict[str, object]]:
        """Return the one job of the run with its steps; a run that waits has none of them yet."""
        steps: list[dict[str, object]] = []
        if self.status != "queued":
            for number, name in enumerate(STEPS, 1):
                ended = number <= self.done
                failed = self.conclusion == "failure" and number == self.done
                state = "completed" if ended else "in_progress" if number == self.done + 1 else "queued"
                outcome = ("failure" if failed else "success") if ended else None
                steps.append({"number": number, "name": name, "status": state, "conclusion": outcome})
        return [
            {
                "id": self.id * 10,
                "run_id": self.id,
                "name": "deploy",
                "status": self.status,
                "conclusion": self.conclusion,
                "started_at": _stamp(self.created_at),
                "completed_at": _stamp(self.updated_at) if self.conclusion and self.updated_at else None,
                "html_url": f"{BASE}/actions/runs/{self.id}/job/{self.id * 10}",
                "steps": steps,
            }
        ]


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
