"""Decides uncertain sentence ends with the encoder's states.

The tokenizer sees only a few characters around each place and is uncertain about some: a title without a full stop, a
link, an ellipsis. There the states of the words on both sides are used too. The encoder first reads the paragraph with
separators only after certain ends, and again if an uncertain end was confirmed.
"""

import bisect
import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from sayso_server.parsing.heads import Head
from sayso_server.parsing.tokens import LONGEST_SENTENCE, is_torn, texts_of_words

MARGIN = 1.5
"""The weight of the tokenizer's margin relative to the head's score."""


class Ends(Head):
    """Scores a sentence end between two words from their states, as a logit."""

    def __init__(self, width: int, hidden: int = 256) -> None:
        super().__init__(dropout=0.5, width=width, hidden=hidden)
        self.hidden = nn.Linear(2 * width, hidden)
        self.score = nn.Linear(hidden, 1)

    def forward(self, before: Tensor, behind: Tensor) -> Tensor:
        """Logits (pairs,) of the states on both sides, (layers, pairs, width) each."""
        both = torch.cat([self.mixed(before), self.mixed(behind)], 1)
        logits: Tensor = self.score(self.dropout(self.hidden(both).relu())).squeeze(1)
        return logits


class Doubt(NamedTuple):
    """An uncertain sentence end: the preceding word of the paragraph, the offset, the tokenizer's margin."""

    word: int
    end: int
    margin: float


class Units(NamedTuple):
    """A paragraph for the first reading: its words in units, each up to a certain end, and the doubts within units."""

    words: list[list[str]]
    doubts: list[Doubt]

    @property
    def size(self) -> int:
        """The number of its words."""
        return sum(map(len, self.words))


def units(document: Any, paragraph: Sequence[Any], margins: dict[int, float]) -> Units:
    """The units of the sentences of a paragraph. `margins` has the margins of uncertain ends, by offset."""
    own = Units([], [])
    size, is_open = 0, False
    for sentence in paragraph:
        texts = texts_of_words(document, sentence)
        if is_open:
            own.words[-1].extend(texts)
        else:
            own.words.append(texts)
        for token in sentence.tokens:
            size += len(token.words)
            if is_open := token.end_char in margins:
                own.doubts.append(Doubt(size - 1, token.end_char, margins[token.end_char]))
    return own


def decide(head: Ends, states: Tensor, read: Sequence[Units]) -> list[set[int]]:
    """The confirmed uncertain ends, as offsets, by paragraph; `states` are those of all words."""
    starts = itertools.accumulate((own.size for own in read), initial=0)
    by_paragraph = zip(starts, read, strict=False)
    places = torch.tensor([start + doubt.word for start, own in by_paragraph for doubt in own.doubts])
    margins = torch.tensor([doubt.margin for own in read for doubt in own.doubts])
    scores = iter((head(states[:, places], states[:, places + 1]).float().cpu() + MARGIN * margins).tolist())
    return [chosen(own, list(itertools.islice(scores, len(own.doubts)))) for own in read]


def chosen(own: Units, scores: Sequence[float]) -> set[int]:
    """The confirmed uncertain ends, as offsets.

    No sentence ends within a name or a dateline. In a long sentence the tokenizer's decision is sufficient; after a
    possible abbreviation it is required.
    """
    words = list(itertools.chain.from_iterable(own.words))
    sure = [0, *itertools.accumulate(map(len, own.words))]
    out: set[int] = set()
    begin = 0
    for doubt, score in zip(own.doubts, scores, strict=True):
        begin = max(begin, sure[bisect.bisect_right(sure, doubt.word) - 1])
        behind = doubt.word + 1
        is_long = behind - begin > LONGEST_SENTENCE // 2
        is_end = score > 0 and not _is_abbreviation(words[begin:behind])
        is_end |= doubt.margin > 0 and (is_long or score > 0)
        if is_end and not is_torn(words[begin:behind], words[behind]):
            out.add(doubt.end)
            begin = behind
    return out


def _is_abbreviation(words: Sequence[str]) -> bool:
    return len(words) == 2 and words[0].isalpha() and words[1] == "."
