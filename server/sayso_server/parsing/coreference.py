"""The coreference head: scores a mention against each earlier mention.

A mention is a pronoun, a name or a noun. The encoder's states of its words become a short vector of signed bytes, which
is stored with the tree. Pairs are scored later, from the vectors of two mentions and features of the pair: distance in
mentions and in sentences, kinds, pronouns, and shared words. So the encoder reads once, the pairs of a document can be
scored wherever its trees are, and no cost is quadratic in the number of words.
"""

import copy
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor, nn

from sayso_server.core.coreference import AntecedentScores, Place
from sayso_server.core.tree import MentionVector, Tree
from sayso_server.parsing.heads import Head
from sayso_server.parsing.matrices import applied

LEVELS = 127
"""The largest byte of a vector."""

FARTHEST = 200
"""The maximum number of earlier mentions compared with one."""

PRONOUNS = (
    ("i", "me", "my", "mine", "myself"),
    ("we", "us", "our", "ours", "ourselves"),
    ("you", "your", "yours", "yourself", "yourselves"),
    ("he", "him", "his", "himself"),
    ("she", "her", "hers", "herself"),
    ("it", "its", "itself"),
    ("they", "them", "their", "theirs", "themselves", "themself"),
    ("who", "whom", "whose"),
    ("that", "which", "what"),
    ("this", "these", "those"),
)
"""Classes of pronouns with the same referent; all other mentions are one more class."""

CLASSES = 1 + len(PRONOUNS)
_CLASS_OF = {form: i for i, forms in enumerate(PRONOUNS, 1) for form in forms}

SENTENCES, MENTIONS = (0, 1, 2, 3, 4, 6, 10, 20), (1, 2, 3, 4, 5, 8, 12, 20, 40, 80)
"""The lower bounds of the distance steps."""

SHARED = 7
"""The number of bits for shared words; see `_shared`."""

SMALL = frozenset({"the", "a", "an", "of", "and", "'s", "’s", ".", ",", "mr.", "mrs.", "ms.", "dr."})


class Kind(IntEnum):
    """The kinds of mentions."""

    PRONOUN = 0
    NAME = 1
    NOUN = 2


class Mention(NamedTuple):
    """A mention: its words (one for a pronoun or noun), its kind, and the index of its sentence in the document."""

    words: tuple[str, ...]
    kind: Kind
    sentence: int


SIZES = (len(Kind) ** 2, CLASSES * CLASSES, len(SENTENCES), len(MENTIONS), 2**SHARED, 4)
"""The number of values of each pair feature."""

_STARTS = np.cumsum([0, *SIZES[:-1]])


SPEED = 10.0
"""The learning-rate factor of the feature biases."""


def _expected() -> np.ndarray:
    """The initial bias of each feature, set by hand."""
    kinds = np.full((len(Kind), len(Kind)), 0.0)
    kinds[Kind.PRONOUN, Kind.PRONOUN] = -3.0  # the same pronoun shares all its words
    pronouns = np.zeros((CLASSES, CLASSES))
    pronouns[1:, 1:] = -3.0
    np.fill_diagonal(pronouns[1:, 1:], 1.0)
    bits = np.arange(2**SHARED)[:, None] >> np.arange(SHARED) & 1
    shared = bits @ np.array([2.0, 1.5, 0.5, 1.0, 0.5, 0.5, 2.0])
    shared[0] = -1.0
    steps = [-weight * np.arange(size) for weight, size in ((0.2, len(SENTENCES)), (0.1, len(MENTIONS)))]
    plural = np.array([[0.5, -0.5], [-0.5, 0.5]])
    return np.concatenate([kinds.ravel(), pronouns.ravel(), *steps, shared, plural.ravel()])


def pronoun_class(word: str) -> int:
    """The class of a pronoun; 0 for other words."""
    return _CLASS_OF.get(word.lower(), 0)


def is_plural(mention: Mention) -> bool:
    """Whether a noun or pronoun looks like more than one."""
    last = mention.words[-1].lower()
    if mention.kind is Kind.PRONOUN:
        return pronoun_class(last) in {2, 7}
    return last in {"people", "men", "women", "children", "police"} or (
        last.endswith("s") and not last.endswith(("ss", "us", "is")) and mention.kind is Kind.NOUN
    )


def features(mentions: Sequence[Mention], later: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    """Rows (pairs, features) of an embedding table for pairs of mentions given by index."""
    kind = np.array([m.kind for m in mentions])
    pronoun = np.array([pronoun_class(m.words[-1]) if m.kind is Kind.PRONOUN else 0 for m in mentions])
    sentence = np.array([m.sentence for m in mentions])
    plural = np.array([is_plural(m) for m in mentions], dtype=np.int64)
    columns = [
        kind[later] * len(Kind) + kind[earlier],
        pronoun[later] * CLASSES + pronoun[earlier],
        np.searchsorted(SENTENCES, np.maximum(0, sentence[later] - sentence[earlier]), side="right") - 1,
        np.searchsorted(MENTIONS, later - earlier, side="right") - 1,
        _shared(mentions, later, earlier),
        plural[later] * 2 + plural[earlier],
    ]
    rows: np.ndarray = np.stack(columns, 1) + _STARTS
    return rows


def _shared(mentions: Sequence[Mention], later: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    """Bits: same words, same last word, same first word, one contained in the other (both ways), any word, acronym."""
    words = [[w.lower() for w in m.words if w.lower() not in SMALL] or [m.words[-1].lower()] for m in mentions]
    whole, last, first = (_numbers(texts) for texts in zip(*((" ".join(w), w[-1], w[0]) for w in words), strict=True))
    ids = {word: i for i, word in enumerate({word for own in words for word in own})}
    table = np.zeros((len(words), len(ids)), dtype=np.float32)
    for i, own in enumerate(words):
        table[i, [ids[word] for word in own]] = 1
    is_first = np.diff(later, prepend=-1) > 0  # pairs are ordered by the later one
    common, size = (table[later[is_first]] @ table.T)[np.cumsum(is_first) - 1, earlier], table.sum(1)
    initials = ["".join(w[0] for w in own) if len(own) > 1 else "-" for own in words]
    short = [own[0].replace(".", "") if len(own) == 1 and len(own[0]) > 1 else "" for own in words]
    initials_of, short_of = np.split(_numbers([*initials, *short]), 2)
    bits = [
        whole[later] == whole[earlier],
        last[later] == last[earlier],
        first[later] == first[earlier],
        common >= size[later],
        common >= size[earlier],
        common > 0,
        (initials_of[later] == short_of[earlier]) | (initials_of[earlier] == short_of[later]),
    ]
    out: np.ndarray = sum((bit.astype(np.int64) << k for k, bit in enumerate(bits)), np.zeros(len(later), np.int64))
    return out


def _numbers(texts: Sequence[str]) -> np.ndarray:
    """A number for each text; equal texts have equal numbers."""
    known: dict[str, int] = {}
    return np.array([known.setdefault(text, len(known)) for text in texts])


def pairs(count: int, farthest: int = FARTHEST, asked: Sequence[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of a mention and an earlier one at most `farthest` mentions before, ordered by the later one.

    With `asked`, only pairs of these later mentions.
    """
    sizes = np.minimum(np.arange(count), farthest)
    if asked is not None:
        is_asked = np.zeros(count, bool)
        is_asked[asked] = True
        sizes[~is_asked] = 0
    later = np.repeat(np.arange(count), sizes)
    first = np.maximum(0, np.arange(count) - farthest)
    starts = np.cumsum(np.concatenate([[0], sizes]))[:-1]
    return later, np.arange(len(later)) - starts[later] + first[later]


class Antecedents(Head):
    """Scores of pairs of mentions, and of having no antecedent."""

    def __init__(self, width: int, size: int = 64, hidden: int = 96) -> None:
        super().__init__(width=width, size=size, hidden=hidden)
        self.size = size
        self.project = nn.Linear(width, size)
        self.later, self.earlier = nn.Linear(size, hidden), nn.Linear(size, hidden, bias=False)
        self.product = nn.Linear(size, hidden, bias=False)
        self.features = nn.Embedding(sum(SIZES), hidden)
        nn.init.normal_(self.features.weight, std=0.05)
        self.pair = nn.Linear(hidden, 1)
        self.alone = nn.Linear(size, hidden)
        self.kinds = nn.Embedding(CLASSES + len(Kind), hidden)
        self.none = nn.Linear(hidden, 1)
        self.plain = nn.Parameter(torch.from_numpy(_expected()).float() / SPEED)

    def vectors(self, states: Tensor, spans: Sequence[tuple[int, int]]) -> Tensor:
        """The vectors (mentions, size), in -1 to 1, of mentions given as words [first, end) of the states."""
        if not spans:
            return states.new_zeros(0, self.size)
        mixed = self.mixed(states)
        ends = torch.tensor(spans, device=mixed.device)
        words = [word for first, end in spans for word in range(first, end)]
        starts = torch.cumsum(ends[:, 1] - ends[:, 0], 0) - (ends[:, 1] - ends[:, 0])
        means = F.embedding_bag(torch.tensor(words, device=mixed.device), mixed, starts, mode="mean")
        return torch.tanh(applied(self.project, means))

    def forward(
        self, vectors: Tensor, mentions: Sequence[Mention], asked: Sequence[int] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Scores (mentions, earlier mentions), -1e9 for pairs that are not compared, and of no antecedent (mentions,).

        With `asked`, only these mentions are compared with earlier ones.
        """
        count = len(mentions)
        later, earlier = pairs(count, asked=asked)
        scores = vectors.new_full((count, count), -1e9)
        if len(later):
            ids = torch.from_numpy(features(mentions, later, earlier)).to(vectors.device)
            a, b = (torch.from_numpy(places).to(vectors.device) for places in (later, earlier))
            hidden = self.product(vectors.index_select(0, a) * vectors.index_select(0, b))
            hidden += self.later(vectors).index_select(0, a)
            hidden += self.earlier(vectors).index_select(0, b)
            hidden += F.embedding_bag(ids, self.features.weight, mode="sum")
            plain = SPEED * F.embedding_bag(ids, self.plain[:, None], mode="sum")[:, 0]
            scores[a, b] = (self.pair(self.dropout(hidden.relu_()))[:, 0] + plain).to(scores.dtype)
        own = torch.tensor(
            [[pronoun_class(m.words[-1]) if m.kind is Kind.PRONOUN else 0, CLASSES + m.kind] for m in mentions],
            dtype=torch.long,
            device=vectors.device,
        ).view(count, 2)
        alone = F.relu(self.alone(vectors) + self.kinds(own).sum(1))
        return scores, self.none(self.dropout(alone))[:, 0]

    def loss(self, vectors: Tensor, mentions: Sequence[Mention], gold: np.ndarray) -> tuple[Tensor, int]:
        """The sum over mentions of the negative log probability of correct antecedents, and the number of mentions.

        `gold` (mentions, 1 + mentions): 1 for a correct antecedent, the first column for none; -1 for candidates that
        are not compared; rows without any 1 do not count.
        """
        scores, none = self(vectors, mentions)
        every = torch.cat([none[:, None], scores], 1)
        right = torch.from_numpy(gold == 1).to(vectors.device)
        every = every.masked_fill(torch.from_numpy(gold == -1).to(vectors.device), -1e9)
        rows = (right & (every > -1e8)).any(1)
        if not bool(rows.any()):
            return vectors.sum() * 0, 0
        every, right = every[rows], right[rows]
        found = every.masked_fill(~right, -1e9).logsumexp(1)
        return (every.logsumexp(1) - found).sum(), int(rows.sum())


def packed(vectors: Tensor) -> list[bytes]:
    """Vectors as signed bytes."""
    rows = (vectors * LEVELS).round().to(torch.int8).cpu().numpy()
    return [row.tobytes() for row in rows]


def unpacked(rows: Sequence[bytes]) -> Tensor:
    """Vectors from signed bytes."""
    table = np.frombuffer(b"".join(rows), dtype=np.int8).reshape(len(rows), -1)
    return torch.from_numpy(table.astype(np.float32)) / LEVELS


def mention_of(tree: Tree, sentence: int, vector: MentionVector) -> Mention:
    """The mention of a stored vector of a tree."""
    head = tree.words[vector.word]
    kind = kind_of(head.upos, is_name=vector.end - vector.first > 1)
    return Mention(tuple(w.text for w in tree.words[vector.first : vector.end]), kind, sentence)


def kind_of(upos: str, *, is_name: bool = False) -> Kind:
    """The kind of a mention, from the tag of its main word."""
    if is_name or upos == "PROPN":
        return Kind.NAME
    return Kind.PRONOUN if upos in {"PRON", "DET"} else Kind.NOUN


def name_around(place: int, tags: Sequence[str], heads: Sequence[int]) -> tuple[int, int]:
    """The words [first, end) of the name with this main word: the word and adjacent proper nouns that depend on it."""
    first, end = place, place + 1
    while first and tags[first - 1] == "PROPN" and heads[first - 1] == place:
        first -= 1
    while end < len(tags) and tags[end] == "PROPN" and heads[end] == place:
        end += 1
    return first, end


class CoreferenceScorer:
    """The head that implements the core's port, `core.coreference.Coreference`."""

    def __init__(self, head: Antecedents) -> None:
        # There are few pairs, and their features are computed in Python: a GPU would not make this faster.
        self.head = head if head.mix.device.type == "cpu" else copy.deepcopy(head).to("cpu", torch.float32)

    @torch.inference_mode()
    def scores(self, mentions: Sequence[Place], asked: Sequence[int] | None = None) -> list[AntecedentScores]:
        """See the port."""
        asked = range(len(mentions)) if asked is None else asked
        known = {i: v for i, place in enumerate(mentions) for v in place.tree.mentions if v.word == place.word}
        out = {i: AntecedentScores((0.0,) * i, 1.0) for i in asked}
        places = np.array(list(known), dtype=np.int64)
        rows = [row for row, i in enumerate(known) if i in out]
        if not rows:
            return list(out.values())
        own = [mention_of(mentions[i].tree, mentions[i].sentence, v) for i, v in known.items()]
        scores, none = self.head(unpacked([v.vector for v in known.values()]), own, rows)
        shares = torch.cat([none[:, None], scores], 1)[rows].softmax(1).double().numpy().round(3)
        for row, i in zip(shares, places[rows].tolist(), strict=True):
            every = np.zeros(len(mentions))
            every[places] = row[1:]
            out[i] = AntecedentScores(tuple(every[:i].tolist()), float(row[0]))
        return list(out.values())
