"""JSON as all of the client writes it."""

import json

_LINE_BREAKS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}
"""Escaped, though JSON may hold them as they are: many who read lines end one there."""


def dumps(value: object, *, indent: int | None = None) -> str:
    """A value as JSON, on one line unless an `indent` is given; what JSON does not know is written as text."""
    return json.dumps(value, ensure_ascii=False, indent=indent, default=str).translate(_LINE_BREAKS)
