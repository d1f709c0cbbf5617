"""The JSON Schema of the configuration, for editors."""

from __future__ import annotations

import json

import msgspec

from restant_tui.config.model import Config


def schema_text() -> str:
    """Return the JSON Schema (draft 2020-12) of a configuration file, indented, with a newline at the end."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:restant-tui:config:1",
        "title": "restant-tui configuration",
        **msgspec.json.schema(Config),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
