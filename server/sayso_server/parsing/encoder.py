"""The transformer under every head: how it is stored, loaded and run.

On disk it is a folder of four files: `config.json`, `tokenizer.json`, `tokenizer_config.json` and `weights.npz`. The
matrices are stored as signed bytes with one float32 scale per row (weight-only int8), all else as float16, zipped;
they are read back into float32. Stanza's heads name it `ENCODER_NAME` and receive it through the foundation cache.
"""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

ENCODER_NAME = "sayso-encoder"
"""What the heads' configurations call the encoder."""

LAYERS = 4
"""How many of the last layers the heads mix."""


class SharedEncoder(nn.Module):
    """Runs the encoder once per sentence, however many heads ask, and however they batch.

    While training, the output of the last batches is kept with its graph, so that heads that see the same batch share
    one forward and one backward pass. Otherwise hidden states are kept per sentence. Either way `forget` drops them.
    """

    def __init__(self, bert: PreTrainedModel) -> None:
        super().__init__()
        self.bert = bert
        self.config = bert.config
        self._hf_peft_config_loaded = False  # asked for by stanza's extract_bert_embeddings
        self._kept: dict[bytes, tuple[Tensor, ...]] = {}
        self.computed = 0

    def forget(self) -> None:
        """Drop all hidden states."""
        self._kept.clear()

    def forward(self, ids: Tensor, attention_mask: Tensor, output_hidden_states: bool = True) -> SimpleNamespace:
        """Hidden states of the last `LAYERS` layers, each (batch, subwords, width), as transformers returns them."""
        hidden = self._whole(ids, attention_mask) if torch.is_grad_enabled() else self._by_row(ids, attention_mask)
        return SimpleNamespace(hidden_states=hidden)

    def _run(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        self.computed += len(ids)
        states: tuple[Tensor, ...] = self.bert(ids, attention_mask=mask, output_hidden_states=True).hidden_states
        return states[-LAYERS:]

    def _whole(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        key = ids.numpy().tobytes()
        if key not in self._kept:
            self._kept[key] = self._run(ids, mask)
        return self._kept[key]

    def _by_row(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        lengths = mask.sum(1).tolist()
        keys = [row[:n].numpy().tobytes() for row, n in zip(ids, lengths, strict=True)]
        new = [i for i, key in enumerate(keys) if key not in self._kept]
        if new:
            longest = max(lengths[i] for i in new)
            states = self._run(ids[new, :longest], mask[new, :longest])
            for k, i in enumerate(new):
                self._kept[keys[i]] = tuple(layer[k, : lengths[i]] for layer in states)
        out = [ids.new_zeros((*ids.shape, self.config.hidden_size), dtype=torch.float32) for _ in range(LAYERS)]
        for i, key in enumerate(keys):
            for layer, kept in zip(out, self._kept[key], strict=True):
                layer[i, : lengths[i]] = kept
        return tuple(out)


def quantize(weight: np.ndarray, levels: int) -> tuple[np.ndarray, np.ndarray]:
    """A (rows, columns) matrix as int8 in [-levels, levels] and one float32 scale per row."""
    scale = np.maximum(np.abs(weight).max(axis=1), 1e-8).astype(np.float32) / levels
    return np.rint(weight / scale[:, None]).astype(np.int8), scale


def save_encoder(bert: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Write the encoder to `folder`, matrices as int8."""
    folder.mkdir(parents=True, exist_ok=True)
    bert.config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    described = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    (folder / "tokenizer.json").write_text(
        json.dumps(described, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
    arrays: dict[str, np.ndarray] = {}
    for name, tensor in bert.state_dict().items():
        value = tensor.detach().float().numpy()
        if value.ndim == 2:
            levels = 63 if "embeddings" in name else 127  # seven bits do for the word vectors, and pack better
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


def load_encoder(folder: Path) -> tuple[SharedEncoder, PreTrainedTokenizerBase]:
    """The encoder of a models folder, in evaluation mode, and its tokenizer. Nothing is looked up anywhere else."""
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    bert = AutoModel.from_config(config, add_pooling_layer=False)  # type: ignore[no-untyped-call]
    bert.load_state_dict(load_weights(folder / "weights.npz"))
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return SharedEncoder(bert.eval()), tokenizer
