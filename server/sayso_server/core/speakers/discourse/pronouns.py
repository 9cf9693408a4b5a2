"""Whom a pronoun stands for: everybody who fits in gender and number, ranked by named features."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from sayso_server.core.scoring import load_scorer
from sayso_server.core.speakers.entities import Entity
from sayso_server.core.statement import SpeakerType
from sayso_server.core.tree import Tree, Word

HE = frozenset({"he", "him", "his", "himself"})
SHE = frozenset({"she", "her", "hers", "herself"})
THEY = frozenset({"they", "their", "them", "themselves", "theirs"})
IT = frozenset({"it", "its", "itself"})
FIRST = frozenset({"i", "we", "my", "our", "me", "us", "myself", "ourselves"})
PRONOUNS = HE | SHE | THEY | IT

_KINDS = {
    "he": frozenset({SpeakerType.PERSON, SpeakerType.UNKNOWN}),
    "they": frozenset({SpeakerType.GROUP, SpeakerType.ORGANIZATION, SpeakerType.PERSON}),
    "it": frozenset({SpeakerType.ORGANIZATION, SpeakerType.DOCUMENT, SpeakerType.GROUP}),
}
"""What a pronoun may stand for."""


RULES = {"he": "pronoun he or she", "they": "pronoun they", "it": "pronoun it"}
"""What a link by a pronoun says of how it was found."""


def kind_of_pronoun(word: Word) -> str:
    """ "he" also for she; "they", "it"."""
    return "they" if word.lower in THEY else "it" if word.lower in IT else "he"


@dataclass(frozen=True)
class Seen:
    """Where somebody was last mentioned, and as what of which word: subject, object."""

    offset: int
    sentence: int
    paragraph: int
    relation: str
    governor: int
    is_possessor: bool


@dataclass
class Known:
    """Somebody in the text so far. `outer` is the last mention outside quotations, `spoke` the last turn."""

    entity: Entity
    outer: Seen | None = None
    inner: Seen | None = None
    count: int = 0
    spoke: int = -1


@dataclass(frozen=True)
class Asked:
    """A pronoun in its sentence."""

    word: Word
    tree: Tree
    sentence: int
    paragraph: int
    quoted: bool

    @cached_property
    def kind(self) -> str:
        """ "he" also for she; "they", "it"."""
        return kind_of_pronoun(self.word)


def features(asked: Asked, known: Known, seen: Seen, last_turn: int, *, latest: bool) -> dict[str, float]:
    """The named features of one possible antecedent; those that are 0 are left out."""
    back = asked.sentence - seen.sentence
    kind, entity = asked.kind, known.entity
    is_subject = seen.relation == "nsubj"
    out = {
        "same sentence": float(back == 0),
        "sentence before": float(back == 1),
        "sentences back": float(min(back, 8)),
        "paragraphs back": float(min(asked.paragraph - seen.paragraph, 5)),
        "subject": float(is_subject),
        "subject of the same sentence": float(is_subject and back == 0),
        "subject for subject": float(is_subject and asked.word.relation == "nsubj"),
        "subject above": float(back == 0 and is_subject and _is_above(asked, seen)),
        "object": float(seen.relation in {"obj", "iobj"}),
        "possessor": float(seen.is_possessor),
        "oblique": float(seen.relation in {"obl", "nmod"} and not seen.is_possessor),
        "spoke last": float(known.spoke == last_turn >= 0 and not asked.quoted),
        "spoke last, of a quoted": float(known.spoke == last_turn >= 0 and asked.quoted),
        "spoke": float(known.spoke >= 0),
        "gender known": float(kind == "he" and entity.gender != ""),
        "named": float(entity.cluster is not None),
        "often": math.log(max(1, known.count)),
        "latest": float(latest),
        f"{kind}: {entity.type.value}": 1.0,
    }
    return {name: value for name, value in out.items() if value}


def _is_above(asked: Asked, seen: Seen) -> bool:
    """Olin in "Olin said that she …": the subject of a verb that governs the pronoun's."""
    return any(a.index == seen.governor for a in asked.tree.ancestors(asked.word))


def fits(asked: Asked, known: Known, seen: Seen) -> bool:
    """Whether gender, number and the clause allow it."""
    entity, kind = known.entity, asked.kind
    if entity.type not in _KINDS[kind]:
        return False
    if kind == "they" and entity.cluster is not None and entity.cluster.is_place:
        return False
    if kind == "he" and entity.gender not in {"", "m" if asked.word.lower in HE else "f"}:
        return False
    if asked.sentence - seen.sentence > 12 or asked.paragraph - seen.paragraph > 4:
        return False
    same_clause = seen.sentence == asked.sentence and seen.governor == asked.word.head >= 0
    reflexive = asked.word.lower.endswith(("self", "selves"))
    return not same_clause or reflexive or asked.word.deprel == "nmod:poss"


def candidates(asked: Asked, recent: Sequence[Known]) -> list[tuple[dict[str, float], Known]]:
    """(features, whom) of everybody among those met lately who fits."""
    last_turn = max((k.spoke for k in recent), default=-1)
    seen_of = ((k, k.inner if asked.quoted else k.outer) for k in recent)
    options = [(k, s) for k, s in seen_of if s is not None and s.offset < asked.word.start and fits(asked, k, s)]
    latest = max((s.offset for _, s in options), default=-1)
    return [(features(asked, k, s, last_turn, latest=s.offset == latest), k) for k, s in options]


@cache
def weights() -> dict[str, float]:
    """What each feature counts: `data/pronouns.json`; `sayso_server.training.pronouns` can fit others."""
    return dict(load_scorer("pronouns").weights)


def rank(found: Sequence[tuple[dict[str, float], Known]]) -> list[tuple[float, Entity]]:
    """(probability, entity), the best first."""
    learned = weights()
    scored = [(math.exp(sum(learned.get(f, 0.0) * v for f, v in fs.items())), k.entity) for fs, k in found]
    total = sum(s for s, _ in scored)
    return sorted(((s / total, e) for s, e in scored), key=lambda item: -item[0])
