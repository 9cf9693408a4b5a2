"""Dependency trees: Universal Dependencies of one sentence, with offsets into the document."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from sayso_server.core.statement import Span


@dataclass(frozen=True, slots=True)
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

    @property
    def span(self) -> Span:
        """Where the word stands."""
        return Span(self.start, self.end)

    @property
    def relation(self) -> str:
        """The relation without its subtype: nsubj of nsubj:pass."""
        return self.deprel.partition(":")[0]

    @property
    def lower(self) -> str:
        """The form in lower case, with a straight apostrophe."""
        return self.text.lower().replace("’", "'")


class Name(NamedTuple):
    """A name: its words from `first` to before `end` (indices in the sentence), and its type: PER, ORG or LOC."""

    first: int
    end: int
    type: str


class Roles(NamedTuple):
    """How likely a word is part of a source, of a cue, of a content, and the first word of a content."""

    source: float
    cue: float
    content: float
    begins: float


@dataclass(frozen=True)
class Tree:
    """A sentence as a tree of words; its names, and the roles of its words, where the models have found them."""

    words: tuple[Word, ...]
    names: tuple[Name, ...] = ()
    roles: tuple[Roles, ...] = ()
    _children: tuple[tuple[int, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        children: list[list[int]] = [[] for _ in self.words]
        for word in self.words:
            if 0 <= word.head < len(self.words):
                children[word.head].append(word.index)
        object.__setattr__(self, "_children", tuple(map(tuple, children)))

    @cached_property
    def span(self) -> Span:
        """From the first word to the last."""
        return Span(self.words[0].start, self.words[-1].end)

    def head(self, word: Word) -> Word | None:
        """The governor of `word`, None for the root."""
        return self.words[word.head] if word.head >= 0 else None

    def children(self, word: Word, *relations: str) -> list[Word]:
        """The dependents of `word`, in text order; with `relations` only those (nsubj also means nsubj:pass)."""
        found = [self.words[i] for i in self._children[word.index]]
        return [w for w in found if w.relation in relations or w.deprel in relations] if relations else found

    def child(self, word: Word, *relations: str) -> Word | None:
        """The first of `children`."""
        return next(iter(self.children(word, *relations)), None)

    def subtree(self, word: Word, skip: Callable[[Word], bool] | None = None) -> set[int]:
        """Indices of `word` and all below it, without the branches that start at a word that `skip` names."""
        out: set[int] = set()
        stack = [word.index]
        while stack:
            index = stack.pop()
            if index not in out:
                out.add(index)
                stack += [c for c in self._children[index] if not (skip and skip(self.words[c]))]
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
        """The same tree, `by` code points further on."""
        words = tuple(replace(w, start=w.start + by, end=w.end + by) for w in self.words)
        return Tree(words, self.names, self.roles)
