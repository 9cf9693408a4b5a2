"""Damage to a text: wrong encodings, markup, escapes. It is reported, not repaired: offsets must not move."""

import re
from collections.abc import Iterator
from html.entities import html5

from sayso_server.core.statement import Span, TextWarning, WarningCode

_LATER_BYTES = "".join(
    {bytes((b,)).decode(code, "ignore") for b in range(0x80, 0xC0) for code in ("cp1252", "latin-1")}
)
_LATER = f"[{re.escape(_LATER_BYTES)}]"
"""The characters that continuation bytes of UTF-8 are misread as."""
_ENTITY = re.compile(r"&(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|([A-Za-z][A-Za-z0-9]{1,30}));")
_KINDS = {
    "UTF-8 that was read in another encoding": re.compile(
        rf"[ÂÃ]{_LATER}|â{_LATER}{{2}}|ð{_LATER}{{3}}|ï»¿|‚Ä[\u00a0-\u02ff†]"
    ),
    "characters that could not be decoded": re.compile("\ufffd"),
    "HTML entities": _ENTITY,
    "tags": re.compile(r"</[A-Za-z][\w-]*\s*>|<(?:br|hr|img)\b[^<>]*>|<[A-Za-z][\w-]*(?:\s+[\w-]+=[^<>]*)>"),
    "quoted-printable": re.compile(r"(?:=[89A-F][0-9A-F]){2}|(?<!\w)=9[1-4](?=\w)|=20\r?\n|(?<!=)=\r?\n(?=\S)"),
    "escapes of a programming language": re.compile(r"\\(?:u[0-9a-fA-F]{4}|x[89a-fA-F][0-9a-fA-F]|[\"'])"),
}


def damage(text: str) -> Iterator[TextWarning]:
    """A warning for each kind of damage, at its first occurrence."""
    for kind, pattern in _KINDS.items():
        found = (m for m in pattern.finditer(text) if pattern is not _ENTITY or not m[1] or f"{m[1]};" in html5)
        first = next(found, None)
        if first is not None:
            message = f"the text is damaged: it has {kind}; statements may be missing or wrong"
            yield TextWarning(WarningCode.TEXT_DAMAGED, message, Span(first.start(), first.end()))
