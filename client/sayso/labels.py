"""Labels of a document: the caller's key-value pairs, copied to its result.

The server validates its requests with the same rule, so the rule is written once.
"""

from collections.abc import Mapping

MAX_LABELS = 64
MAX_LABEL_BYTES = 8_192
"""The total size of the keys and values of a document in UTF-8."""
_SHOWN = 40
"""Characters of a key that a message shows."""


def labels_of(value: object) -> dict[str, str]:
    """The labels of a JSON record: an object of strings. Null is none. Raises ValueError, with what is wrong."""
    if not isinstance(value, Mapping | None):
        raise ValueError('"labels" is not an object of strings')
    labels = {key: text for key, text in (value or {}).items() if text is not None}
    for key, text in labels.items():
        if not isinstance(text, str):
            raise ValueError(f'"labels": the value of {str(key)[:_SHOWN]!r} is not a string')
    if fault := fault_of(labels):
        raise ValueError(f'"labels": {fault}')
    return labels


def fault_of(labels: Mapping[str, str]) -> str:
    """The problem with labels as a message; empty if they are valid."""
    if len(labels) > MAX_LABELS:
        return f"there are {len(labels):,} labels; the limit is {MAX_LABELS}"
    if "" in labels:
        return "a label has an empty key"
    size = sum(len(part.encode(errors="surrogatepass")) for label in labels.items() for part in label)
    if size > MAX_LABEL_BYTES:
        return f"the labels have {size:,} bytes; the limit is {MAX_LABEL_BYTES:,}"
    return ""
