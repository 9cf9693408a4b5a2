"""JSON output, the same for the whole client."""

import json

_LINE_BREAKS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}
"""Escaped, although JSON allows them: many line readers treat them as line ends."""


def dumps(value: object, *, indent: int | None = None) -> str:
    """A value as JSON, on one line unless an `indent` is given; other types are written as strings."""
    return json.dumps(value, ensure_ascii=False, indent=indent, default=str).translate(_LINE_BREAKS)
