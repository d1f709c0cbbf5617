"""Checks plain data against the model, part by part, so that one reading reports every mistake.

msgspec stops at the first mistake and names no nearest key; this walks the model's own type description instead, and
only when msgspec has refused the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import inspect as types

from restant_tui.runbook.model import Runbook

_DURATION: Final = "(ms|s|m|h|d|w)"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a path of the data; `on_key` points at the key rather than at its value."""

    path: str
    code: str
    message: str
    on_key: bool = False


def check(data: object) -> tuple[Runbook | None, tuple[Finding, ...]]:
    """Return the runbook, or None and everything that is wrong with its shape."""
    try:
        return msgspec.convert(data, Runbook), ()
    except msgspec.ValidationError as error:
        findings = tuple(_check(data, _model(), "$"))
        # The walk must never be milder than msgspec; should it ever be, msgspec's own words are better than none.
        return None, findings or (Finding("$", "RB102", str(error)),)


@cache
def _model() -> types.Type:
    return types.type_info(Runbook)


def _check(value: object, wanted: types.Type, path: str) -> Iterator[Finding]:
    match wanted:
        case types.Metadata(type=inner):
            yield from _check(value, inner, path)
        case types.AnyType():
            return
        case types.UnionType(types=members):
            yield from _check_union(value, members, path)
        case types.StructType():
            yield from _check_struct(value, wanted, path)
        case types.VarTupleType(item_type=item, min_length=least):
            if not isinstance(value, list):
                yield _mismatch(value, wanted, path)
                return
            if least and len(value) < least:
                yield Finding(path, "RB107", "this list may not be empty")
            for index, element in enumerate(value):
                yield from _check(element, item, f"{path}[{index}]")
        case types.DictType(value_type=inner):
            if not isinstance(value, dict):
                yield _mismatch(value, wanted, path)
                return
            for key, element in value.items():
                yield from _check(element, inner, f"{path}.{key}")
        case _:
            yield from _check_scalar(value, wanted, path)


def _check_union(value: object, members: tuple[types.Type, ...], path: str) -> Iterator[Finding]:
    structs = [member for member in members if isinstance(member, types.StructType) and member.tag is not None]
    if structs and isinstance(value, dict):
        yield from _check_tagged(value, structs, path)
        return
    for member in members:
        if _fits(value, member):
            yield from _check(value, member, path)
            return
    yield _mismatch(value, types.UnionType(members), path)


def _check_tagged(value: dict[str, Any], structs: list[types.StructType], path: str) -> Iterator[Finding]:
    by_tag = {str(struct.tag): struct for struct in structs}
    field = str(structs[0].tag_field)
    tag = value.get(field)
    if tag is None:
        yield Finding(path, "RB103", f"`{field}` is missing; it is one of {', '.join(by_tag)}")
    elif str(tag) not in by_tag or not isinstance(tag, str):
        yield Finding(f"{path}.{field}", "RB104", f"`{tag}` is not a kind of step{_instead(str(tag), by_tag)}")
    else:
        yield from _check_struct(value, by_tag[tag], path)


def _check_struct(value: object, wanted: types.StructType, path: str) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield _mismatch(value, wanted, path)
        return
    fields = {field.encode_name: field for field in wanted.fields}
    for key, element in value.items():
        if key in fields:
            yield from _check(element, fields[key].type, f"{path}.{key}")
        elif key != wanted.tag_field:
            known = [*fields, *([wanted.tag_field] if wanted.tag_field else [])]
            what = f"`{key}` is not a key of {_called(wanted)}{_instead(key, known)}"
            yield Finding(f"{path}.{key}", "RB101", what, on_key=True)
    for name, field in fields.items():
        if field.required and name not in value:
            yield Finding(path, "RB103", f"`{name}` is missing in {_called(wanted)}")


def _check_scalar(value: object, wanted: types.Type, path: str) -> Iterator[Finding]:
    match wanted:
        case types.EnumType(cls=enum):
            if not isinstance(value, str) or value not in {str(member.value) for member in enum}:
                yield _not_one_of(value, [str(member.value) for member in enum], path)
        case types.LiteralType(values=values):
            if value not in values or isinstance(value, bool):
                yield _not_one_of(value, list(map(str, values)), path)
        case _ if not _fits(value, wanted):
            yield _mismatch(value, wanted, path)
        case types.StrType() if isinstance(value, str):
            yield from _check_text(value, wanted, path)
        case types.IntType() | types.FloatType() if isinstance(value, int | float):
            if (wanted.ge is not None and value < wanted.ge) or (wanted.le is not None and value > wanted.le):
                yield Finding(path, "RB107", f"{value} is out of range; it goes from {wanted.ge} to {wanted.le}")


def _check_text(value: str, wanted: types.StrType, path: str) -> Iterator[Finding]:
    if wanted.max_length and len(value) > wanted.max_length:
        yield Finding(path, "RB107", f"this has {len(value)} characters; at most {wanted.max_length} fit on a line")
    if wanted.min_length and len(value) < wanted.min_length:
        yield Finding(path, "RB107", "this may not be empty")
    if wanted.pattern is None or re.search(wanted.pattern, value):
        return
    if _DURATION in wanted.pattern:
        yield Finding(path, "RB105", f"`{value}` is not a duration; write it like 30s, 2m30s or 25d")
    elif r"\d{4}" in wanted.pattern:
        yield Finding(path, "RB106", f"`{value}` is not a date; write it like 2026-11-20")
    elif "_" in wanted.pattern:
        yield Finding(path, "RB106", f"`{value}` is not a name; use small letters, digits and _, a letter first")
    else:
        yield Finding(path, "RB106", f"`{value}` is not an id; use small letters, digits and single hyphens")


def _fits(value: object, wanted: types.Type) -> bool:  # noqa: PLR0911 - one kind, one line
    match wanted:
        case types.Metadata(type=inner):
            return _fits(value, inner)
        case types.NoneType():
            return value is None
        case types.BoolType():
            return isinstance(value, bool)
        case types.IntType():
            return isinstance(value, int) and not isinstance(value, bool)
        case types.FloatType():
            return isinstance(value, int | float) and not isinstance(value, bool)
        case types.StrType() | types.EnumType():
            return isinstance(value, str)
        case types.LiteralType(values=values):
            return type(value) in set(map(type, values))
        case types.VarTupleType():
            return isinstance(value, list)
        case types.StructType() | types.DictType():
            return isinstance(value, dict)
        case _:
            return isinstance(wanted, types.AnyType)


def _mismatch(value: object, wanted: types.Type, path: str) -> Finding:
    expected = _expected(wanted)
    hint = "; put quotes around it" if expected.startswith("text") and isinstance(value, bool | int | float) else ""
    return Finding(path, "RB102", f"expected {expected}, not {_found(value)}{hint}")


def _expected(wanted: types.Type) -> str:  # noqa: PLR0911 - one kind, one line
    match wanted:
        case types.Metadata(type=inner):
            return _expected(inner)
        case types.UnionType(types=members):
            said = dict.fromkeys(_expected(member) for member in members if not isinstance(member, types.NoneType))
            return " or ".join(["a step"] if any(isinstance(m, types.StructType) and m.tag for m in members) else said)
        case types.BoolType():
            return "true or false"
        case types.IntType():
            return "a whole number"
        case types.FloatType():
            return "a number"
        case types.VarTupleType():
            return "a list"
        case types.StructType():
            return f"a mapping ({_called(wanted)})"
        case types.DictType():
            return "a mapping"
        case types.LiteralType(values=values):
            return "one of " + ", ".join(map(str, values))
        case _:
            return "text"


def _found(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _called(struct: types.StructType) -> str:
    if struct.tag is not None:
        return f"a `{struct.tag}` step"
    return f"`{struct.cls.__name__.lower()}`"


def _not_one_of(value: object, allowed: list[str], path: str) -> Finding:
    shown = value if isinstance(value, str | int | float) else _found(value)
    return Finding(path, "RB104", f"`{shown}` is not one of {', '.join(allowed)}{_meant(str(value), allowed)}")


def _meant(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""


def _instead(name: str, known: Iterable[str]) -> str:
    return _meant(name, known) or f"; there are {', '.join(known)}"
