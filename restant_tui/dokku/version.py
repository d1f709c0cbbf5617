"""Which Dokku this is, and what that version can do."""

from __future__ import annotations

import re
from enum import StrEnum

from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.shapes import only_line

Version = tuple[int, int, int]

_VERSION = re.compile(r"^dokku version v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})\b", re.ASCII)


class Feature(StrEnum):
    """Something that came with a certain version."""

    REPORT_JSON = "report-json"
    """`ps:report` and `apps:report` with `--format json`."""
    GIT_REPORT_JSON = "git-report-json"
    """`git:report` and `certs:report` with `--format json`."""
    BUILDS = "builds"
    APPS_LIST_JSON = "apps-list-json"
    SCALE_JSON = "scale-json"
    PLUGIN_LIST_JSON = "plugin-list-json"
    GIT_SYNC_BUILD = "git-sync-build"
    """`git:sync --build`, on which rollbacks stand."""


_SINCE: dict[Feature, Version] = {
    Feature.REPORT_JSON: (0, 23, 1),
    Feature.GIT_REPORT_JSON: (0, 38, 0),
    Feature.BUILDS: (0, 38, 0),
    Feature.APPS_LIST_JSON: (0, 38, 21),
    Feature.SCALE_JSON: (0, 38, 21),
    Feature.PLUGIN_LIST_JSON: (0, 38, 22),
    Feature.GIT_SYNC_BUILD: (0, 23, 0),
}


def parse_version(text: str) -> Version:
    """Return the answer of `version`, such as `(0, 38, 27)`; raises ParseProblem."""
    match = _VERSION.match(only_line(text))
    if not match:
        raise ParseProblem("the answer names no Dokku version", text)
    return int(match[1]), int(match[2]), int(match[3])


def supports(version: Version, feature: Feature) -> bool:
    """Whether a Dokku of that version has the feature."""
    return version >= _SINCE[feature]


def speaks(version: Version | None, feature: Feature) -> bool:
    """Whether to ask for the feature: a Dokku of unknown version is taken for a current one."""
    return version is None or supports(version, feature)


def since(feature: Feature) -> str:
    """Say from which version on there is the feature, such as `0.38.0`."""
    return ".".join(str(part) for part in _SINCE[feature])
