"""A file as plain data with the place of every value: the small, strict part of YAML that our own files use.

Only what a configuration or a procedure needs: mappings, lists and scalars of one document. Anchors, aliases, tags
and merge keys are refused, scalars are read as YAML 1.2 reads them (`yes` and `2026-11-20` are text), and everything
is bounded: bytes, depth and number of values. Nothing here recurses, so no input can exhaust the stack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

import yaml

from restant_tui.text import clean, one_line

Position = tuple[int, int]
"""Line and column, both from 1."""
START: Final[Position] = (1, 1)
MOST_BYTES: Final = 1024 * 1024
DEEPEST: Final = 48
"""Most levels of mappings and lists inside each other."""
MOST_VALUES: Final = 60_000

_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Final[dict[str, Any]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Rule(IntEnum):
    """Which rule of the file format a flaw breaks."""

    TOO_LARGE = 1
    NOT_UTF8 = 2
    NOT_YAML = 3
    ONE_DOCUMENT = 4
    WRITTEN_OUT = 5
    """No anchors, aliases or tags."""
    ONCE = 6
    """No key twice in one mapping."""
    PLAIN_TEXT = 7
    """No control or direction characters."""


@dataclass(frozen=True, slots=True, order=True)
class Flaw:
    """One thing that keeps a file from being read as it stands. Sorts by place."""

    at: Position
    rule: Rule
    message: str


@dataclass(frozen=True, slots=True)
class Words:
    """How messages speak of the file: it is a `noun`, and begins with `start`."""

    noun: str
    start: str


@dataclass(frozen=True, slots=True)
class YamlData:
    """What could be read. `data` is None when nothing could; `flaws` then says why.

    `values` and `keys` map a path such as `$.steps[2].argv` to where its value and its key stand.
    """

    text: str
    data: Any = None
    values: dict[str, Position] = field(default_factory=dict)
    keys: dict[str, Position] = field(default_factory=dict)
    flaws: tuple[Flaw, ...] = ()

    def position(self, path: str, *, key: bool = False) -> Position:
        """Return where the value (or the key) at that path stands, or the nearest place around it."""
        if key and path in self.keys:
            return self.keys[path]
        return next((self.values[around] for around in ancestors(path) if around in self.values), START)


def ancestors(path: str) -> list[str]:
    """Return the path and those it lies in, nearest first: `$.steps[2].argv`, `$.steps[2]`, `$.steps`, `$`."""
    found = [path]
    while path != "$" and path:
        path = path[: max(path.rfind("."), path.rfind("["))] or "$"
        found.append(path)
    return found


class _Stop(Exception):
    def __init__(self, rule: Rule, message: str, at: Position) -> None:
        super().__init__(message)
        self.flaw = Flaw(at, rule, message)


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being filled."""

    path: str
    into: dict[str, Any] | list[Any]
    key: str | None = None


def read_bytes(data: bytes, words: Words) -> YamlData:
    """Read bytes, which must be UTF-8 and at most 1 MiB; never raises."""
    if len(data) > MOST_BYTES:
        return YamlData("", flaws=(_too_large(words),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        flaw = Flaw(_end_of(before), Rule.NOT_UTF8, "this is not UTF-8; save the file as UTF-8")
        return YamlData(data.decode("utf-8", "replace"), flaws=(flaw,))
    return read_text(text, words)


def read_text(text: str, words: Words) -> YamlData:
    """Read text of at most 1 MiB; never raises."""
    if len(text) > MOST_BYTES:
        return YamlData(text, flaws=(_too_large(words),))
    reader = _Reader(words)
    data: Any = None
    try:
        data = reader.read(text)
        if not isinstance(data, dict):
            at = reader.values.get("$", START)
            raise _Stop(Rule.NOT_YAML, f"a {words.noun} is a mapping that begins with `{words.start}`", at)
    except _Stop as stop:
        data = None
        reader.found.append(stop.flaw)
    except yaml.reader.ReaderError as error:
        before = text[: error.position] if isinstance(error.position, int) else ""
        reader.found.append(Flaw(_end_of(before), Rule.PLAIN_TEXT, "a control character stands here; take it out"))
    except yaml.YAMLError as error:
        reader.found.append(_not_yaml(error))
    return YamlData(text, data, reader.values, reader.keys, tuple(sorted(reader.found)))


def _too_large(words: Words) -> Flaw:
    return Flaw(START, Rule.TOO_LARGE, f"the file is larger than {MOST_BYTES // 1024} KiB; split the {words.noun}")


def _not_yaml(error: yaml.YAMLError) -> Flaw:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = one_line(str(getattr(error, "problem", None) or error))
    context = getattr(error, "context", None)
    at = (mark.line + 1, mark.column + 1) if mark else START
    return Flaw(at, Rule.NOT_YAML, f"this is not YAML: {what}" + (f" ({context})" if context else ""))


def _end_of(text: str) -> Position:
    return text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1


class _Reader:
    """Builds plain data from YAML events, without recursion."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.values: dict[str, Position] = {}
        self.keys: dict[str, Position] = {}
        self.found: list[Flaw] = []
        self.root: Any = None
        self.stack: list[_Open] = []
        self.count = 0

    def read(self, text: str) -> Any:
        loader = _Loader(text)
        documents = 0
        try:
            while loader.check_event():
                event = loader.get_event()
                at = event.start_mark.line + 1, event.start_mark.column + 1
                match event:
                    case yaml.DocumentStartEvent():
                        documents += 1
                        if documents > 1:
                            raise _Stop(
                                Rule.ONE_DOCUMENT,
                                f"one file holds one {self.words.noun}; a second document begins here",
                                at,
                            )
                    case yaml.AliasEvent():
                        raise _Stop(Rule.WRITTEN_OUT, "aliases are not part of the format; write the value out", at)
                    case yaml.ScalarEvent() | yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                        self._value(event, at)
                    case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                        self.stack.pop()
        finally:
            loader.dispose()
        if not documents:
            raise _Stop(
                Rule.NOT_YAML, f"the file is empty; a {self.words.noun} begins with `{self.words.start}`", START
            )
        return self.root

    def _value(self, event: Any, at: Position) -> None:
        if event.anchor:
            raise _Stop(
                Rule.WRITTEN_OUT, "anchors are not part of the format; write the value out where it is needed", at
            )
        if event.tag not in (None, "!"):
            raise _Stop(Rule.WRITTEN_OUT, "tags are not part of the format; put quotes around text instead", at)
        self.count += 1
        if self.count > MOST_VALUES:
            raise _Stop(Rule.TOO_LARGE, f"there are more than {MOST_VALUES} values; split the {self.words.noun}", at)
        holder = self.stack[-1] if self.stack else None
        scalar = isinstance(event, yaml.ScalarEvent)
        if holder is not None and isinstance(holder.into, dict) and holder.key is None:
            if not scalar:
                raise _Stop(Rule.NOT_YAML, "a key must be one word, not a list or mapping", at)
            self._key(holder, self._clean(event.value, at), at)
            return
        if scalar:
            made: Any = self._scalar(event, at)
            self._place(holder, made, at)
            return
        if len(self.stack) >= DEEPEST:
            raise _Stop(Rule.TOO_LARGE, f"this is nested more than {DEEPEST} levels deep", at)
        made = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Open(self._place(holder, made, at), made))

    def _key(self, holder: _Open, key: str, at: Position) -> None:
        holder.key = key
        path = f"{holder.path}.{key}"
        if key in holder.into:
            first = self.keys[path][0]
            self.found.append(Flaw(at, Rule.ONCE, f"`{key}` is given twice; the first is on line {first}"))
        else:
            self.keys[path] = at

    def _place(self, holder: _Open | None, made: Any, at: Position) -> str:
        if holder is None:
            path, self.root = "$", made
        elif isinstance(holder.into, list):
            path = f"{holder.path}[{len(holder.into)}]"
            holder.into.append(made)
        else:
            assert holder.key is not None
            path = f"{holder.path}.{holder.key}"
            if holder.key not in holder.into:
                holder.into[holder.key] = made
            holder.key = None
        self.values.setdefault(path, at)
        return path

    def _scalar(self, event: Any, at: Position) -> Any:
        text = self._clean(event.value, at)
        if event.style or event.tag == "!":
            return text
        if text in _WORDS:
            return _WORDS[text]
        if text[:1] in "0123456789+-." and len(text) < 64:
            if _INT.fullmatch(text):
                return int(text)
            if _FLOAT.fullmatch(text):
                return float(text)
        return text

    def _clean(self, text: str, at: Position) -> str:
        if text.isprintable():
            return text
        safe = clean(text).encode("utf-8", "replace").decode("utf-8")
        if safe != text:
            what = "this text hides control or direction characters; take them out"
            self.found.append(Flaw(at, Rule.PLAIN_TEXT, what))
        return safe
