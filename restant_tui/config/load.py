"""Reads a configuration file into the model; every problem names file, line and column and the way out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

import msgspec

from restant_tui.config.model import App, Config, Host, Service
from restant_tui.config.people import KINDS
from restant_tui.config.policy import Schedule
from restant_tui.config.yamldata import MOST_BYTES, Position, Words, YamlData, read_bytes
from restant_tui.errors import ConfigProblem

_WORDS: Final = Words("configuration", "hosts:")
_SECTIONS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "hosts": Host, "apps": App, "services": Service, "schedules": Schedule,
}  # fmt: skip
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_UNKNOWN_KEY: Final = re.compile(r"Object contains unknown field `(?P<key>.*)`")
_MISSING: Final = re.compile(r"Object missing required field `(?P<key>.*)`")
_WRONG_TYPE: Final = re.compile(r"Expected `(?P<expected>[^`]+)`, got `(?P<got>[^`]+)`")
_TYPES: Final[Mapping[str, str]] = {
    "object": "a mapping",
    "array": "a list",
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
}
# msgspec quotes the pattern that did not match; each of ours is known by a piece of it.
_PATTERNS: Final[Mapping[str, str]] = {
    "^(env:": "write the name of a secret in the keyring or env:NAME for a variable, never the secret itself",
    "^(https://": "write a whole address that begins with https:// (http:// only on this machine)",
    "^[!-~]+@": "write one mail address, like ops@example.org",
    "^[A-Za-z0-9_-]+$": "write the id as the status page shows it",
    "^[A-Za-z0-9.:-]+$": "write the name or address of a mail server",
    "^[A-Za-z][A-Za-z0-9_+/-]*$": "write a time zone like Asia/Kathmandu or UTC",
    "^([01][0-9]|2[0-3])": "write a time of the day like 09:00, with quotes around it",
    "^(RRULE:)?": "write a rule like FREQ=WEEKLY;BYDAY=MO;BYHOUR=9",
}
_AT: Final = re.compile(r" - at `(?:key in )?(?P<path>\$[^`]*)`$")

Found = tuple[Position, str]


def load(path: Path) -> Config:
    """Read a configuration file.

    Raises:
        ConfigProblem: there is no such file, or the first problem with it as `file:line:column: sentence`, and how
            many more there are.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise ConfigProblem(
            f"no configuration at {path}: write one with restant-tui setup, or try restant-tui --practice"
        ) from error
    except OSError as error:
        raise ConfigProblem(f"the configuration {path} cannot be read: {error.strerror or error}") from error
    return parse(data, str(path))


def parse(data: bytes, name: str) -> Config:
    """Read a configuration from bytes; `name` stands for the file in problems.

    Raises:
        ConfigProblem: as `load`.
    """
    read = read_bytes(data, _WORDS)
    found = [(flaw.at, flaw.message) for flaw in read.flaws]
    if read.data is not None:
        found += _shape(read) or _references(read)
    if found:
        (line, column), message = min(found)
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise ConfigProblem(f"{name}:{line}:{column}: {message}{more}")
    return msgspec.convert(read.data, Config)


def _shape(read: YamlData) -> list[Found]:
    """Check each host, app and service by itself, so that one run names them all and the place is exact."""
    found: list[Found] = []
    rest = dict(read.data)
    for section, kind in _SECTIONS.items():
        entries = rest.get(section)
        if not isinstance(entries, dict):
            continue
        rest[section] = {}
        for name, entry in entries.items():
            path = f"$.{section}.{name}"
            if not _NAME.fullmatch(name):
                message = f"`{name}` cannot be a name: small letters, digits, dots and dashes, at most 63"
                found.append((read.position(path, key=True), message))
            found += _fits(read, entry, kind, path)
    found += _channels(read, rest)
    found += _fits(read, rest, Config, "$")
    if not found and not read.data["apps"]:
        found.append((read.position("$.apps"), "name at least one app under `apps`"))
    return found


def _channels(read: YamlData, rest: dict[str, Any]) -> list[Found]:
    entries = rest.get("channels")
    if not isinstance(entries, dict):
        return []
    rest["channels"] = {}
    found: list[Found] = []
    for name, entry in entries.items():
        path = f"$.channels.{name}"
        kind = KINDS.get(str(entry.get("kind"))) if isinstance(entry, dict) else None
        if not _NAME.fullmatch(name):
            message = f"`{name}` cannot be a name: small letters, digits, dots and dashes, at most 63"
            found.append((read.position(path, key=True), message))
        if kind is not None:
            found += _fits(read, entry, kind, path)
        else:
            message = f"the channel `{name}` needs a `kind`, one of: {', '.join(KINDS)}"
            found.append((read.position(f"{path}.kind"), message))
    return found


def _fits(read: YamlData, value: Any, kind: type[msgspec.Struct], path: str) -> list[Found]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        inside = _AT.search(str(error))
        below = inside["path"][1:] if inside else ""
        message = _AT.sub("", str(error))
        types = _types_at(kind, below)
        if unknown := _UNKNOWN_KEY.fullmatch(message):
            key = unknown["key"]
            near = get_close_matches(key, [name for one in types for name in _fields(one)], n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            return [(read.position(f"{path}{below}.{key}", key=True), f"there is no key `{key}` here{hint}")]
        return [(read.position(path + below), _plainly(message, types))]
    return []


def _plainly(message: str, types: Sequence[type]) -> str:
    """Say what msgspec says in the words of a person who writes YAML."""
    if message.startswith("Invalid enum value"):
        words = ", ".join(str(member.value) for one in types if issubclass(one, Enum) for member in one)
        return f"write one of: {words}"
    if said := next((words for mark, words in _PATTERNS.items() if mark in message), ""):
        return said
    if "matching regex" in message:
        return "write a length of time like 500ms, 30s or 2m30s"
    if missing := _MISSING.fullmatch(message):
        return f"`{missing['key']}` is missing here"
    if wrong := _WRONG_TYPE.fullmatch(message):
        expected = " or ".join(_TYPES.get(word, word) for word in wrong["expected"].split(" | "))
        return f"expected {expected}, not {_TYPES.get(wrong['got'], wrong['got'])}"
    return message[:1].lower() + message[1:]


def _types_at(kind: type, path: str) -> list[type]:
    """Return the types a value may have at a dotted path below a structure."""
    types = [kind]
    for word in filter(None, re.sub(r"\[[^\]]*\]", "", path).split(".")):
        types = [one for kind in types if word in _fields(kind) for one in _plain_types(_fields(kind)[word])]
    return types


def _plain_types(hint: Any) -> list[type]:
    """Return the classes in a type: of `tuple[Level, ...] | None` these are `Level` and `NoneType`."""
    inside = [one for part in get_args(hint) for one in _plain_types(part)]
    return [hint, *inside] if isinstance(hint, type) else inside


def _fields(kind: type) -> dict[str, Any]:
    if not issubclass(kind, msgspec.Struct):
        return {}
    return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}


def _references(read: YamlData) -> list[Found]:
    hosts = read.data["hosts"]
    known = ", ".join(hosts) or "none"
    found: list[Found] = []
    for section in ("apps", "services"):
        for name, entry in read.data.get(section, {}).items():
            if entry["host"] not in hosts:
                one = section.removesuffix("s")
                message = f"the {one} `{name}` refers to the host `{entry['host']}`, but the hosts are: {known}"
                found.append((read.position(f"$.{section}.{name}.host"), message))
    for name, entry in read.data["apps"].items():
        if not re.match(r"https?://[^/\s]", entry["url"]):
            message = (
                f"the app `{name}` needs the whole address of its health endpoint, like https://example.org/health"
            )
            found.append((read.position(f"$.apps.{name}.url"), message))
    for name, host in hosts.items():
        if not host.get("dokku") and not host.get("admin"):
            message = f"the host `{name}` has no login: add `dokku: {{user: dokku}}`"
            found.append((read.position(f"$.hosts.{name}"), message))
    return [*found, *_channel_logins(read), *_policy(read)]


def _channel_logins(read: YamlData) -> list[Found]:
    found: list[Found] = []
    for name, channel in read.data.get("channels", {}).items():
        user, secret = channel.get("user"), channel.get("secret")
        if channel["kind"] != "email":
            continue
        if bool(user) != bool(secret):
            message = f"the channel `{name}` needs both `user` and `secret` to log in to the mail server, or neither"
            found.append((read.position(f"$.channels.{name}"), message))
        if user and channel.get("security") == "none":
            message = f"the channel `{name}` would send its password in the clear: use `security: starttls` or `tls`"
            found.append((read.position(f"$.channels.{name}.security"), message))
    return found


def _policy(read: YamlData) -> list[Found]:
    found: list[Found] = []
    zones = {"$.time_zone": read.data.get("time_zone")}
    zones |= {f"$.schedules.{name}.tz": entry.get("tz") for name, entry in read.data.get("schedules", {}).items()}
    for path, zone in zones.items():
        if zone is not None and not _is_zone(zone):
            found.append((read.position(path), f"there is no time zone `{zone}`; write one like Asia/Kathmandu or UTC"))
    known = read.data.get("channels", {})
    for number, level in enumerate(read.data.get("escalation", ())):
        for index, channel in enumerate(level.get("channels", ())):
            if channel.removeprefix("#") not in known:
                names = ", ".join(known) or "none"
                message = f"`{level['name']}` is called through `{channel}`, but the channels are: {names}"
                found.append((read.position(f"$.escalation[{number}].channels[{index}]"), message))
    folder = read.data.get("working_copy")
    if folder is not None and not folder.startswith(("/", "~/")):
        message = f"`{folder}` is a relative folder: write it absolute, or from `~/`"
        found.append((read.position("$.working_copy"), message))
    return found


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return False
    return True
