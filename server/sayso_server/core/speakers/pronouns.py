"""Whom a pronoun stands for: everybody who fits in gender and number, ranked by named features."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sayso_server.core.speakers.registry import Entity
from sayso_server.core.statement import SpeakerType
from sayso_server.core.tree import Tree, Word

HE = frozenset({"he", "him", "his", "himself"})
SHE = frozenset({"she", "her", "hers", "herself"})
THEY = frozenset({"they", "their", "them", "themselves", "theirs"})
IT = frozenset({"it", "its", "itself"})
FIRST = frozenset({"i", "we", "my", "our", "me", "us", "myself", "ourselves"})
PRONOUNS = HE | SHE | THEY | IT

_KINDS = {
    "he": {SpeakerType.PERSON: 0.0},
    "they": {SpeakerType.GROUP: 0.0, SpeakerType.ORGANIZATION: -0.8, SpeakerType.PERSON: -3.5},
    "it": {SpeakerType.ORGANIZATION: 0.0, SpeakerType.DOCUMENT: -0.2, SpeakerType.GROUP: -1.5},
}
"""How well each type fits a pronoun; what is not there does not."""


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

    @property
    def kind(self) -> str:
        """ "he" also for she; "they", "it"."""
        lower = self.word.lower
        return "they" if lower in THEY else "it" if lower in IT else "he"


WEIGHTS = {
    "same sentence": 0.6,
    "sentences back": -0.9,
    "paragraphs back": -0.5,
    "subject": 0.8,
    "object": 0.0,
    "possessor": -0.2,
    "oblique": -0.4,
    "spoke last": 0.9,
    "spoke": 0.4,
    "gender known": 1.0,
    "named": 0.4,
    "often": 0.4,
    "latest": 0.3,
}
"""What each feature counts."""


def features(asked: Asked, known: Known, seen: Seen, last_turn: int, *, latest: bool) -> dict[str, float]:
    """The named features of one possible antecedent."""
    back = asked.sentence - seen.sentence
    out = {
        "same sentence": float(back == 0),
        "sentences back": float(min(back, 8)),
        "paragraphs back": float(min(asked.paragraph - seen.paragraph, 5)),
        "subject": float(seen.relation == "nsubj"),
        "object": float(seen.relation in {"obj", "iobj"}),
        "possessor": float(seen.is_possessor),
        "oblique": float(seen.relation in {"obl", "nmod"} and not seen.is_possessor),
        "spoke last": float(known.spoke == last_turn >= 0),
        "spoke": float(known.spoke >= 0),
        "gender known": float(asked.kind == "he" and known.entity.gender != ""),
        "named": float(known.entity.cluster is not None),
        "often": math.log(max(1, known.count)),
        "latest": float(latest),
    }
    return {name: value for name, value in out.items() if value}


def fits(asked: Asked, known: Known, seen: Seen) -> bool:
    """Whether gender, number and the clause allow it."""
    entity, kind = known.entity, asked.kind
    if entity.type not in _KINDS[kind] and not (entity.type is SpeakerType.UNKNOWN and kind == "he"):
        return False
    if kind == "he" and entity.gender not in {"", "m" if asked.word.lower in HE else "f"}:
        return False
    if asked.sentence - seen.sentence > 12 or asked.paragraph - seen.paragraph > 4:
        return False
    same_clause = seen.sentence == asked.sentence and seen.governor == asked.word.head >= 0
    reflexive = asked.word.lower.endswith(("self", "selves"))
    return not same_clause or reflexive or asked.word.deprel == "nmod:poss"


def rank(asked: Asked, recent: Sequence[Known]) -> list[tuple[float, Entity]]:
    """(probability, entity), the best first, of those met lately."""
    last_turn = max((k.spoke for k in recent), default=-1)
    scored: list[tuple[float, Entity]] = []
    seen_of = ((k, k.inner if asked.quoted else k.outer) for k in recent)
    options = [(k, s) for k, s in seen_of if s is not None and s.offset < asked.word.start and fits(asked, k, s)]
    latest = max((s.offset for _, s in options), default=-1)
    for known, seen in options:
        found = features(asked, known, seen, last_turn, latest=seen.offset == latest)
        score = sum(WEIGHTS[name] * value for name, value in found.items())
        scored.append((score + _KINDS[asked.kind].get(known.entity.type, -1.0), known.entity))
    total = sum(math.exp(s) for s, _ in scored)
    return sorted(((math.exp(s) / total, e) for s, e in scored), key=lambda item: -item[0])
