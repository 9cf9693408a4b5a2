"""The transformer under every head: how it reads words, and how it is stored.

It reads paragraphs, not sentences: the words of a paragraph stand in one row, a separator between its sentences, so
that every head sees what was said before and after. A row is read once, whatever heads follow. The word pieces are
lower case; how a word is written (Title, CAPITALS, mIxed) goes in beside them as its token type. An encoder that was
loaded reads row by row (see `layers`); one that is in training, batches of padded rows.

On disk it is a folder of three files: `config.json`, `tokenizer.json` and `weights.npz`. The matrices are stored as
signed bytes with one float32 scale per row (int8), all else as float16, zipped; they are read back into float32, and
those of the layers made int8 again where that is faster.
"""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedModel

from sayso_server.parsing.layers import FLOATING, Format, Layers, fastest

LAYERS = 4
"""How many of the last layers the heads mix."""

WINDOW = 256
"""Word pieces of one row, ends included. A paragraph that has more is cut between sentences."""

LONGEST = 510
"""Word pieces of one row that holds a part of a sentence longer than a window."""

PIECES = 16
"""Word pieces of one word that are read; the others of a monster are left out."""

BATCH = 4096
"""Word pieces read at once in training, padding included."""

SHAPES = 4
"""How many ways of writing a word are told apart."""

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
    """What the encoder reads in one piece, and where each word's first and last piece stand in it."""

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


@dataclass(frozen=True)
class Batch:
    """Rows that are read at once, and which word of all each of their words is."""

    rows: list[Row]
    places: np.ndarray


class Encoder(nn.Module):
    """Hidden states of words. `computed` counts the word pieces read; `layers` are there once it was `prepared`."""

    def __init__(self, bert: PreTrainedModel, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.bert = bert
        self.tokenizer = tokenizer
        self.width: int = bert.config.hidden_size
        self.unknown, self.cls, self.sep = (int(tokenizer.token_to_id(f"[{t}]") or 0) for t in ("UNK", "CLS", "SEP"))
        self.pieces = lru_cache(maxsize=1 << 16)(self._pieces)
        self.layers: Layers | None = None
        self.computed = 0
        self._pool: ThreadPoolExecutor | None = None

    def prepared(self, form: Format = FLOATING, threads: int = 1) -> Self:
        """This encoder, for inference only, its matrices in a number format. Changes of `bert` count no longer.

        Several threads read a row each: torch's own wait for each other behind every matrix, and a row's are small.
        """
        self.layers = Layers(self.eval().bert, form)
        if threads > 1:
            self._pool = ThreadPoolExecutor(threads, "encoder", initializer=torch.set_num_threads, initargs=(1,))
        return self

    def _pieces(self, word: str) -> tuple[int, ...]:
        whole = word.encode(errors="replace").decode()  # half a surrogate pair is no text to the tokenizer
        ids = self.tokenizer.encode(whole, add_special_tokens=False).ids[:PIECES]
        return tuple(ids) or (self.unknown,)

    def rows(self, paragraphs: Sequence[Paragraph]) -> Iterator[Row]:
        """Cut paragraphs into rows. Each word stands in one row, in order."""
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

    def forward(self, paragraphs: Sequence[Paragraph]) -> Tensor:
        """The states of all words in order, (layers, words, width): the mean of each word's first and last piece."""
        rows = list(self.rows(paragraphs))
        if not rows:
            return torch.zeros(LAYERS, 0, self.width)
        return self._padded(rows) if self.layers is None else self.read(rows)

    def read(self, rows: Sequence[Row]) -> Tensor:
        """The states of the words of these rows, one after the other. Only once `prepared`."""
        self.computed += sum(len(row.ids) for row in rows)
        if self._pool is None:
            return torch.cat([self._read_row(row) for row in rows], 1)
        order = sorted(range(len(rows)), key=lambda i: -len(rows[i].ids))  # so that no thread is left with a long one
        states = dict(zip(order, self._pool.map(self._read_row, [rows[i] for i in order]), strict=True))
        return torch.cat([states[i] for i in range(len(rows))], 1)

    @torch.inference_mode()
    def _read_row(self, row: Row) -> Tensor:
        assert self.layers is not None, "an encoder in training reads batches"
        hidden = torch.stack(self.layers(torch.tensor(row.ids), torch.tensor(row.types))[-LAYERS:])
        return ((hidden[:, row.first] + hidden[:, row.last]) / 2).float()

    def _padded(self, rows: Sequence[Row]) -> Tensor:
        batches = _batches(rows)
        states = torch.cat([self._read_batch(batch) for batch in batches], 1)
        back = np.argsort(np.concatenate([batch.places for batch in batches]))
        return states[:, torch.from_numpy(back).to(states.device)]

    def _read_batch(self, batch: Batch) -> Tensor:
        rows = batch.rows
        longest = max(len(row.ids) for row in rows)
        ids, types, mask = np.zeros((3, len(rows), longest), dtype=np.int64)
        for k, row in enumerate(rows):
            ids[k, : len(row.ids)] = row.ids
            types[k, : len(row.ids)] = row.types
            mask[k, : len(row.ids)] = 1
        device = self.bert.device
        inputs = [torch.from_numpy(array).to(device) for array in (ids, mask, types)]
        self.computed += int(mask.sum())
        hidden = self.bert(*inputs, output_hidden_states=True).hidden_states[-LAYERS:]
        firsts = [k * longest + place for k, row in enumerate(rows) for place in row.first]
        lasts = [k * longest + place for k, row in enumerate(rows) for place in row.last]
        ends = [torch.tensor(places, device=device) for places in (firsts, lasts)]
        return torch.stack([sum(layer.flatten(0, 1)[end] for end in ends) / 2 for layer in hidden]).float()


def _batches(rows: Sequence[Row]) -> list[Batch]:
    """Rows of about one length together, at most `BATCH` pieces with their padding."""
    starts = np.cumsum([0] + [len(row.first) for row in rows])
    groups: list[list[int]] = [[]]
    for i in sorted(range(len(rows)), key=lambda i: len(rows[i].ids)):
        if (len(groups[-1]) + 1) * len(rows[i].ids) > BATCH:
            groups.append([])
        groups[-1].append(i)
    return [
        Batch([rows[i] for i in group], np.concatenate([np.arange(starts[i], starts[i + 1]) for i in group]))
        for group in groups
        if group
    ]


def quantize(weight: np.ndarray, levels: int) -> tuple[np.ndarray, np.ndarray]:
    """A (rows, columns) matrix as int8 in [-levels, levels] and one float32 scale per row."""
    scale = np.maximum(np.abs(weight).max(axis=1), 1e-8).astype(np.float32) / levels
    return np.rint(weight / scale[:, None]).astype(np.int8), scale


def save_encoder(encoder: Encoder, folder: Path) -> None:
    """Write the encoder to `folder`, matrices as int8."""
    folder.mkdir(parents=True, exist_ok=True)
    encoder.bert.config.save_pretrained(folder)
    described = json.loads(encoder.tokenizer.to_str())
    (folder / "tokenizer.json").write_text(
        json.dumps(described, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
    arrays: dict[str, np.ndarray] = {}
    for name, tensor in encoder.bert.state_dict().items():
        value = tensor.detach().float().cpu().numpy()
        if value.ndim == 2:
            levels = 63 if "word_embeddings" in name else 127  # seven bits do for the word vectors, and pack better
            arrays[name + "|int8"], arrays[name + "|scale"] = quantize(value, levels)
        elif not name.endswith("position_ids"):
            arrays[name] = value.astype(np.float16)
    np.savez_compressed(folder / "weights.npz", allow_pickle=False, **arrays)


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


def load_encoder(folder: Path) -> Encoder:
    """The encoder of a models folder, prepared for inference. Nothing is looked up anywhere else."""
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    bert = AutoModel.from_config(config, add_pooling_layer=False)  # type: ignore[no-untyped-call]
    bert.load_state_dict(load_weights(folder / "weights.npz"))
    return Encoder(bert, Tokenizer.from_file(str(folder / "tokenizer.json"))).prepared(
        fastest(), torch.get_num_threads()
    )
