"""Documents of sentences and words: the required subset of Stanza's classes, in a fraction of the time.

Attributes have Stanza's names, so that processors accept both kinds. A token of one word is that word.
"""

import itertools
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from stanza.models.ner.utils import decode_from_bioes

Expand = Callable[[Sequence[str]], Sequence[Sequence[str]]]
"""Returns the words of each multi-word token."""


class Word:
    """A word, which is also a token unless it is part of a multi-word token.

    `id` counts from 1 in its sentence; offsets are those of the document's text.
    A word that is not spelled out in its multi-word token (unlike `wo` in `won't`) has no offsets.
    """

    __slots__ = (
        "deprel", "end_char", "feats", "head", "id", "lemma", "ner", "start_char", "text", "upos", "xpos",
    )  # fmt: skip

    def __init__(self, text: str, start: int | None, end: int | None) -> None:
        self.text = text
        self.start_char = start
        self.end_char = end
        self.id = 0
        self.upos = self.xpos = self.feats = self.lemma = self.head = self.deprel = self.ner = None

    @property
    def words(self) -> "tuple[Word, ...]":
        """The words of the token: just this one."""
        return (self,)


class Token:
    """A token of several words."""

    __slots__ = ("end_char", "ner", "start_char", "text", "words")

    def __init__(self, text: str, start: int, words: Sequence[str]) -> None:
        self.text = text
        self.start_char = start
        self.end_char = start + len(text)
        self.ner: str | None = None
        written = re.fullmatch(r"\s*".join(f"({re.escape(word)})" for word in words), text)
        places = [written.span(i) for i in range(1, len(words) + 1)] if written else [None] * len(words)
        self.words = tuple(
            Word(word, place and start + place[0], place and start + place[1])
            for word, place in zip(words, places, strict=True)
        )


class Entity(NamedTuple):
    """A name: its words and its type."""

    words: list[Word]
    type: str


class Sentence:
    """A sentence of tokens, which numbers its words. The processors' fields are empty until they have run."""

    __slots__ = ("cues", "ents", "links", "mentions", "roles", "tokens", "words")

    def __init__(self, tokens: list[Any]) -> None:
        self.tokens = tokens
        self.words: list[Word] = [word for token in tokens for word in token.words]
        for number, word in enumerate(self.words, 1):
            word.id = number
        self.ents: list[Entity] = []
        self.roles: Sequence[Any] = ()
        self.cues: Sequence[Any] = ()
        self.links: Sequence[Any] = ()
        self.mentions: Sequence[Any] = ()


class Document:
    """A text with its sentences. `doubts`: see `parsing.tokens.doubts`."""

    def __init__(self, text: str, sentences: list[Sentence], doubts: dict[int, float]) -> None:
        self.text = text
        self.sentences = sentences
        self.doubts = doubts
        self.num_words = sum(len(sentence.words) for sentence in sentences)

    def recut(self, ends: Container[int]) -> "Document":
        """A document of the same words in other sentences, see `parsing.tokens.recut`; reuses the word objects."""
        doubts = {end: margin for end, margin in self.doubts.items() if margin <= 0 or end in ends}
        tokens = (token for sentence in self.sentences for token in sentence.tokens)
        return Document(self.text, list(_sentences((token, token.end_char in ends) for token in tokens)), doubts)

    def get(self, fields: Sequence[str]) -> list[Any]:
        """The values of fields of all words."""
        return [[getattr(word, field) for field in fields] for word in self._words()]

    def set(self, fields: Sequence[str] | str, contents: Sequence[Any], *, to_token: bool = False) -> None:
        """Set a field, or several, of all words or of all tokens."""
        units = self._tokens() if to_token else self._words()
        columns = [(fields, contents)] if isinstance(fields, str) else None
        if columns is None and len(fields) == 1:
            columns = [(fields[0], contents)]
        for field, column in columns or zip(fields, zip(*contents, strict=True), strict=True):
            for unit, value in zip(units, column, strict=True):
                setattr(unit, field, value)

    def build_ents(self) -> None:
        """Set the names of all sentences, from the tags of their tokens."""
        for sentence in self.sentences:
            tags = [token.ner for token in sentence.tokens]
            found = decode_from_bioes(tags) if any(tag != "O" for tag in tags) else ()
            sentence.ents = [
                Entity([w for token in sentence.tokens[e["start"] : e["end"] + 1] for w in token.words], e["type"])
                for e in found
            ]

    def _words(self) -> list[Word]:
        return [word for sentence in self.sentences for word in sentence.words]

    def _tokens(self) -> list[Any]:
        return [token for sentence in self.sentences for token in sentence.tokens]


def made(text: str, tokens: Iterable[tuple[str, int, int, bool, bool]], expand: Expand) -> Document:
    """The document of tokens as (text, start, end, whether it is the last of a sentence, of several words)."""
    rows = list(tokens)
    several = iter(expand([written for written, _, _, _, is_multiword in rows if is_multiword]))
    units: Iterator[tuple[Any, bool]] = (
        (_token(written, start, end, next(several) if is_multiword else ()), is_last)
        for written, start, end, is_last, is_multiword in rows
    )
    return Document(text, list(_sentences(units)), {})


def _token(text: str, start: int, end: int, words: Sequence[str]) -> Any:
    if len(words) < 2:
        return Word(text, start, end)
    token = Token(text, start, words)
    token.end_char = end
    return token


def _sentences(tokens: Iterable[tuple[Any, bool]]) -> Iterator[Sentence]:
    """The sentences of tokens, each given with whether it ends a sentence."""
    own: list[Any] = []
    for token, is_last in itertools.chain(tokens):
        own.append(token)
        if is_last:
            yield Sentence(own)
            own = []
    if own:
        yield Sentence(own)
