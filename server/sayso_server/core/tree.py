"""Dependency trees: one sentence in Universal Dependencies, with offsets into the document."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple, dataclass_transform

from sayso_server.core.statement import Span


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def _quickly_made(cls: type[Any]) -> type[Any]:
    """A dataclass that is frozen to type checkers only.

    One that is frozen at run time takes five times as long to make, and each word of a text is made twice.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)


@_quickly_made
class Word:
    """A syntactic word. `index` counts from 0 in its sentence; `head` is an index, -1 for the root.

    `start` and `end` are code points of the document.
    """

    index: int
    text: str
    lemma: str
    upos: str
    xpos: str
    feats: str
    head: int
    deprel: str
    start: int
    end: int
    relation: str = field(init=False, repr=False, compare=False)
    """The relation without its subtype: nsubj for nsubj:pass."""
    lower: str = field(init=False, repr=False, compare=False)
    """The form in lower case, with a straight apostrophe."""

    def __post_init__(self) -> None:
        self.relation = self.deprel.partition(":")[0]  # type: ignore[misc]
        self.lower = self.text.lower().replace("’", "'")  # type: ignore[misc]

    @property
    def span(self) -> Span:
        """The position of the word in the document."""
        return Span(self.start, self.end)

    def __getstate__(self) -> tuple[Any, ...]:
        """The fields that the constructor gets; the others are derived."""
        return _given(self)

    def __setstate__(self, state: Sequence[Any]) -> None:
        self.__init__(*state)  # type: ignore[misc]


_given = attrgetter("index", "text", "lemma", "upos", "xpos", "feats", "head", "deprel", "start", "end")


class TaggedName(NamedTuple):
    """A tagged name: its words from `first` up to `end` (indices in the sentence), and its type: PER, ORG or LOC."""

    first: int
    end: int
    type: str


class Roles(NamedTuple):
    """Probabilities that a word is part of a source, a cue or a content, and that it begins a content."""

    source: float
    cue: float
    content: float
    begins: float


class LikelyCue(NamedTuple):
    """A word (by its index in the sentence) that is probably the head word of a cue, and the probability."""

    word: int
    likely: float


class CueLink(NamedTuple):
    """Probabilities that a word (by its index in the sentence) belongs to the cue whose head word starts at `cue`.

    The cue may be in another sentence of the paragraph. `share`: the word is content of this cue and no other (the
    shares of a word add up to at most 1; in nested statements, the outer cue gets it). `scope`: the word is in the
    content of this cue, even if it also belongs to another cue. `source`: the word is in the source of this cue.
    """

    word: int
    cue: int
    share: float
    scope: float
    source: float


class MentionVector(NamedTuple):
    """A noun, pronoun or name: its head word, its words from `first` up to `end`, and its vector as bytes.

    Only the coreference port reads the vector; see `core.coreference`.
    """

    word: int
    first: int
    end: int
    vector: bytes


@dataclass(frozen=True)
class Tree:
    """A sentence as a dependency tree, with the results of the models' other heads; empty if they lack such a head."""

    words: tuple[Word, ...]
    names: tuple[TaggedName, ...] = ()
    roles: tuple[Roles, ...] = ()
    cues: tuple[LikelyCue, ...] = ()
    links: tuple[CueLink, ...] = ()
    mentions: tuple[MentionVector, ...] = ()

    @cached_property
    def _dependents(self) -> tuple[tuple[Word, ...], ...]:
        dependents: list[list[Word]] = [[] for _ in self.words]
        for word in self.words:
            if 0 <= word.head < len(self.words):
                dependents[word.head].append(word)
        return tuple(map(tuple, dependents))

    @cached_property
    def span(self) -> Span:
        """From the first word to the last."""
        return Span(self.words[0].start, self.words[-1].end)

    def head(self, word: Word) -> Word | None:
        """The governor of `word`, None for the root."""
        return self.words[word.head] if word.head >= 0 else None

    def children(self, word: Word, *relations: str) -> list[Word]:
        """The dependents of `word`, in text order; with `relations`, only those (nsubj includes nsubj:pass)."""
        found = self._dependents[word.index]
        if not found or not relations:
            return list(found)
        return [w for w in found if w.relation in relations or w.deprel in relations]

    def child(self, word: Word, *relations: str) -> Word | None:
        """The first of `children`."""
        found = self._dependents[word.index]
        if not found or not relations:
            return found[0] if found else None
        for w in found:
            if w.relation in relations or w.deprel in relations:
                return w
        return None

    def subtree(self, word: Word, skip: Callable[[Word], bool] | None = None) -> set[int]:
        """Indices of `word` and all its descendants, without the branches below a word for which `skip` holds."""
        out: set[int] = set()
        stack = [word]
        while stack:
            index = stack.pop().index
            if index not in out:
                out.add(index)
                below = self._dependents[index]
                stack += [c for c in below if not skip(c)] if skip else below
        return out

    def ancestors(self, word: Word) -> Iterator[Word]:
        """The governor of `word`, its governor, and so on to the root."""
        seen = {word.index}
        while word.head >= 0 and word.head not in seen:
            word = self.words[word.head]
            seen.add(word.index)
            yield word

    def between(self, start: int, end: int) -> list[Word]:
        """The words that begin in [start, end) of the document."""
        return [w for w in self.words if start <= w.start < end]

    def shifted(self, by: int) -> "Tree":
        """The same tree, moved by `by` code points."""
        return self if by == 0 else self._moved(lambda offset: offset + by)

    def placed(self, places: Sequence[int]) -> "Tree":
        """The same tree with document offsets: `places` has the offset of each character of the parsed text."""
        return self._moved(places.__getitem__)

    def _moved(self, to: Callable[[int], int]) -> "Tree":
        words = [
            Word(w.index, w.text, w.lemma, w.upos, w.xpos, w.feats, w.head, w.deprel, to(w.start), to(w.end - 1) + 1)
            for w in self.words
        ]
        links = tuple([CueLink(k.word, to(k.cue), k.share, k.scope, k.source) for k in self.links])
        return replace(self, words=tuple(words), links=links)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles each field in columns, without cached properties: small and fast."""
        return _from_columns, tuple(_columns(getattr(self, one.name)) for one in fields(self))


_Columns = tuple[Callable[..., Any], tuple[tuple[Any, ...], ...]]
"""The row type of a field, and its values in columns."""


def _columns(rows: Sequence[Any]) -> _Columns | None:
    if not rows:
        return None
    values = map(_given, rows) if isinstance(rows[0], Word) else rows
    return type(rows[0]), tuple(zip(*values, strict=True))


def _from_columns(*packed: _Columns | None) -> Tree:
    """Restores a pickled tree."""
    return Tree(*(tuple(map(one[0], *one[1])) if one is not None else () for one in packed))
