"""What callers pass in: checked, with messages that name the argument."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from os import PathLike
from typing import Any

from sayso import models

OPTIONS = tuple(field.name for field in fields(models.Options))


def as_document(document: Any, *, language: str = "", document_id: str = "", name: str = "document") -> models.Document:
    """A document from a text. A document's own language and identifier stay. Raises TypeError."""
    if isinstance(document, models.Document):
        return models.Document(
            document.text,
            document.document_id or document_id,
            document.language or language,
            document.title,
            document.published_at,
            document.labels,
        )
    if not isinstance(document, str):
        kind = type(document).__name__
        raise TypeError(f"{name} is of type {kind}; it must be a str or a sayso.Document{_hint(document)}")
    return models.Document(document, document_id, language)


def several(documents: Iterable[Any]) -> Iterable[Any]:
    """Documents, not a single one. Raises TypeError."""
    if isinstance(documents, str | bytes | models.Document):
        kind = type(documents).__name__
        raise TypeError(f"documents is one {kind}; it must be several documents, as in a list: extract() takes one")
    if not isinstance(documents, Iterable):
        raise TypeError(f"documents is of type {type(documents).__name__}; it must be several documents, as in a list")
    return documents


def options_of(keywords: Mapping[str, Any]) -> models.Options:
    """Options from keywords. Raises TypeError where one is unknown."""
    for name in keywords:
        if name not in OPTIONS:
            close = difflib.get_close_matches(name, OPTIONS, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(OPTIONS)}"
            raise TypeError(f"there is no argument {name!r}; {hint}")
    return models.Options(**keywords)


def _hint(document: object) -> str:
    """What to do instead."""
    if isinstance(document, bytes | bytearray):
        return ": decode it, as in data.decode()"
    if isinstance(document, PathLike):
        return ": read it, as in path.read_text()"
    if isinstance(document, Mapping):
        return ": sayso.Document(text=...)"
    if isinstance(document, Iterable):
        return ": use extract_many() for several documents"
    return ""
