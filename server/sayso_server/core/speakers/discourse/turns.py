"""Turns: statements outside all others, with their speakers and the people that they address by name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sayso_server.core.document import Document
from sayso_server.core.lexicon import load_words
from sayso_server.core.selection.choice import Chosen
from sayso_server.core.speakers.entities import Entities, Entity
from sayso_server.core.speakers.names.spelling import normal, unabbreviated

NEAR = 6
"""Number of turns back in which someone counts as part of a conversation."""
_NAMES_BEFORE = 40
"""Number of names before the end of a quotation among which to look for the one that is addressed."""
_VOCATIVE = re.compile(r"(?:^|, )((?:[A-Z][\w’'-]*\.? ?){1,3})(?=[,.!?—]*[”\"’']*$|, )")
_ENDING = 2
"""Characters at the end of a content in which to look for a question mark: ?”"""


@dataclass(frozen=True, slots=True)
class Turn:
    """A statement outside all others: its speaker and its place. `end` is the end of its content.

    `target` is the person whom it is addressed to or aimed at: the addressee, or the accused. `asks`: it is a question.
    `charges`: it accuses. `switched`: its speaker was found by alternation, not by a cue.
    """

    offset: int
    entity: Entity
    end: int
    quoted: bool
    addressee: Entity | None = None
    target: Entity | None = None
    asks: bool = False
    charges: bool = False
    switched: bool = False


def words_of(document: Document, item: Chosen) -> str:
    """The content of a statement as text."""
    return " ".join(span.of(document.plain) for span in item.candidate.content)


def asks(document: Document, item: Chosen) -> bool:
    """Whether a statement ends with a question, or is an indirect one: asked if she would go."""
    cue, content = item.candidate.cue, item.candidate.content
    first = document.plain[content[0].start : content[-1].end].split(maxsplit=1)[:1]
    if cue is not None and cue.lemma in load_words("asking_verbs") and first and first[0] in load_words("questions"):
        return True
    return "?" in document.plain[content[-1].end - _ENDING : content[-1].end]


def called(entities: Entities, turns: Sequence[Turn], item: Chosen) -> Entity | None:
    """The person addressed by name or title in a quotation: “Fees, Senator.”"""
    words, end = words_of(entities.document, item), item.candidate.content[-1].end
    for match in _VOCATIVE.finditer(words.strip("“”\"‘’' ")):
        name = [unabbreviated(normal(w)) for w in match[1].split()]
        for entity in reversed(dict.fromkeys(turn.entity for turn in turns[-NEAR:])):
            if _is_called(entity, name):
                return entity
        for found in reversed(entities.names.before(end, _NAMES_BEFORE)):
            if found.cluster.is_person and name[-1] in found.cluster.key:
                return entities.named[found.cluster]
    return None


def _is_called(entity: Entity, name: Sequence[str]) -> bool:
    """Whether these words, a name or title, refer to the entity: Senator, for Sen. Ada Prowse."""
    if entity.cluster is None:
        return False
    honorifics = load_words("honorifics")
    own = set(entity.cluster.key) | (entity.cluster.words & load_words("roles", "honorifics"))
    return all(word in own or word in honorifics for word in name) and any(word in own for word in name)
