"""Checks of callers' arguments, with messages that name the argument."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from os import PathLike
from typing import Any

from sayso import models

OPTIONS = tuple(field.name for field in fields(models.Options))


def as_document(document: Any, *, language: str = "", document_id: str = "", name: str = "document") -> models.Document:
    """A document from a text or document. A document keeps its own language and identifier. Raises TypeError."""
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


def several(documents: object) -> Iterable[Any]:
    """The documents, checked to be several, not a single one. Raises TypeError."""
    if isinstance(documents, str | bytes | models.Document):
        kind = type(documents).__name__
        raise TypeError(f"documents is one {kind}; it must be several documents, such as a list; use extract() for one")
    if not isinstance(documents, Iterable):
        raise TypeError(
            f"documents is of type {type(documents).__name__}; it must be several documents, such as a list"
        )
    return documents


def options_of(keywords: Mapping[str, Any]) -> models.Options:
    """Options from keywords. Raises TypeError for an unknown keyword."""
    for name in keywords:
        if name not in OPTIONS:
            close = difflib.get_close_matches(name, OPTIONS, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(OPTIONS)}"
            raise TypeError(f"there is no argument {name!r}; {hint}")
    return models.Options(**keywords)


def _hint(document: object) -> str:
    """Advice for a document of the wrong type."""
    if isinstance(document, bytes | bytearray):
        return ": decode it, as in data.decode()"
    if isinstance(document, PathLike):
        return ": read it, as in path.read_text()"
    if isinstance(document, Mapping):
        return ": sayso.Document(text=...)"
    if isinstance(document, Iterable):
        return ": use extract_many() for several documents"
    return ""
