"""Paragraphs as Stanza documents of sentences and words, each word with its place."""

import bisect
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

SEPARATOR = "\n\n"
"""What Stanza takes for a paragraph border: sentences never cross it."""

BATCH_CHARS = 60_000
"""Code points read at once: what bounds the memory."""

LONGEST_SENTENCE = 250
"""Words of one sentence; the parser's memory grows with the square. Longer ones are read in parts."""

Tokenize = Callable[[str], Any]
"""Text in, a Stanza document of sentences out."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, or a part of one: which, where in it, and its text."""

    paragraph: int
    offset: int
    text: str


@dataclass(frozen=True)
class Batch:
    """Pieces and the document that was made of them."""

    pieces: list[Piece]
    starts: list[int]
    document: Any

    def place(self, sentence: Any) -> tuple[int, int]:
        """The paragraph of a sentence, and what to add to its offsets to make them offsets in that paragraph."""
        k = self.piece(sentence)
        return self.pieces[k].paragraph, self.pieces[k].offset - self.starts[k]

    def piece(self, sentence: Any) -> int:
        """Which piece a sentence stands in."""
        return bisect.bisect_right(self.starts, sentence.tokens[0].start_char) - 1

    def paragraphs(self) -> list[list[Any]]:
        """The sentences, grouped by piece."""
        return [list(group) for _, group in itertools.groupby(self.document.sentences, key=self.piece)]


def batches(paragraphs: Sequence[str], tokenize: Tokenize) -> Iterator[Batch]:
    """All paragraphs that hold anything, cut into sentences, a bounded number of them at a time."""
    for pieces in _pieces(paragraphs):
        batch = _tokenized(pieces, tokenize)
        while cuts := _long_sentences(batch):
            batch = _tokenized(_cut(batch.pieces, cuts), tokenize)
        yield batch


def _tokenized(pieces: list[Piece], tokenize: Tokenize) -> Batch:
    sizes = [len(piece.text) + len(SEPARATOR) for piece in pieces]
    starts = [0, *itertools.accumulate(sizes)][:-1]
    return Batch(pieces, starts, tokenize(SEPARATOR.join(piece.text for piece in pieces)))


def _pieces(paragraphs: Sequence[str]) -> Iterator[list[Piece]]:
    """Paragraphs that hold anything, single line breaks as spaces, in batches."""
    batch: list[Piece] = []
    size = 0
    for i, text in enumerate(paragraphs):
        if not text.strip():
            continue
        if batch and size + len(text) > BATCH_CHARS:
            yield batch
            batch, size = [], 0
        batch.append(Piece(i, 0, text.replace("\r", " ").replace("\n", " ")))
        size += len(text)
    if batch:
        yield batch


def _long_sentences(batch: Batch) -> dict[int, list[int]]:
    """Where to cut which piece: before every so many words of its long sentences."""
    cuts: dict[int, list[int]] = {}
    for sentence in batch.document.sentences:
        if len(sentence.words) > LONGEST_SENTENCE:
            k, step = batch.piece(sentence), LONGEST_SENTENCE // 2
            cuts.setdefault(k, []).extend(t.start_char - batch.starts[k] for t in sentence.tokens[step::step])
    return cuts


def _cut(pieces: Sequence[Piece], cuts: dict[int, list[int]]) -> list[Piece]:
    out: list[Piece] = []
    for k, piece in enumerate(pieces):
        edges = [0, *sorted({c for c in cuts.get(k, []) if 0 < c < len(piece.text)}), len(piece.text)]
        parts = [(a, piece.text[a:b]) for a, b in itertools.pairwise(edges)]
        out += [Piece(piece.paragraph, piece.offset + a, text) for a, text in parts if text.strip()]
    return out


def spans_of_words(sentence: Any) -> Iterator[tuple[Any, Any, int, int]]:
    """(token, word, start, end) of every word; words of a multi-word token without places of their own share its."""
    for token in sentence.tokens:
        for word in token.words:
            start = token.start_char if word.start_char is None else word.start_char
            end = token.end_char if word.end_char is None else word.end_char
            yield token, word, start, end


def texts_of_words(document: Any, sentence: Any) -> list[str]:
    """The words as the heads read them: as written, where a token is one word (Stanza replaces very long ones)."""
    if document.text is None:
        return [word.text for word in sentence.words]
    return [
        document.text[start:end] if len(token.words) == 1 else word.text
        for token, word, start, end in spans_of_words(sentence)
    ]
