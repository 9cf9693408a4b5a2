"""Tokenizer and sentence splitter: a stack of dilated convolutions over the atoms of a text, without recurrence.

The network answers three questions for each atom: does a token end here, does a sentence end here, and does the token
have several words? Together these are the labels of Stanza's tokenizer. The paragraphs of a text form one row with
empty positions between them, so that paragraphs do not influence each other and need no padding.
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
"""The dilation of each layer: the distance between its three input atoms."""

CHUNK = 2048
"""Positions read at once. Each chunk includes the receptive field around it, so the result does not depend on it."""

STEP = 128
"""Chunk lengths are multiples of this: torch prepares a convolution for each length, which is slow."""

LONGEST_TOKEN = 1000
UNKNOWN = "<UNK>"
"""The replacement text for overlong tokens, as in Stanza."""


class Network(nn.Module):
    """Scores the three questions for each atom; the token score is the first.

    `known` are the features with their own row in the table, in ascending order. All others share the first row.
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
        self.dropout: nn.Module = nn.Identity()  # replaced in training

    def rows(self, features: Tensor) -> Tensor:
        """The rows of the table for features."""
        places = torch.searchsorted(self.known, features).clamp(max=len(self.known) - 1)
        return torch.where(self.known[places] == features, places + 1, 0)

    def embed(self, rows: Tensor) -> Tensor:
        """The embeddings of atoms, (atoms, width), from rows of the table, (atoms, kinds of features)."""
        summed: Tensor = self.table(rows).sum(1)
        return summed

    def read(self, embedded: Tensor, found: atoms.Text) -> Tensor:
        """The states of atoms, (atoms, width), from the atom, what follows it, and the style of its paragraph."""
        of_paragraphs = self.style(self.dropout(torch.from_numpy(atoms.style(found))))
        states: Tensor = embedded + of_paragraphs[torch.from_numpy(atoms.paragraphs(found))]
        states += self.after(torch.from_numpy(found.after))
        return self.dropout(states)  # type: ignore[no-any-return]

    def forward(self, row: Tensor, filled: Tensor) -> Tensor:
        """Scores (positions - 2 * reach, 3) of a row (width, positions); `filled` (positions) is 1 for atoms.

        Each layer adds a convolution of three atoms to each position, and drops the positions without neighbours.
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
    """Whether a file has our network; otherwise Stanza's tokenizer loads it."""
    return path.exists() and "dilations" in torch.load(path, weights_only=True, map_location="cpu")


class Layout(NamedTuple):
    """The positions of atoms in the row, and the length of the row."""

    places: np.ndarray
    length: int


def layout(found: atoms.Text, network: Network) -> Layout:
    """The layout of atoms in one row, with empty positions between paragraphs and at both ends."""
    places = np.arange(len(found)) + network.gap * atoms.paragraphs(found) + network.reach
    return Layout(places, int(places[-1]) + network.reach + 1 if len(places) else 0)


class Tokens(NamedTuple):
    """The tokens of a text: their offsets, the margin of a sentence end, whether they have several words.

    Margins are logits, infinite at the ends of paragraphs. A sentence ends where the margin is above 0.
    """

    starts: np.ndarray
    ends: np.ndarray
    margins: np.ndarray
    multiword: np.ndarray

    @property
    def last(self) -> np.ndarray:
        """Whether a sentence ends with each token."""
        is_last: np.ndarray = self.margins > 0
        return is_last


class Tokenizer:
    """Splits texts with a network. It caches the embeddings of atoms."""

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
        """The embedding of each atom of the lexicon, by number. The buffer doubles when full, to copy little."""
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
"""Thresholds that differ between web text and news: for a sentence without a full stop in a paragraph that ends with
one, for a sentence end at an ellipsis before a lower-case letter, and for several words without an apostrophe (its, for
it's)."""


def decode(found: atoms.Text, scores: np.ndarray) -> Tokens:
    """The tokens, from scores above 0. White space ends a token, a blank line ends a sentence."""
    ends = np.flatnonzero((_token_scores(found, scores[:, 0]) > 0) | (found.after <= atoms.SPACE))
    firsts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    margins = (scores[:, 1] - _least_of_sentences(found))[ends]
    margins[found.after[ends] == atoms.BORDER] = np.inf
    apostrophes = np.cumsum(atoms.is_of(found, "single"))
    is_unmarked = apostrophes[ends] == apostrophes[firsts]
    multiword = scores[ends, 2] > np.where(is_unmarked, UNMARKED, 0.0)
    return Tokens(found.starts[firsts], found.ends[ends], margins, multiword)


def _least_of_sentences(found: atoms.Text) -> np.ndarray:
    """The threshold of a sentence end for each atom. No sentence begins with a comma or a closing bracket."""
    is_unended = ~_is_stopped(found)
    in_prose = ~is_unended[found.after == atoms.BORDER][atoms.paragraphs(found)]
    is_row = atoms.is_of(found, "stop") & (found.ends - found.starts > 1)
    is_trailing = (atoms.is_of(found, "ellipsis") | is_row) & np.append(atoms.is_of(found, "lower")[1:], False)
    least = np.where(is_unended & in_prose, UNENDED, np.where(is_trailing, TRAILING, 0.0))
    least[:-1][atoms.is_of(found, "comma", "closing")[1:]] = np.inf
    return least


def _token_scores(found: atoms.Text, scores: np.ndarray) -> np.ndarray:
    """The scores, with the same decision on both sides of a hyphen: well-known is one token, or three."""
    is_word, is_tight = atoms.is_of(found, *atoms.LETTERS, "digits"), found.after > atoms.SPACE
    inner = atoms.is_of(found, "dash")[1:-1] & is_word[:-2] & is_word[2:] & is_tight[:-2] & is_tight[1:-1]
    hyphens = np.flatnonzero(inner) + 1
    scores = scores.copy()
    scores[hyphens] = scores[hyphens - 1] = (scores[hyphens] + scores[hyphens - 1]) / 2
    return scores


def _is_stopped(found: atoms.Text) -> np.ndarray:
    """Whether each atom is a full stop, or follows one with only closing marks in between."""
    is_closing = atoms.is_of(found, "double", "single", "closing")
    is_closing[1:] &= found.after[:-1] > atoms.BORDER  # the first atom of a paragraph is not a closing mark
    places = np.where(is_closing, 0, np.arange(len(found)))
    stopped: np.ndarray = atoms.is_of(found, "stop", "end", "ellipsis")[np.maximum.accumulate(places)]
    return stopped


DOUBTFUL = (-6.0, 3.0)
"""Between these margins an end is uncertain: `sentences` decides with the encoder's states."""


def document_of_words(text: str, tokens: Tokens, expand: Expand) -> light.Document:
    """A light document of the words of the tokens."""
    made = light.made(text, _rows(text, tokens), expand)
    made.doubts = _doubts(tokens)
    return made


def _rows(text: str, tokens: Tokens) -> Iterator[tuple[str, int, int, bool, bool]]:
    """The text, start and end of each token, whether it ends a sentence, and whether it has several words."""
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
    """A Stanza document of the tokens; multi-word tokens are marked for Stanza's `mwt`. `doubts`: see `tokens`.

    Equal to Stanza's `Document` of the same tokens, but built in half the time. Words have no invisible characters.
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
    """Append a sentence to a document."""
    sentence.text = made.text[sentence.tokens[0].start_char : sentence.tokens[-1].end_char]
    sentence.index = len(made.sentences)
    sentence.add_comment("# text = " + " ".join(sentence.text.split()))
    sentence.sent_id = str(sentence.index)
    made.sentences.append(sentence)
