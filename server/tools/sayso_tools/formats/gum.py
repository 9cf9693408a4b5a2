"""GUM's entity layer: the key `Entity` in the last column of its CoNLL-U files."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from sayso_tools.formats.conllu import Rows

_BRACKET = re.compile(r"\((\d+)-([a-z]+)-[^()]*|(\d+)\)|\)")


class Mention(NamedTuple):
    """A mention of an entity: its rows [first, end), the entity's number in the document, its type."""

    first: int
    end: int
    entity: str
    type: str


def mentions(rows: Rows) -> Iterator[Mention]:
    """The mentions within a sentence, ordered by their ends; inner ones first."""
    opened: list[tuple[str, str, int]] = []
    for i, row in enumerate(rows):
        misc = dict(part.partition("=")[::2] for part in row[9].split("|"))
        for match in _BRACKET.finditer(misc.get("Entity", "")):
            if match[1]:
                opened.append((match[1], match[2], i))
                continue
            at = next((k for k in range(len(opened) - 1, -1, -1) if match[3] in {None, opened[k][0]}), None)
            if at is not None:
                entity, kind, first = opened.pop(at)
                yield Mention(first, i + 1, entity, kind)
