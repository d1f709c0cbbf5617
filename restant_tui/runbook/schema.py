"""The JSON Schema of a runbook file, for editors: made from the model, so that the two cannot drift apart."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator
from itertools import pairwise
from types import ModuleType
from typing import Any, Final

import msgspec

from restant_tui.runbook import model, parts
from restant_tui.runbook.model import Runbook

IDENTIFIER: Final = "urn:restant-tui:runbook:1"


def schema() -> dict[str, Any]:
    """Return the schema (JSON Schema, draft 2020-12) as plain data."""
    made = msgspec.json.schema(Runbook)
    definitions = made.pop("$defs")
    _describe(definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": IDENTIFIER,
        "title": "restant-tui runbook, format 1",
        **made,
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    """Return the schema as indented JSON with a newline at the end, the same each time."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _describe(definitions: dict[str, Any]) -> None:
    """Add what the model's fields say about themselves."""
    documented = {**_documented(parts), **_documented(model)}
    structs = {struct.__name__: struct for struct in (*_structs(parts), *_structs(model))}
    for name, definition in definitions.items():
        if name not in structs:
            continue
        said = {
            field: text
            for base in reversed(structs[name].__mro__)
            for field, text in documented.get(base.__name__, {}).items()
        }
        for field in msgspec.structs.fields(structs[name]):
            target = definition["properties"].get(field.encode_name)
            if field.name in said and target is not None:
                target["description"] = said[field.name]


def _structs(module: ModuleType) -> list[type[msgspec.Struct]]:
    return [cls for cls in vars(module).values() if isinstance(cls, type) and issubclass(cls, msgspec.Struct)]


def _documented(module: ModuleType) -> dict[str, dict[str, str]]:
    """Return, for each class of a module, the string that stands below each field in the source."""
    classes = [node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.ClassDef)]
    return {cls.name: dict(_field_docs(cls)) for cls in classes}


def _field_docs(cls: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(cls.body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, " ".join(text.split())
