"""Plain data as the text of a TOML file, for people who edit a rule in a text editor."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


def toml_text(content: Mapping[str, Any]) -> str:
    """Write a table: its values, then each list of tables under its own heading."""
    return "\n".join(_lines(content, "")) + "\n"


def _lines(content: Mapping[str, Any], path: str) -> list[str]:
    tables = {key: value for key, value in content.items() if _is_tables(value)}
    lines = [f"{key} = {_value(value)}" for key, value in content.items() if key not in tables]
    for key, rows in tables.items():
        name = f"{path}.{key}" if path else key
        for row in rows:
            lines += ["", f"[[{name}]]", *_lines(row, name)]
    return lines


def _is_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value.normalize() + 0:f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    # Strings of JSON are strings of TOML as well.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
