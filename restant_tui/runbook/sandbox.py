"""What a template may do: Jinja2's sandbox, cut down to looking at data. Imported only when a template is used."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Any, Final

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

LIMIT: Final = 64 * 1024
"""Most characters any text made in a template may have."""

NAME_MARK: Final = "name:"
"""Begins the message of an undefined top-level name, so that the caller can add the nearest one."""

_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Tuple, nodes.List, nodes.Dict,
    nodes.Pair, nodes.Keyword, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Getattr, nodes.Getitem, nodes.Slice,
    nodes.Concat, nodes.Compare, nodes.Operand, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod,
    nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos,
)  # fmt: skip


class Absent(StrictUndefined):
    """A name or field that is not there: any use of it is an error that says what is there."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        name = str(self._undefined_name)
        if self._undefined_obj is missing:
            return NAME_MARK + name
        if isinstance(self._undefined_obj, Mapping):
            fields = ", ".join(map(str, list(self._undefined_obj)[:12])) or "nothing"
            return f"there is no {name!r} in this record; it has {fields}"
        return f"{name!r} cannot be taken from {describe(self._undefined_obj)}; only records and lists have parts"


def describe(value: object) -> str:
    """Say what kind of value this is, in a person's words."""
    if value is None:
        return "nothing"
    kinds: tuple[tuple[type | UnionType, str], ...] = (
        (bool, "true or false"),
        (str, "text"),
        (int | float, "a number"),
        (Mapping, "a record"),
        (Sequence, "a list"),
    )
    return next((said for kind, said in kinds if isinstance(value, kind)), "a value of another kind")


def bounded(text: str) -> str:
    """Return the text, or refuse it when it is longer than any argument should be."""
    if len(text) > LIMIT:
        raise SecurityError(f"the result is longer than {LIMIT} characters")
    return text


def as_text(value: object) -> str:
    """Return a value as it stands in a text; refuses what has no plain form.

    Raises:
        SecurityError: nothing (None), or a record or list: one argument cannot be several.
    """
    match value:
        case str() | Undefined():
            return str(value)  # an undefined one raises here, with its own sentence
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return format(value, ".15g")
        case None:
            raise SecurityError("it has no value; give one with `| default(…)`")
        case _:
            kind = describe(value)
            raise SecurityError(f"{kind} cannot stand in a text; name one of its parts, or write `| tojson`")


def _default(value: Any, fallback: Any = "", when_empty: bool = False) -> Any:
    if isinstance(value, Undefined) or value is None or (when_empty and not value):
        return fallback
    return value


def _replace(text: Any, old: Any, new: Any) -> str:
    whole = as_text(text)
    if not isinstance(old, str) or not isinstance(new, str) or not old:
        raise SecurityError("`replace` takes two texts, and the first may not be empty")
    if len(whole) + whole.count(old) * len(new) > LIMIT:
        raise SecurityError(f"the result is longer than {LIMIT} characters")
    return whole.replace(old, new)


def _items(value: Any) -> list[Any]:
    if isinstance(value, Undefined):
        str(value)
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise SecurityError(f"a list is needed here, not {describe(value)}")
    return list(value)


def _join(value: Any, separator: str = "") -> str:
    parts = [as_text(item) for item in _items(value)]
    if sum(map(len, parts)) + len(as_text(separator)) * len(parts) > LIMIT:
        raise SecurityError(f"the result is longer than {LIMIT} characters")
    return separator.join(parts)


def _end_of(index: int) -> Any:
    def pick(value: Any) -> Any:
        items = value if isinstance(value, str) else _items(value)
        if not items:
            raise SecurityError("there is nothing in it to take")
        return items[index]

    return pick


def _length(value: Any) -> int:
    if not isinstance(value, str | Mapping):
        value = _items(value)
    return len(value)


FILTERS: Final[Mapping[str, Any]] = {
    "after": lambda value, mark: as_text(value).rpartition(as_text(mark))[2],
    "default": _default,
    "first": _end_of(0),
    "float": float,
    "int": int,
    "join": _join,
    "last": _end_of(-1),
    "length": _length,
    "lower": lambda value: as_text(value).lower(),
    "replace": _replace,
    "round": lambda value, digits=0: round(float(value), int(digits)),
    "tojson": lambda value: bounded(json.dumps(value, ensure_ascii=False, allow_nan=False)),
    "trim": lambda value: as_text(value).strip(),
    "upper": lambda value: as_text(value).upper(),
}
"""The filters there are; every one works on plain data and bounds what it makes."""

TESTS: Final[Mapping[str, Any]] = {
    "defined": lambda value: not isinstance(value, Undefined),
    "undefined": lambda value: isinstance(value, Undefined),
    "none": lambda value: value is None,
    "ending_with": lambda value, end: as_text(value).endswith(as_text(end)),
    "starting_with": lambda value, start: as_text(value).startswith(as_text(start)),
}
"""The tests there are, for `value is test`; comparing is done with operators and `in`."""

_ARITHMETIC: Final = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
}


class DataOnly(ImmutableSandboxedEnvironment):
    """An environment in which a template can look at data, compare and compute with numbers, and nothing else."""

    intercepted_binops = frozenset(_ARITHMETIC)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return the field of a record; nothing else has attributes."""
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return the field of a record or the element or slice of a list or text."""
        if isinstance(obj, Undefined):
            str(obj)
        if isinstance(argument, Undefined):
            str(argument)
        by_position = isinstance(argument, int | slice) and isinstance(obj, Sequence)
        if by_position or (isinstance(obj, Mapping) and isinstance(argument, str | int)):
            try:
                return obj[argument]
            except (LookupError, TypeError):
                pass
        return self.undefined(obj=obj, name=str(argument))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute with two numbers; texts are put together with `~`, lists not at all."""
        for side in (left, right):
            if isinstance(side, Undefined):
                str(side)
            if isinstance(side, bool) or not isinstance(side, int | float):
                way_out = "; put texts together with `~`" if operator == "+" else ""
                raise SecurityError(f"`{operator}` works on numbers, not on {describe(side)}{way_out}")
        return _ARITHMETIC[operator](left, right)


def environment() -> DataOnly:
    """Return a fresh environment without globals, with our few filters and tests."""
    made = DataOnly(undefined=Absent, finalize=as_text, keep_trailing_newline=True, autoescape=False, optimized=False)
    made.globals.clear()
    made.filters = dict(FILTERS)
    made.tests = dict(TESTS)
    return made


def refuse_more_than_data(tree: nodes.Node) -> str:  # noqa: PLR0911 - one reason, one line
    """Return one sentence when the tree holds anything but looking at data, else an empty text."""
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case nodes.Call():
                return "calls are not allowed; use a filter such as `value | length`"
            case nodes.CondExpr(expr2=None):
                return "a choice needs its other side: `a if condition else b`"
            case nodes.Pow():
                return "powers are not allowed"
            case nodes.Getattr(attr=name) if name.startswith("_"):
                return f"`{name}` is out of reach: names that begin with _ are refused"
            case nodes.Getitem(arg=nodes.Const(value=str(name))) if name.startswith("_"):
                return f"`{name}` is out of reach: names that begin with _ are refused"
            case nodes.Name(name=name) if name.startswith("_") or name == "self":
                return f"`{name}` is out of reach: names that begin with _, and `self`, are refused"
            case nodes.Filter(name=name) if name not in FILTERS:
                return f"there is no filter `{name}`; there are {', '.join(FILTERS)}"
            case nodes.Test(name=name) if name not in TESTS:
                return f"there is no test `{name}`; there are {', '.join(TESTS)}"
            case _ if not isinstance(node, _ALLOWED):
                return "only `{{ … }}` over data is allowed here, no statements"
        waiting.extend(node.iter_child_nodes())
    return ""
