"""What `plugin:list` answers, and what a third-party `releases` plugin may answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.shapes import json_document, looks_like_json, whole_lines

# Long names overflow their column, so only the order of the words is sure.
_ROW = re.compile(r"^ +(?P<name>\S+) +(?P<version>\S+) +(?P<state>enabled|disabled)\b")
_RELEASE = re.compile(r"^\s*(?:v|#)?(?P<number>\d{1,9})\b.*?\b(?P<sha>[0-9a-f]{7,40})\b", re.ASCII)
_NUMBERS = ("number", "version", "release", "id")
_COMMITS = ("sha", "commit", "git_sha", "revision")


def parse_plugin_list(text: str) -> Mapping[str, str]:
    """Return the enabled plugins and their versions from the JSON or the text form; raises ParseProblem."""
    found = _from_json(text) if looks_like_json(text) else _from_text(text)
    if not found:
        raise ParseProblem("the list of plugins is empty", text)
    return found


def parse_plugin_releases(text: str) -> tuple[tuple[str, str], ...]:
    """Return number and commit of each release a `releases` plugin listed, in its order.

    There is no such plugin in Dokku and so no agreed form. Rows are taken as JSON objects with a number and a commit,
    or as lines that begin with a number (`12`, `v12`, `#12`) and hold a commit; a line before them is a header.

    Raises:
        ParseProblem: a row is neither, a number comes twice, or there is none.
    """
    rows = _release_objects(text) if looks_like_json(text) else _release_lines(text)
    if not rows or len({number for number, _ in rows}) != len(rows):
        raise ParseProblem("the list of the releases plugin has no rows, or a number twice", text)
    return tuple(rows)


def _from_json(text: str) -> dict[str, str]:
    document = json_document(text)
    if not isinstance(document, list):
        raise ParseProblem("the list of plugins is not a list", text)
    found: dict[str, str] = {}
    for item in document:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise ParseProblem("a plugin has no name", text)
        on = item.get("enabled", item.get("status", "enabled"))
        if on in (True, "true", "enabled"):
            found[item["name"]] = str(item.get("version", ""))
    return found


def _from_text(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in whole_lines(text):
        if not line or line.startswith(("plugn:", "----->", "=====>")):
            continue
        match = _ROW.match(line)
        if not match:
            raise ParseProblem(f"not a row of the list of plugins: {line[:80]!r}", text)
        if match["state"] == "enabled":
            found[match["name"]] = match["version"]
    return found


def _release_objects(text: str) -> list[tuple[str, str]]:
    document = json_document(text)
    if not isinstance(document, list):
        raise ParseProblem("the list of the releases plugin is not a list", text)
    return [_release(item, text) for item in document]


def _release(item: object, text: str) -> tuple[str, str]:
    pairs = item if isinstance(item, dict) else {}
    number = next((str(pairs[key]).removeprefix("v") for key in _NUMBERS if key in pairs), "")
    sha = next((str(pairs[key]) for key in _COMMITS if key in pairs), "")
    match = _RELEASE.match(f"{number} {sha}")
    if not match or (match["number"], match["sha"]) != (number, sha):
        raise ParseProblem(f"not a release: {json.dumps(item)[:80]}", text)
    return number, sha


def _release_lines(text: str) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for line in whole_lines(text):
        match = _RELEASE.match(line)
        if match:
            rows.append((match["number"], match["sha"]))
        elif line.strip() and rows:
            raise ParseProblem(f"not a row of the list of the releases plugin: {line[:80]!r}", text)
    return rows
