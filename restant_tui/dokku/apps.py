"""What `apps:list` and `apps:report` answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.shapes import (
    flag,
    json_document,
    looks_like_json,
    needed,
    report,
    unix_moment,
    whole_lines,
)

_APP = re.compile(r"^[a-z0-9][a-z0-9._-]*$")
_SHA = re.compile(r"^[0-9a-f]{7,40}$")


@dataclass(frozen=True, slots=True)
class AppReport:
    """Where an app's live release came from. Both deploy fields are empty until a first success.

    They are written only after a deploy succeeded, so they name what is live.
    """

    created_at: datetime | None
    """None where Dokku is older than 0.26.2, which does not tell."""
    deploy_source: str
    """`git-push`, `git-sync`, `docker-image`, …"""
    deploy_source_metadata: str
    locked: bool

    @property
    def live_sha(self) -> str | None:
        """The live commit as Dokku knows it (7 to 40 digits), None when it came from an image or never was."""
        return None if self.deploy_source == "docker-image" else sha_in(self.deploy_source_metadata)

    @property
    def live_image(self) -> str:
        """The image that is live; empty when the app is built from commits."""
        return self.deploy_source_metadata if self.deploy_source == "docker-image" else ""


def sha_in(metadata: str) -> str | None:
    """Return the commit in a deploy source metadata: a bare commit, or the part after `#` of a remote."""
    candidate = metadata.rpartition("#")[2]
    return candidate if _SHA.fullmatch(candidate) else None


def is_app_name(text: str) -> bool:
    """Whether Dokku would take this as the name of an app."""
    return bool(_APP.fullmatch(text))


def parse_apps_list(text: str) -> tuple[str, ...]:
    """Return the names `apps:list` printed, in its order; raises ParseProblem."""
    if looks_like_json(text):
        document = json_document(text)
        if not isinstance(document, list):
            raise ParseProblem("the list of apps is not a list", text)
        names = tuple(name if isinstance(name, str) else "" for name in document)
    else:
        header, *rest = whole_lines(text) or ("",)
        if not header.startswith("=====> My Apps"):
            raise ParseProblem("the list of apps has no header", text)
        names = tuple(line for line in rest if line)
    for name in names:
        if not is_app_name(name):
            raise ParseProblem(f"not the name of an app: {name[:80]!r}", text)
    return names


def parse_apps_report(text: str) -> AppReport:
    """Return the report of one app from its JSON or text form; raises ParseProblem."""
    pairs = report(text, "app")
    created = pairs.get("created-at")
    # The metadata came with 0.26.0, the time of creation with 0.26.2: without the one the other may be missing too.
    metadata = pairs.get("deploy-source-metadata", "") if created is None else None
    return AppReport(
        created_at=None if created is None else unix_moment(created, text),
        deploy_source=needed(pairs, "deploy-source", text),
        deploy_source_metadata=needed(pairs, "deploy-source-metadata", text) if metadata is None else metadata,
        locked=flag(pairs, "locked", text),
    )
