"""What the tests of a runbook say: one file a runbook, one case a way through it.

`answers/ID.yaml` maps a case's name to the case. `ok` is the good way; every other case takes a failing branch to its
right end. In `params`, `answers`, `seen` and `said`, `{folder}` stands for the folder the run works in.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import yaml

from restant_tui.engine.state import Move, RunStatus, StepStatus
from tests.support.practicehost import SPEED

FOLDER = Path(__file__).parent / "answers"
GOOD = "ok"


class Reply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the person says at one question."""

    move: Move = Move.PROCEED
    by: str = ""
    """Who says it, where that is not whoever runs it: an approval."""
    phrase: str = ""
    reason: str = ""
    target: str = ""
    """The case of a branch; `again` or `enough` for a loop."""
    values: dict[str, str] = {}


class Program(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stand-in for a program on this machine."""

    says: str = ""
    exit: int = 0


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way through a runbook."""

    ends: RunStatus
    calm: bool = True
    """Whether the release that is live at the opening is a good one."""
    faults: tuple[str, ...] = ()
    """What is wrong with the practice host (`practice.faults`)."""
    params: dict[str, str] = {}
    confirm: tuple[str, ...] = ()
    """As `--confirm`: names that are typed where they are asked for; with one, a single key is pressed too."""
    answers: dict[str, Reply | tuple[Reply, ...]] = {}
    """By step path. One reply is given whenever it is asked, at most three times; of a list each is given once."""
    seen: dict[str, str] = {}
    """By step path: what was observed, for every item of a checklist."""
    send: bool = True
    """Whether messages are sent when they are shown."""
    programs: dict[str, Program] = {}
    steps: dict[str, StepStatus] = {}
    """How these steps ended, by path."""
    says: str = ""
    """What the reason of the end says, among other things."""
    said: dict[str, str] = {}
    """What these steps' outputs say, among other things."""
    tells: tuple[str, ...] = ()
    """The templates of the messages that went out, in their order."""
    unchanged: bool | None = None
    """Whether the practice host is as it was before; if not given: where nothing but reads were done."""
    speed: float = SPEED
    """World seconds a second; more where a runbook watches for minutes."""
    leap: float = 180.0
    """Seconds of the longest wait that is over soon."""


def ids() -> tuple[str, ...]:
    """Return the runbooks that have a file of cases."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def cases(runbook: str) -> dict[str, Case]:
    """Return the cases of a runbook by name."""
    data = yaml.safe_load((FOLDER / f"{runbook}.yaml").read_text(encoding="utf-8"))
    return msgspec.convert(_typed(data), dict[str, Case])


def filled(case: Case, folder: Path) -> Case:
    """Return the case with the folder's name where it belongs."""

    def fill(value: Any) -> Any:
        match value:
            case str():
                return value.replace("{folder}", str(folder))
            case dict():
                return {key: fill(inner) for key, inner in value.items()}
            case list() | tuple():
                return [fill(inner) for inner in value]
            case _:
                return value

    return msgspec.convert(fill(msgspec.to_builtins(case)), Case)


def _typed(data: Any) -> Any:
    """Return the file's data with what a person would type as text: numbers and words like yes."""
    for case in data.values():
        case["params"] = _texts(case.get("params", {}))
        for replies in case.get("answers", {}).values():
            for reply in replies if isinstance(replies, list) else [replies]:
                if "values" in reply:
                    reply["values"] = _texts(reply["values"])
    return data


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}
