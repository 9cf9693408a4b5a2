"""Coreference: documents with their mentions, from GUM and from JSON lines with clusters or with one pronoun."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sayso_server.parsing.coreference import Kind, Mention, kind_of, name_around
from sayso_tools.formats.conllu import Block, by_document, read_conllu, words_of
from sayso_tools.formats.gum import mentions as gum_mentions
from sayso_tools.training.corpus import Paragraph, Sentence, recased, retyped, size
from sayso_tools.training.words import Cut, Tokenize, cut

LONGEST = 600
"""Maximum words of a training document; longer ones are split between paragraphs and sentences."""

LONGEST_NAME = 8

AFTER_NOUN = frozenset(
    {
        *("of", "in", "for", "to", "at", "on", "from", "with", "by", "as", "than"),
        *("who", "which", "that", ",", "(", ":", "-", "–", "—"),
    }
)
"""Words that end the part of a noun phrase up to its noun."""

BEFORE_NAME = frozenset(
    ("the", "a", "an", "this", "that", "these", "those", "his", "her", "its", "their", "our", "my", "your")
)


@dataclass(frozen=True, slots=True)
class Marked:
    """A mention: words [first, end) of the document, its kind, and its entity in the document.

    `is_asked`: whether its antecedent is known, so that it can be used for training or evaluation.
    """

    first: int
    end: int
    kind: Kind
    entity: str
    is_asked: bool = True


@dataclass(frozen=True)
class Document:
    """Paragraphs and their mentions in text order.

    `seen`: the share of rounds in which each of its parts is used. `has_first`: whether a mention may be the first of
    its entity; if not, only the correct antecedent among those given counts.
    """

    name: str
    paragraphs: list[Paragraph]
    mentions: tuple[Marked, ...]
    seen: float = 1.0
    has_first: bool = True

    @property
    def size(self) -> int:
        """The number of its words."""
        return sum(map(size, self.paragraphs))

    def described(self) -> list[Mention]:
        """The mentions in the form used for scoring."""
        words = [(w, number) for number, s in enumerate(self.sentences()) for w in s.words]
        return [Mention(tuple(w for w, _ in words[m.first : m.end]), m.kind, words[m.first][1]) for m in self.mentions]

    def sentences(self) -> Iterator[Sentence]:
        """All sentences in order."""
        return (sentence for paragraph in self.paragraphs for sentence in paragraph)

    def gold(self) -> np.ndarray:
        """The correct antecedents; see `Antecedents.loss`."""
        count = len(self.mentions)
        entities = np.array([m.entity for m in self.mentions])
        is_same = (entities[:, None] == entities[None]) & np.tri(count, k=-1, dtype=bool)
        first = np.full(count, -1) if not self.has_first else (~is_same.any(1)).astype(int)
        table = np.concatenate([first[:, None], is_same.astype(int)], 1)
        table[[not m.is_asked for m in self.mentions]] = 0
        return table


def varied(documents: Sequence[Document], rng: random.Random) -> list[Document]:
    """The documents in news typography, with some sentences in different case, and long ones split into parts."""
    parts = [part for document in documents for part in pieces(document, rng)]
    return [
        replace(part, paragraphs=[[recased(retyped(s, rng), rng) for s in p] for p in part.paragraphs])
        for part in parts
    ]


def pieces(document: Document, rng: random.Random | None = None, longest: int = LONGEST) -> Iterator[Document]:
    """The document in parts of about `longest` words, the first with random length."""
    if document.size <= longest:
        yield document
        return
    limit = rng.randint(longest // 3, longest) if rng else longest
    group: list[Paragraph] = []
    start = total = 0
    for paragraph in _short(document.paragraphs, longest):
        own = size(paragraph)
        if group and total + own > limit:
            yield _piece(document, group, start, start + total)
            group, start, total, limit = [], start + total, 0, longest
        group.append(paragraph)
        total += own
    yield _piece(document, group, start, start + total)


def _short(paragraphs: Iterable[Paragraph], longest: int) -> Iterator[Paragraph]:
    """Paragraphs, with overlong ones split."""
    for paragraph in paragraphs:
        part: Paragraph = []
        for sentence in paragraph:
            if part and size(part) + len(sentence.words) > longest // 2:
                yield part
                part = []
            part.append(sentence)
        yield part


def _piece(document: Document, paragraphs: list[Paragraph], start: int, end: int) -> Document:
    own = [m for m in document.mentions if start <= m.first and m.end <= end]
    moved = tuple(replace(m, first=m.first - start, end=m.end - start) for m in own)
    return replace(document, paragraphs=paragraphs, mentions=moved)


def gum(path: Path, paragraphs: Sequence[Paragraph] | None = None) -> list[Document]:
    """The documents of a CoNLL-U file with `Entity=`; `paragraphs` are those of the same file with other labels."""
    given = iter([s for p in paragraphs for s in p]) if paragraphs is not None else None
    return [_of_blocks(blocks, given) for blocks in by_document(read_conllu(path))]


def _of_blocks(blocks: Sequence[Block], given: Iterator[Sentence] | None) -> Document:
    paragraphs: list[Paragraph] = []
    found: dict[tuple[int, int], Marked] = {}
    start = 0
    for block in blocks:
        rows = words_of(block.rows)
        sentence = next(given) if given is not None else Sentence([row[1] for row in rows], {})
        if not paragraphs or block.begins_paragraph:
            paragraphs.append([])
        paragraphs[-1].append(sentence)
        for first, end, entity, _ in gum_mentions(rows):
            head = next((i for i in range(first, end) if not first < int(rows[i][6]) <= end), first)
            tags, heads = [row[3] for row in rows], [int(row[6]) - 1 for row in rows]
            kind = kind_of(tags[head])
            a, b = name_around(head, tags, heads) if kind is Kind.NAME else (head, head + 1)
            found.setdefault((start + a, start + b), Marked(start + a, start + b, kind, entity))
        start += len(rows)
    return Document(blocks[0].document, paragraphs, tuple(found[key] for key in sorted(found)))


def clustered(
    path: Path,
    tokenize: Tokenize,
    work: Path,
    *,
    seen: float = 1.0,
    asked: Callable[[Kind], bool] | None = None,
    every: int = 1,
) -> list[Document]:
    """Documents of JSON lines with `clusters`; `asked` selects the kinds of mentions to learn from."""
    out = []
    for document, words in cut(path, tokenize, work, every):
        given = [(m["span"], m["kind"], c["id"]) for c in document["clusters"] for m in c["mentions"]]
        marked = _marked(words, given)
        if asked is not None:
            marked = {k: replace(m, is_asked=asked(m.kind)) for k, m in marked.items()}
        mentions = tuple(marked[key] for key in sorted(marked))
        out.append(Document(document["id"], _paragraphs(words), mentions, seen))
    return out


def pronouns(path: Path, tokenize: Tokenize, work: Path, *, seen: float = 1.0, every: int = 1) -> list[Document]:
    """Documents of JSON lines with one `pronoun` and two `candidates`, if the correct one comes before it."""
    out = []
    for document, words in cut(path, tokenize, work, every):
        pronoun = document["pronoun"]
        before = [c for c in document["candidates"] if c["span"][1] <= pronoun[0]]
        right = [c["coref"] for c in before]
        if sum(right) != 1:
            continue
        given = [(c["span"], "PROP", "right" if c["coref"] else "wrong") for c in before]
        marked = _marked(words, [*given, (pronoun, "PRON", "right")])
        mentions = tuple(replace(marked[k], is_asked=marked[k].kind is Kind.PRONOUN) for k in sorted(marked))
        if len(mentions) == len(before) + 1:
            out.append(Document(document["id"], _paragraphs(words), mentions, seen, has_first=False))
    return out


def _paragraphs(words: Cut) -> list[Paragraph]:
    return [[Sentence([w.text for w in sentence], {}) for sentence in sentences] for sentences in words]


_KINDS: Mapping[str, Kind] = {"PRON": Kind.PRONOUN, "PROP": Kind.NAME, "NOM": Kind.NOUN}


def _marked(words: Cut, given: Iterable[tuple[Sequence[int], str, Any]]) -> dict[tuple[int, int], Marked]:
    """Mentions by their words; of two with the same words the longer one."""
    flat = [w for sentences in words for sentence in sentences for w in sentence]
    out: dict[tuple[int, int], Marked] = {}
    for (start, end), tag, entity in sorted(given, key=lambda g: g[0][0] - g[0][1]):
        inside = [i for i, w in enumerate(flat) if w.start < end and w.end > start]
        if inside:
            texts = [flat[i].text for i in inside]
            first, last = core(texts, _KINDS[tag])
            key = (inside[0] + first, inside[0] + last)
            out.setdefault(key, Marked(*key, _KINDS[tag], str(entity)))
    return out


def core(texts: Sequence[str], kind: Kind) -> tuple[int, int]:
    """The words [first, end) of a mention that represent it: a name without article and apposition, or a noun."""
    end = next((i for i in range(1, len(texts)) if texts[i].lower() in AFTER_NOUN), len(texts))
    if kind is Kind.NAME:
        end = next((i for i in range(1, len(texts)) if texts[i] in {",", "("}), len(texts))
        first = next((i for i in range(end) if texts[i].lower() not in BEFORE_NAME), 0)
        return first, min(end, first + LONGEST_NAME)
    return end - 1, end
