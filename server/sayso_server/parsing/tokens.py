"""Converts paragraphs to documents of sentences and words, Stanza's or our own, with the position of each word."""

import bisect
import itertools
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stanza.models.common.doc import Document

from sayso_server.parsing import document as light

SEPARATOR = "\n\n"
"""Stanza's paragraph border: sentences never cross it."""

BATCH_CHARS = 60_000
"""Maximum code points per batch, to limit memory."""

LONGEST_SENTENCE = 250
"""Maximum words of one sentence, since the parser's memory is quadratic. Longer ones are read in parts."""

DASHES = frozenset({"—", "–", "--"})
LONGEST_DATELINE = 12
"""Maximum words before the dash of a dateline."""

LONGEST_TORN = 3
"""Maximum words of the first part of a name that was split as a sentence."""

Tokenize = Callable[[str], Any]
"""Converts text to a document of sentences, Stanza's or our own."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph or a part of one: its index, its offset in the paragraph, and its text."""

    paragraph: int
    offset: int
    text: str


@dataclass(frozen=True)
class Batch:
    """Pieces, and the document made from them."""

    pieces: list[Piece]
    starts: list[int]
    document: Any

    def place(self, sentence: Any) -> tuple[int, int]:
        """The paragraph of a sentence, and the shift from its offsets to offsets in that paragraph."""
        k = self.piece(sentence)
        return self.pieces[k].paragraph, self.pieces[k].offset - self.starts[k]

    def piece(self, sentence: Any) -> int:
        """The index of a sentence's piece."""
        return bisect.bisect_right(self.starts, sentence.tokens[0].start_char) - 1

    def paragraphs(self) -> list[list[Any]]:
        """The sentences, grouped by piece."""
        return [list(group) for _, group in itertools.groupby(self.document.sentences, key=self.piece)]


def batches(paragraphs: Sequence[str], tokenize: Tokenize) -> Iterator[Batch]:
    """All non-blank paragraphs, split into sentences, in batches of limited size."""
    for pieces in _pieces(paragraphs):
        batch = _tokenized(pieces, tokenize)
        while cuts := _long_sentences(batch):
            batch = _tokenized(_cut(batch.pieces, cuts), tokenize)
        yield batch


def _tokenized(pieces: list[Piece], tokenize: Tokenize) -> Batch:
    sizes = [len(piece.text) + len(SEPARATOR) for piece in pieces]
    starts = [0, *itertools.accumulate(sizes)][:-1]
    batch = Batch(pieces, starts, tokenize(SEPARATOR.join(piece.text for piece in pieces)))
    pairs = itertools.pairwise(batch.document.sentences)
    torn = {a.tokens[-1].end_char for a, b in pairs if batch.piece(a) == batch.piece(b) and _are_torn(a, b)}
    if not torn:
        return batch
    ends = {sentence.tokens[-1].end_char for sentence in batch.document.sentences}
    return replace(batch, document=recut(batch.document, ends - torn))


def _are_torn(sentence: Any, following: Any) -> bool:
    return is_torn([word.text for word in sentence.words], following.words[0].text)


def is_torn(words: Sequence[str], following: str) -> bool:
    """Whether a sentence ends within a name or after the dash of a dateline: Ada | Pell said so."""
    is_name = all(word.isalpha() and word.istitle() for word in words) and following.istitle()
    return (is_name and len(words) <= LONGEST_TORN) or (words[-1] in DASHES and len(words) <= LONGEST_DATELINE)


def recut(document: Any, ends: Container[int]) -> Any:
    """A document of the same words, with sentence ends after the tokens that end at these offsets, and at its end.

    Its uncertain ends (`doubts`) are kept, except those that were removed.
    """
    if isinstance(document, light.Document):
        return document.recut(ends)
    out: list[list[dict[str, Any]]] = [[]]
    for token in (token for sentence in document.sentences for token in sentence.tokens):
        shift = 1 + (max(_numbers(out[-1][-1])) if out[-1] else 0) - token.id[0]
        out[-1] += [{**row, "id": tuple(n + shift for n in _numbers(row))} for row in token.to_dict()]
        if token.end_char in ends:
            out.append([])
    made = Document([rows for rows in out if rows], text=document.text)
    made.doubts = {end: margin for end, margin in doubts(document).items() if margin <= 0 or end in ends}
    return made


def doubts(document: Any) -> dict[int, float]:
    """The uncertain sentence ends: the margin (see `decode`) by the end of the token before.

    Empty if the words do not come from our tokenizer.
    """
    return getattr(document, "doubts", {})


def _numbers(row: dict[str, Any]) -> tuple[int, ...]:
    return (row["id"],) if isinstance(row["id"], int) else tuple(row["id"])


def _pieces(paragraphs: Sequence[str]) -> Iterator[list[Piece]]:
    """Non-blank paragraphs, with single line breaks as spaces, in batches."""
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
    """The offsets at which to split pieces with overlong sentences."""
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
    """(token, word, start, end) of every word; words without their own offsets share those of their token."""
    for token in sentence.tokens:
        for word in token.words:
            start = token.start_char if word.start_char is None else word.start_char
            end = token.end_char if word.end_char is None else word.end_char
            yield token, word, start, end


def texts_of_words(document: Any, sentence: Any) -> list[str]:
    """The words for the heads: as written if a token is one word (Stanza replaces very long words)."""
    if document.text is None:
        return [word.text for word in sentence.words]
    return [
        document.text[start:end] if len(token.words) == 1 else word.text
        for token, word, start, end in spans_of_words(sentence)
    ]
