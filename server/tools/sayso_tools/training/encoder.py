"""The encoder in training: batches of padded rows through the BERT of `transformers`, and saving it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import PreTrainedModel

from sayso_server.parsing.encoder import LAYERS, Paragraph, Row, RowMaker, stored_arrays

BATCH = 4096
"""Maximum word pieces per batch, including padding."""


@dataclass(frozen=True)
class Batch:
    """Rows in one batch, with the global index of each of their words."""

    rows: list[Row]
    places: np.ndarray


class TrainedEncoder(nn.Module):
    """Hidden states of words, as `sayso_server.parsing.encoder.Encoder` yields them, with gradients."""

    def __init__(self, bert: PreTrainedModel, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.bert = bert
        self.tokenizer = tokenizer
        self.width: int = bert.config.hidden_size
        self._maker = RowMaker(tokenizer)

    def forward(self, paragraphs: Sequence[Paragraph]) -> Tensor:
        """The states of all words in order, (layers, words, width): the mean of each word's first and last piece."""
        batches = _batches(list(self._maker.rows(paragraphs)))
        if not batches:
            return torch.zeros(LAYERS, 0, self.width)
        states = torch.cat([self._read(batch) for batch in batches], 1)
        back = np.argsort(np.concatenate([batch.places for batch in batches]))
        return states[:, torch.from_numpy(back).to(states.device)]

    def _read(self, batch: Batch) -> Tensor:
        rows = batch.rows
        longest = max(len(row.ids) for row in rows)
        ids, types, mask = np.zeros((3, len(rows), longest), dtype=np.int64)
        for k, row in enumerate(rows):
            ids[k, : len(row.ids)] = row.ids
            types[k, : len(row.ids)] = row.types
            mask[k, : len(row.ids)] = 1
        device = self.bert.device
        inputs = [torch.from_numpy(array).to(device) for array in (ids, mask, types)]
        hidden = self.bert(*inputs, output_hidden_states=True).hidden_states[-LAYERS:]
        firsts = [k * longest + place for k, row in enumerate(rows) for place in row.first]
        lasts = [k * longest + place for k, row in enumerate(rows) for place in row.last]
        ends = [torch.tensor(places, device=device) for places in (firsts, lasts)]
        return torch.stack([sum(layer.flatten(0, 1)[end] for end in ends) / 2 for layer in hidden]).float()


def _batches(rows: Sequence[Row]) -> list[Batch]:
    """Batches of rows of similar length, at most `BATCH` pieces including padding."""
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


def save_encoder(encoder: TrainedEncoder, folder: Path) -> None:
    """Write the encoder to `folder`, matrices as int8."""
    folder.mkdir(parents=True, exist_ok=True)
    encoder.bert.config.save_pretrained(folder)
    described = json.loads(encoder.tokenizer.to_str())
    (folder / "tokenizer.json").write_text(
        json.dumps(described, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
    np.savez_compressed(folder / "weights.npz", allow_pickle=False, **stored_arrays(encoder.bert.state_dict()))
