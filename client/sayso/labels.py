"""Labels of a document: the caller's own key-values, carried through to its result.

The server checks what it is sent by the same rule, so that the rule is written once.
"""

from collections.abc import Mapping

MAX_LABELS = 64
MAX_LABEL_BYTES = 8_192
"""Of the keys and values of a document together, in UTF-8."""


def fault_of(labels: Mapping[str, str]) -> str:
    """What is wrong with labels, for people; empty where nothing is."""
    if len(labels) > MAX_LABELS:
        return f"there are {len(labels):,} labels; the limit is {MAX_LABELS}"
    if "" in labels:
        return "a label has an empty key"
    size = sum(len(part.encode(errors="surrogatepass")) for label in labels.items() for part in label)
    if size > MAX_LABEL_BYTES:
        return f"the labels have {size:,} bytes; the limit is {MAX_LABEL_BYTES:,}"
    return ""
