"""Every runbook there is: those that come with the program, and the user's own, which win by id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import resources
from pathlib import Path

from restant_tui.config.model import Danger
from restant_tui.errors import RunbookProblem, UsageProblem
from restant_tui.runbook.danger import danger_of
from restant_tui.runbook.loader import LoadedRunbook, Reading, read
from restant_tui.runbook.model import Runbook
from restant_tui.runbook.problems import Problem, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the catalogue. `danger` is None for a file that cannot be read as a runbook."""

    id: str
    path: Path
    title: str
    category: str
    danger: Danger | None
    estimate: str
    when_to_use: str
    triggers: tuple[str, ...] = ()
    piece: bool = False
    """Only of use inside another runbook."""
    problems: tuple[Problem, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether it cannot be run."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


class Catalogue:
    """The runbooks in some folders; in a later folder the same id wins."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """Take the folders, in rising order of weight; those that do not exist count as empty."""
        self._folders = tuple(folders)
        self._readings: dict[str, tuple[Path, Reading]] | None = None

    def ids(self) -> tuple[str, ...]:
        """Return every id, sorted; that of a broken file is its name without `.yaml`."""
        return tuple(sorted(self._all()))

    def get(self, id: str) -> LoadedRunbook:  # noqa: A002 - it is what the format calls it
        """Return a runbook that can be run.

        Raises:
            UsageProblem: there is none of that id; names the nearest.
            RunbookProblem: it breaks a rule of the format; names the first.
        """
        found = self._all().get(id)
        if found is None:
            close = get_close_matches(id, self.ids(), n=1)
            way_out = f"did you mean `{close[0]}`?" if close else "`restant-tui runbooks` lists those there are"
            raise UsageProblem(f"there is no runbook `{id}`; {way_out}")
        path, reading = found
        errors = [problem for problem in self._problems(id) if problem.severity is Severity.ERROR]
        if reading.loaded is None or errors:
            first = errors[0] if errors else f"{path}: it cannot be read"
            raise RunbookProblem(f"{first} (`restant-tui lint {path}` lists everything)")
        return reading.loaded

    def look(self, id: str) -> Runbook | None:  # noqa: A002 - it is what the format calls it
        """Return a runbook for looking at, not for running: None where there is none that can be read."""
        _, reading = self._all().get(id, (None, None))
        return reading.loaded.runbook if reading and reading.loaded else None

    def entries(self, *, thorough: bool = False) -> tuple[Entry, ...]:
        """Return one entry a runbook, by category and title.

        Args:
            thorough: also check the rules between fields, which is what `get` does; slower, as it needs Jinja2.
        """
        made = [self._entry(key, path, reading, thorough) for key, (path, reading) in self._all().items()]
        return tuple(sorted(made, key=lambda entry: (entry.category, entry.title)))

    def _entry(self, key: str, path: Path, reading: Reading, thorough: bool) -> Entry:
        problems = self._problems(key) if thorough else reading.problems
        if reading.loaded is None:
            first = str(reading.problems[0]) if reading.problems else "it cannot be read"
            return Entry(
                id=key, path=path, title=path.name, category=path.parent.name, danger=None, estimate="",
                when_to_use=first, problems=problems,
            )  # fmt: skip
        runbook = reading.loaded.runbook
        return Entry(
            id=key, path=path, title=runbook.title, category=runbook.category.value,
            danger=danger_of(runbook, self.look), estimate=runbook.estimate.typical, when_to_use=runbook.when_to_use,
            triggers=runbook.triggers, piece=runbook.piece, problems=problems,
        )  # fmt: skip

    def _problems(self, key: str) -> tuple[Problem, ...]:
        from restant_tui.runbook.lint import lint

        path, reading = self._all()[key]
        if reading.source.data is None:
            return reading.problems
        return tuple(lint(reading.source.text, str(path), self.ids()))

    def _all(self) -> dict[str, tuple[Path, Reading]]:
        if self._readings is None:
            self._readings = {}
            for folder in self._folders:
                for path in sorted(folder.rglob("*.yaml")) if folder.is_dir() else ():
                    reading = read(path)
                    key = reading.loaded.runbook.id if reading.loaded else path.stem
                    self._readings[key] = (path, reading)
        return self._readings


def shipped() -> Path:
    """Return the folder of the runbooks that come with the program: in the wheel, or beside the package in a clone."""
    package = Path(str(resources.files("restant_tui")))
    installed = package / "_runbooks"
    return installed if installed.is_dir() else package.parent / "runbooks"
