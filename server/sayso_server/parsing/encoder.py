"""The transformer encoder shared by all heads, and its storage format.

It reads paragraphs, not sentences: the words of a paragraph are in one row, with separators between sentences, so that
every head sees the context before and after. A row is read once for all heads. The word pieces are in lower case; the
capitalization of a word (Title, CAPITALS, mIxed) is its token type. A loaded encoder reads row by row, or many rows at
once on a GPU (see `layers`); the one in training reads batches of padded rows (`sayso_tools.training.encoder`).

On disk it is a folder of three files: `config.json`, `tokenizer.json` and `weights.npz`. The matrices are stored as
signed bytes with one float32 scale per row (int8), everything else as float16, zipped; they are loaded as float32, and
those of the layers are converted to int8 again where that is faster, or to float16 for a GPU.
"""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from sayso_server.parsing.device import CPU, dtype_of, form_of
from sayso_server.parsing.layers import Format, Layers, StoredRows

LAYERS = 4
"""The number of last layers that the heads mix."""

WINDOW = 256
"""Maximum word pieces of one row, ends included. Longer paragraphs are split between sentences."""

LONGEST = 510
"""Word pieces of one row with a part of a sentence that is longer than a window."""

GROUP = 256
"""Maximum word pieces of rows that are read together (with the same results): most paragraphs are too short to keep a
core busy."""

ROOM = 32_768
"""The same on a GPU, limited by memory: about 1 GiB."""

PIECES = 16
"""The maximum number of word pieces of one word; the rest of an overlong word is dropped."""

SHAPES = 4
"""The number of capitalization classes of a word."""

Paragraph = Sequence[Sequence[str]]
"""The sentences of a paragraph as lists of words."""


def shape(word: str) -> int:
    """0 without capitals, 1 as Title or a single capital, 2 as CAPITALS, 3 as anything mIxed."""
    if not any(map(str.isupper, word)):
        return 0
    if word[0].isupper() and not any(map(str.isupper, word[1:])):
        return 1
    return 2 if word.isupper() else 3


@dataclass(slots=True)
class Row:
    """The input of one encoder row, and the positions of each word's first and last piece in it."""

    ids: list[int]
    types: list[int] = field(default_factory=lambda: [0])
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)

    def add(self, pieces: Sequence[int], word_shape: int) -> None:
        """Append a word."""
        self.first.append(len(self.ids))
        self.ids += pieces
        self.types += [word_shape] * len(pieces)
        self.last.append(len(self.ids) - 1)

    def end(self, separator: int) -> None:
        """Append a separator."""
        self.ids.append(separator)
        self.types.append(0)


class RowMaker:
    """Cuts paragraphs into rows of word pieces."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.unknown, self.cls, self.sep = (int(tokenizer.token_to_id(f"[{t}]") or 0) for t in ("UNK", "CLS", "SEP"))
        self.pieces = lru_cache(maxsize=1 << 16)(self._pieces)

    def _pieces(self, word: str) -> tuple[int, ...]:
        whole = word.encode(errors="replace").decode()  # the tokenizer rejects unpaired surrogates
        ids = self.tokenizer.encode(whole, add_special_tokens=False).ids[:PIECES]
        return tuple(ids) or (self.unknown,)

    def rows(self, paragraphs: Sequence[Paragraph]) -> Iterator[Row]:
        """Cut paragraphs into rows. Each word is in one row, in order."""
        for sentences in paragraphs:
            row = Row([self.cls])
            for words in sentences:
                spelled = [self.pieces(word) for word in words]
                size = sum(map(len, spelled)) + 1
                if row.first and len(row.ids) + size > WINDOW:
                    yield row
                    row = Row([self.cls])
                for word, pieces in zip(words, spelled, strict=True):
                    if len(row.ids) + len(pieces) + 1 > LONGEST:
                        row.end(self.sep)
                        yield row
                        row = Row([self.cls])
                    row.add(pieces, shape(word))
                row.end(self.sep)
            if row.first:
                yield row


class Encoder:
    """Hidden states of words, for inference, on the device of the layers. `computed` counts the word pieces read.

    Several threads read separate rows: torch's own threads synchronize after every matrix, and rows are small.
    """

    def __init__(self, layers: Layers, tokenizer: Tokenizer, threads: int = 1) -> None:
        self.layers = layers
        self.width = layers.width
        self.device, self.dtype = layers.device, layers.dtype
        self.computed = 0
        maker = RowMaker(tokenizer)
        self.rows, self.pieces = maker.rows, maker.pieces
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        if threads > 1:
            self._pool = ThreadPoolExecutor(threads, "encoder", initializer=torch.set_num_threads, initargs=(1,))

    def __call__(self, paragraphs: Sequence[Paragraph]) -> Tensor:
        """The states of all words in order, (layers, words, width): the mean of each word's first and last piece."""
        rows = list(self.rows(paragraphs))
        return self.read(rows) if rows else torch.zeros(LAYERS, 0, self.width, device=self.device, dtype=self.dtype)

    def read(self, rows: Sequence[Row]) -> Tensor:
        """The states of the words of these rows, one after the other."""
        self.computed += sum(len(row.ids) for row in rows)
        groups = self._groups(rows)
        together = [[rows[i] for i in group] for group in groups]
        read = map(self._read_group, together) if self._pool is None else self._pool.map(self._read_group, together)
        states = dict(zip(itertools.chain(*groups), itertools.chain(*read), strict=True))
        return torch.cat([states[i] for i in range(len(rows))], 1)

    def _groups(self, rows: Sequence[Row]) -> list[list[int]]:
        """The rows to read together, longest first, so that no thread ends with a long row."""
        lengths = [len(row.ids) for row in rows]
        room = ROOM if self.layers.is_padded else 0
        if self.layers.is_exact:
            room = min(GROUP, sum(lengths) // self._threads)
        out: list[list[int]] = []
        size = 0
        for i in sorted(range(len(rows)), key=lambda i: -lengths[i]):
            if out and size + lengths[i] <= room:
                out[-1].append(i)
                size += lengths[i]
            else:
                out.append([i])
                size = lengths[i]
        return out

    @torch.inference_mode()
    def _read_group(self, rows: Sequence[Row]) -> Sequence[Tensor]:
        """The states of the words of each row, (layers, words, width)."""
        ids, types = ([*itertools.chain(*parts)] for parts in ((r.ids for r in rows), (r.types for r in rows)))
        lengths = [len(row.ids) for row in rows]
        layers = self.layers(self._tensor(ids), self._tensor(types), lengths)[-LAYERS:]
        starts = [*itertools.accumulate(lengths, initial=0)][:-1]
        first = self._tensor(_moved((row.first for row in rows), starts))
        last = self._tensor(_moved((row.last for row in rows), starts))
        states = torch.stack([(own.index_select(0, first) + own.index_select(0, last)) / 2 for own in layers])
        return list(torch.split(states, [len(row.first) for row in rows], 1))

    def _tensor(self, numbers: list[int]) -> Tensor:
        return torch.tensor(numbers, device=self.device)


def _moved(places: Iterable[Sequence[int]], starts: Sequence[int]) -> list[int]:
    """The places in rows as places among the pieces of all rows, which begin at `starts`."""
    return [start + place for start, own in zip(starts, places, strict=True) for place in own]


def quantize(weight: np.ndarray, levels: int) -> tuple[np.ndarray, np.ndarray]:
    """A (rows, columns) matrix as int8 in [-levels, levels] and one float32 scale per row."""
    scale = np.maximum(np.abs(weight).max(axis=1), 1e-8).astype(np.float32) / levels
    return np.rint(weight / scale[:, None]).astype(np.int8), scale


def stored_arrays(state: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    """A state dict in storage format: `NAME|int8` and `NAME|scale` for each matrix NAME, the rest in half precision."""
    arrays: dict[str, np.ndarray] = {}
    for name, tensor in state.items():
        value = tensor.detach().float().cpu().numpy()
        if value.ndim == 2:
            levels = (
                63 if "word_embeddings" in name else 127
            )  # seven bits are enough for the word vectors, and compress better
            arrays[name + "|int8"], arrays[name + "|scale"] = quantize(value, levels)
        elif not name.endswith("position_ids"):
            arrays[name] = value.astype(np.float16)
    return arrays


def load_weights(path: Path) -> dict[str, Tensor]:
    """The float32 state dict of a stored encoder."""
    state: dict[str, Tensor] = {}
    with np.load(path, allow_pickle=False) as arrays:
        for name in arrays.files:
            if name.endswith("|int8"):
                stem = name.removesuffix("|int8")
                value = arrays[name].astype(np.float32) * arrays[stem + "|scale"][:, None]
                state[stem] = torch.from_numpy(value)
            elif not name.endswith("|scale"):
                state[name] = torch.from_numpy(arrays[name].astype(np.float32))
    return state


def load_layers(folder: Path, form: Format | None = None, device: torch.device = CPU) -> Layers:
    """The layers of an encoder's folder, in the fastest number format of the device unless told otherwise."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    heads, epsilon = config["num_attention_heads"], config["layer_norm_eps"]
    weights = folder / "weights.npz"
    state = {name: value.to(device, dtype_of(device)) for name, value in load_weights(weights).items()}
    words = _load_words(weights) if device.type == "cpu" else None
    return Layers(state, heads, epsilon, form or form_of(device), words)


def _load_words(path: Path) -> StoredRows | None:
    """The embeddings of words, if they are stored in int8."""
    name = "embeddings.word_embeddings.weight"
    with np.load(path, allow_pickle=False) as arrays:
        if f"{name}|int8" not in arrays.files:
            return None
        return StoredRows(torch.from_numpy(arrays[f"{name}|int8"]), torch.from_numpy(arrays[f"{name}|scale"]))


def load_encoder(folder: Path, form: Format | None = None, device: torch.device = CPU) -> Encoder:
    """The encoder of a models folder, with torch's number of threads. Only files of the folder are used."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    threads = torch.get_num_threads() if device.type == "cpu" else 1
    return Encoder(load_layers(folder, form, device), tokenizer, threads)
