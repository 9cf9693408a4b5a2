"""Tokens and sentences: a stack of dilated convolutions over the atoms of a text, and nothing that steps.

The network answers three questions for each atom: does a token end here, does a sentence, does the token hold several
words? Together these are the labels of Stanza's tokenizer. The paragraphs of a text make one row, with empty places
between them, so that no paragraph is read with another and none is padded to the length of the longest.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from stanza.models.common.doc import END_CHAR, ID, MISC, START_CHAR, TEXT, Document, Sentence, Token, Word
from torch import Tensor, nn

from sayso_server.parsing import atoms
from sayso_server.parsing import document as light
from sayso_server.parsing.document import Expand

DILATIONS = (1, 2, 4, 8, 1)
"""How far apart the three atoms are that each layer sees."""

CHUNK = 2048
"""Places read at once. Each chunk is read with what the layers see around it: the result does not depend on it."""

STEP = 128
"""Chunks have a multiple of so many places: torch prepares a convolution for each length, which takes long."""

LONGEST_TOKEN = 1000
UNKNOWN = "<UNK>"
"""What replaces the text of a longer token, as in Stanza."""


class Network(nn.Module):
    """Scores of the three questions for each atom, a token's first.

    `known` are the features that have a row of the table, in ascending order. The first row is that of all others.
    """

    known: Tensor

    def __init__(self, width: int, known: Tensor, dilations: Sequence[int] = DILATIONS) -> None:
        super().__init__()
        self.width, self.dilations = width, list(dilations)
        self.reach = sum(dilations)
        self.gap = max(dilations)
        self.register_buffer("known", known)
        self.table = nn.Embedding(len(known) + 1, width)
        nn.init.normal_(self.table.weight, std=0.3)
        self.after = nn.Embedding(3, width)
        self.style = nn.Linear(atoms.STYLE, width, bias=False)
        self.layers = nn.ModuleList([nn.Conv1d(width, width, 3, dilation=dilation) for dilation in dilations])
        self.scores = nn.Linear(width, 3)
        self.dropout: nn.Module = nn.Identity()  # other in training

    def rows(self, features: Tensor) -> Tensor:
        """The rows of the table for features."""
        places = torch.searchsorted(self.known, features).clamp(max=len(self.known) - 1)
        return torch.where(self.known[places] == features, places + 1, 0)

    def embed(self, rows: Tensor) -> Tensor:
        """What is read of atoms, (atoms, width), from rows of the table, (atoms, kinds of features)."""
        summed: Tensor = self.table(rows).sum(1)
        return summed

    def read(self, embedded: Tensor, found: atoms.Text) -> Tensor:
        """The states of atoms, (atoms, width): what they are, what follows them, and how their paragraph is written."""
        of_paragraphs = self.style(self.dropout(torch.from_numpy(atoms.style(found))))
        states: Tensor = embedded + of_paragraphs[torch.from_numpy(atoms.paragraphs(found))]
        states += self.after(torch.from_numpy(found.after))
        return self.dropout(states)  # type: ignore[no-any-return]

    def forward(self, row: Tensor, filled: Tensor) -> Tensor:
        """Scores (places - 2 * reach, 3) of a row (width, places); `filled` (places) is 1 where there is an atom.

        Each layer adds to each place what three atoms around it yield, and sees as many places less at both ends.
        """
        row = row[None]
        for layer, dilation in zip(self.layers, self.dilations, strict=True):
            filled = filled[dilation:-dilation]
            row = self.dropout(layer(row).relu() + row[:, :, dilation:-dilation]) * filled
        scores: Tensor = self.scores(row[0].T)
        return scores

    def save(self, path: Path) -> None:
        """Write settings and, in half precision, parameters."""
        state = {
            name: value.half() if value.is_floating_point() else value for name, value in self.state_dict().items()
        }
        torch.save({"width": self.width, "dilations": self.dilations, "state": state}, path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a network in evaluation mode. Files hold tensors and plain values only."""
        content = torch.load(path, weights_only=True, map_location="cpu")
        network = cls(content["width"], content["state"]["known"], content["dilations"])
        network.load_state_dict(content["state"])
        return network.float().eval()


def is_own_tokenizer(path: Path) -> bool:
    """Whether a file holds a network of ours; otherwise Stanza's tokenizer loads it."""
    return path.exists() and "dilations" in torch.load(path, weights_only=True, map_location="cpu")


class Layout(NamedTuple):
    """The places of atoms in the row, and how many places it has."""

    places: np.ndarray
    length: int


def layout(found: atoms.Text, network: Network) -> Layout:
    """Atoms one after the other, with empty places between paragraphs and at both ends."""
    places = np.arange(len(found)) + network.gap * atoms.paragraphs(found) + network.reach
    return Layout(places, int(places[-1]) + network.reach + 1 if len(places) else 0)


class Tokens(NamedTuple):
    """The tokens of a text: their offsets, how much speaks for a sentence's end, whether one holds several words.

    Margins are logits, infinite at the borders of paragraphs. A sentence ends where they are above 0.
    """

    starts: np.ndarray
    ends: np.ndarray
    margins: np.ndarray
    multiword: np.ndarray

    @property
    def last(self) -> np.ndarray:
        """Whether a sentence ends with each."""
        is_last: np.ndarray = self.margins > 0
        return is_last


class Tokenizer:
    """Cuts texts with a network. It remembers what the network reads of the atoms that it met."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._lexicon = atoms.Lexicon()
        self._vectors = torch.empty(0, network.width)
        self._filled = 0

    @torch.inference_mode()
    def cut(self, text: str) -> Tokens:
        """The tokens of all paragraphs of a text. Blank lines separate paragraphs."""
        if len(self._lexicon) > atoms.MEMORY:
            self._lexicon.forget()
            self._filled = 0
        found = atoms.cut(text, self._lexicon)
        return decode(found, self._scores(found))

    def _scores(self, found: atoms.Text) -> np.ndarray:
        """The scores of each atom, (atoms, 3)."""
        places, length = layout(found, self.network)
        states = self.network.read(self._vectors_of_lexicon().index_select(0, torch.from_numpy(found.kinds)), found)
        reach = self.network.reach
        scores = [np.empty((0, 3), np.float32)]
        for start in range(reach, length - reach, CHUNK):
            end = min(start + CHUNK, length - reach)
            seen = slice(*np.searchsorted(places, (start - reach, end + reach)))
            own = slice(*np.searchsorted(places, (start, end)))
            at = torch.from_numpy(places[seen] - start + reach)
            room = -(-(end - start) // STEP) * STEP + 2 * reach
            row = states.new_zeros(room, states.shape[1]).index_copy_(0, at, states[seen])
            filled = states.new_zeros(room).index_fill_(0, at, 1.0)
            scores.append(self.network(row.T.contiguous(), filled).numpy()[places[own] - start])
        return np.concatenate(scores)

    def _vectors_of_lexicon(self) -> Tensor:
        """What is read of each atom of the lexicon, by its number. Room grows twofold, so that little is copied."""
        features = self._lexicon.features
        if len(features) > len(self._vectors):
            room = torch.empty(2 * len(features), self._vectors.shape[1])
            room[: self._filled] = self._vectors[: self._filled]
            self._vectors = room
        if len(features) > self._filled:
            rows = self.network.rows(torch.tensor(features[self._filled :]))
            self._vectors[self._filled : len(features)] = self.network.embed(rows)
            self._filled = len(features)
        return self._vectors


UNENDED, TRAILING, UNMARKED = 2.0, 2.0, 2.0
"""Thresholds where the web and news differ: of a sentence without a stop if its paragraph ends with one, of a sentence
with an ellipsis before a small letter, and of several words without an apostrophe (its, for it's)."""


def decode(found: atoms.Text, scores: np.ndarray) -> Tokens:
    """The tokens that scores above 0 make. White space ends a token, a blank line a sentence."""
    ends = np.flatnonzero((_token_scores(found, scores[:, 0]) > 0) | (found.after <= atoms.SPACE))
    firsts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    margins = (scores[:, 1] - _least_of_sentences(found))[ends]
    margins[found.after[ends] == atoms.BORDER] = np.inf
    apostrophes = np.cumsum(atoms.is_of(found, "single"))
    is_unmarked = apostrophes[ends] == apostrophes[firsts]
    multiword = scores[ends, 2] > np.where(is_unmarked, UNMARKED, 0.0)
    return Tokens(found.starts[firsts], found.ends[ends], margins, multiword)


def _least_of_sentences(found: atoms.Text) -> np.ndarray:
    """What the score of a sentence's end must exceed, for each atom. None begins with a comma or a closing bracket."""
    is_unended = ~_is_stopped(found)
    in_prose = ~is_unended[found.after == atoms.BORDER][atoms.paragraphs(found)]
    is_row = atoms.is_of(found, "stop") & (found.ends - found.starts > 1)
    is_trailing = (atoms.is_of(found, "ellipsis") | is_row) & np.append(atoms.is_of(found, "lower")[1:], False)
    least = np.where(is_unended & in_prose, UNENDED, np.where(is_trailing, TRAILING, 0.0))
    least[:-1][atoms.is_of(found, "comma", "closing")[1:]] = np.inf
    return least


def _token_scores(found: atoms.Text, scores: np.ndarray) -> np.ndarray:
    """The scores, with one answer for both sides of a hyphen: well-known is one token, or three."""
    is_word, is_tight = atoms.is_of(found, *atoms.LETTERS, "digits"), found.after > atoms.SPACE
    inner = atoms.is_of(found, "dash")[1:-1] & is_word[:-2] & is_word[2:] & is_tight[:-2] & is_tight[1:-1]
    hyphens = np.flatnonzero(inner) + 1
    scores = scores.copy()
    scores[hyphens] = scores[hyphens - 1] = (scores[hyphens] + scores[hyphens - 1]) / 2
    return scores


def _is_stopped(found: atoms.Text) -> np.ndarray:
    """Whether a stop comes before each atom, or is it, with nothing but closing marks in between."""
    is_closing = atoms.is_of(found, "double", "single", "closing")
    is_closing[1:] &= found.after[:-1] > atoms.BORDER  # the first atom of a paragraph closes nothing
    places = np.where(is_closing, 0, np.arange(len(found)))
    stopped: np.ndarray = atoms.is_of(found, "stop", "end", "ellipsis")[np.maximum.accumulate(places)]
    return stopped


DOUBTFUL = (-6.0, 3.0)
"""Between these margins an end is open to doubt: who has seen the words may decide otherwise (see `sentences`)."""


def document_of_words(text: str, tokens: Tokens, expand: Expand) -> light.Document:
    """A light document of the words of the tokens."""
    made = light.made(text, _rows(text, tokens), expand)
    made.doubts = _doubts(tokens)
    return made


def _rows(text: str, tokens: Tokens) -> Iterator[tuple[str, int, int, bool, bool]]:
    """How each token is written, where it starts and ends, whether it is the last of a sentence, of several words."""
    is_plain = not atoms.INVISIBLE.search(text)
    columns = (tokens.starts, tokens.ends, tokens.last, tokens.multiword)
    for start, end, is_last, is_multiword in zip(*(column.tolist() for column in columns), strict=True):
        written = text[start:end] if is_plain else atoms.visible(text[start:end])
        yield (written if len(written) <= LONGEST_TOKEN else UNKNOWN), start, end, is_last, is_multiword


def _doubts(tokens: Tokens) -> dict[int, float]:
    """See `tokens.doubts`."""
    is_open = (tokens.margins > DOUBTFUL[0]) & (tokens.margins <= DOUBTFUL[1])
    return dict(zip(tokens.ends[is_open].tolist(), tokens.margins[is_open].tolist(), strict=True))


def document(text: str, tokens: Tokens) -> Any:
    """A Stanza document of the tokens, those of several words marked for Stanza's `mwt`. `doubts`: see `tokens`.

    It is what `Document` makes of the same tokens, made in half the time. Words are written without invisible
    characters.
    """
    made = Document([], text=text)
    made.doubts = _doubts(tokens)
    sentence: Any = None
    words: list[Any] = []
    of_sentence: list[Any] = []
    token: Any = None
    before = 0
    for written, start, end, is_last, is_multiword in _rows(text, tokens):
        entry: dict[str, Any] = {ID: (len(of_sentence) + 1,), TEXT: written, START_CHAR: start, END_CHAR: end}
        if is_multiword:
            entry[MISC] = "MWT=Yes"
        if (gap := text[before:start]) != " " and token is not None:
            token.spaces_after = gap
        if sentence is None:
            sentence = Sentence([entry], doc=made)
            words, of_sentence = sentence.words, sentence.tokens
            token = of_sentence[0]
        else:
            word = Word(sentence, entry)
            word.parent = token = Token(sentence, entry, words=[word])
            words.append(word)
            of_sentence.append(token)
        before = end
        if is_last:
            _finish(made, sentence)
            sentence, of_sentence = None, []
    if token is not None:
        made.sentences[0].tokens[0].spaces_before = text[: tokens.starts[0]]
        token.spaces_after = text[before:]
    made.num_tokens = made.num_words = len(tokens.starts)
    return made


def _finish(made: Any, sentence: Any) -> None:
    """Put a sentence to the others of a document."""
    sentence.text = made.text[sentence.tokens[0].start_char : sentence.tokens[-1].end_char]
    sentence.index = len(made.sentences)
    sentence.add_comment("# text = " + " ".join(sentence.text.split()))
    sentence.sent_id = str(sentence.index)
    made.sentences.append(sentence)
