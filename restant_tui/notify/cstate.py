"""cState: a status page that is built from files in a git work tree.

An incident is one file. Its head names every message that is in it, so that sending one twice changes nothing; that
is why a push whose end is not known may simply be made again.
Source: the cState documentation, "Creating issues"; Hugo's front matter.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from restant_tui.config.people import Cstate
from restant_tui.notify.delivery import Delivery, failed, later, sent
from restant_tui.notify.message import Envelope, PublicNote, Severity, Stage
from restant_tui.notify.statuspage import not_public
from restant_tui.text import decode, one_line
from restant_tui.transport.outcome import Runner

_ISSUES: Final = Path("content", "issues")
_SEVERITY: Final = {Severity.CRITICAL: "down", Severity.WARNING: "disrupted", Severity.INFO: "notice"}
_OURS: Final = "restant"
_FENCE: Final = "---\n"


@dataclass(frozen=True, slots=True)
class Site:
    """How a work tree is reached."""

    home: Path
    """For a folder that begins with `~/`."""
    git: Callable[[Path], Runner]
    """Gives what runs programs in that folder; its environment must keep git from asking anything."""
    timeout: float = 20.0
    """Real seconds for each git command."""


async def send(envelope: Envelope, channel: Cstate, secret: str, client: Site) -> Delivery:
    """Write the incident's file, commit it and (if the channel wants it) push. There is no secret to it."""
    note = envelope.message.public
    if note is None:
        return failed(not_public(envelope))
    folder = client.home / channel.folder[2:] if channel.folder.startswith("~/") else Path(channel.folder)
    try:
        name = await asyncio.to_thread(_write, folder / _ISSUES, envelope, note, channel)
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else problem
        return failed(f"the incident could not be written in {folder}: {one_line(str(why or problem), 120)}")
    git = client.git(folder)
    path = str(_ISSUES / name)
    said = await _git(git, client, "add", "--", path)
    if not said and await _git(git, client, "diff", "--cached", "--quiet", "--", path):
        said = await _git(git, client, "commit", "--quiet", "-m", f"{note.name} ({note.stage})", "--", path)
    if said:
        return failed(f"{path} is written but not committed: {said}")
    if channel.push and (said := await _git(git, client, "push", "--quiet")):
        return later(f"{path} is committed but not pushed, so the page does not show it: {said}")
    return sent(name, path if channel.push else f"{path}, not pushed")


def preview(envelope: Envelope, channel: Cstate) -> str:
    """Return what customers will read."""
    note = envelope.message.public
    if note is None:
        return not_public(envelope)
    affected = f"\nAffected: {', '.join(channel.affected)}" if channel.affected else ""
    return f"Incident: {note.name}\nStatus: {note.stage}{affected}\n\n{note.text}"


async def _git(git: Runner, client: Site, *arguments: str) -> str:
    """Run git; return nothing if it did well, else what it says."""
    outcome = await git.run(("git", *arguments), timeout=client.timeout)
    if outcome.succeeded:
        return ""
    return one_line(decode(outcome.stderr or outcome.stdout) or outcome.reason, 160) or "git gives no reason"


def _write(issues: Path, envelope: Envelope, note: PublicNote, channel: Cstate) -> str:
    if not issues.is_dir():
        raise ValueError(f"there is no folder {_ISSUES} in it; check the channel's `folder`")
    name = _file_name(envelope, note, issues)
    file = issues / name
    head, text = _read(file) if file.exists() else (_new_head(envelope, note, channel), "")
    keys = [str(key) for key in head.get(_OURS) or ()]
    if envelope.key in keys:
        return name
    head[_OURS] = [*keys, envelope.key]
    head["resolved"] = note.stage is Stage.RESOLVED
    head.pop("resolvedWhen", None)
    if note.stage is Stage.RESOLVED:
        head["resolvedWhen"] = _stamp(envelope.at)
    entry = f'*{note.stage.value.capitalize()}* - {_harmless(note.text)} {{{{< track "{_stamp(envelope.at)}" >}}}}\n'
    beside = file.with_suffix(".new")
    beside.write_text(_FENCE + _yaml(head) + _FENCE + entry + (f"\n{text}" if text else ""), encoding="utf-8")
    beside.replace(file)
    return name


def _new_head(envelope: Envelope, note: PublicNote, channel: Cstate) -> dict[str, Any]:
    return {
        "title": note.name,
        "date": _stamp(envelope.at),
        "resolved": False,
        "severity": _SEVERITY[envelope.message.severity],
        "affected": list(channel.affected),
        "section": "issue",
    }


def _read(file: Path) -> tuple[dict[str, Any], str]:
    import yaml

    _, found, rest = file.read_text(encoding="utf-8").partition(_FENCE)
    head, ended, text = rest.partition(f"\n{_FENCE}")
    try:
        made = yaml.safe_load(head)
    except yaml.YAMLError as problem:
        raise ValueError("the front matter of the incident is not YAML") from problem
    if not (found and ended and isinstance(made, dict)):
        raise ValueError("the incident's file has no front matter")
    return made, text.lstrip("\n")


def _yaml(head: dict[str, Any]) -> str:
    import yaml

    return str(yaml.safe_dump(head, sort_keys=False, allow_unicode=True))


def _harmless(text: str) -> str:
    """Take Hugo's shortcodes and HTML out of the text: it may quote what a host printed."""
    return text.replace("{{", "{ {").replace("<", "&lt;").strip()


def _file_name(envelope: Envelope, note: PublicNote, issues: Path) -> str:
    if envelope.first:
        return Path(envelope.first).name
    # A digest of the key, so that two incidents of one day and one name stay two.
    ending = sha256(envelope.key.encode()).hexdigest()[:8]
    # A second try may be made on the next day, and must find its own file.
    if same := next(issues.glob(f"*-{ending}.md"), None):
        return same.name
    slug = re.sub(r"[^a-z0-9]+", "-", note.name.casefold()).strip("-")[:60] or "incident"
    return f"{envelope.at.astimezone(UTC):%Y-%m-%d}-{slug}-{ending}.md"


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
