"""The encoder and all heads in training: their losses on a batch, and their files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from sayso_server.parsing.coreference import Antecedents
from sayso_server.parsing.dependencies import Parser
from sayso_server.parsing.device import CPU, gpu
from sayso_server.parsing.encoder import load_weights
from sayso_server.parsing.heads import Head, Tagger
from sayso_server.parsing.linking import Gold, Linker
from sayso_server.parsing.spans import SpanTagger
from sayso_tools.training import corpus
from sayso_tools.training.corpus import CONVENTIONS, NAMES, ROLES, Inventory, Paragraph
from sayso_tools.training.encoder import TrainedEncoder, save_encoder
from sayso_tools.training.mentions import Document
from sayso_tools.training.mix import WEIGHTS, Batch

SERVED = "ewt"
"""The convention of names used for inference."""

FILES: dict[str, type[Head]] = {"pos": Tagger, "depparse": Parser, "names": SpanTagger, "roles": SpanTagger}
NEW_FILES: dict[str, type[Head]] = {"links": Linker, "coreference": Antecedents}
"""The heads by file; folders of older models lack the latter."""


class Model(nn.Module):
    """The trained parts."""

    def __init__(self, encoder: TrainedEncoder, inventory: Inventory) -> None:
        super().__init__()
        self.encoder = encoder
        self.pos = Tagger(encoder.width, inventory.columns)
        self.depparse = Parser(encoder.width, inventory.relations)
        self.names = SpanTagger(encoder.width, NAMES * len(CONVENTIONS), CONVENTIONS)
        self.roles = SpanTagger(encoder.width, ROLES)
        self.links = Linker(encoder.width)
        self.coreference = Antecedents(encoder.width)

    def states(self, paragraphs: Sequence[Paragraph], *, is_fast: bool = False) -> Tensor:
        """The encoder's states of all words; in training, or if asked for, in bfloat16 inside where that is fast."""
        device, is_fast = self.encoder.bert.device, is_fast or self.training
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=is_fast and has_bfloat16(device)):
            states: Tensor = self.encoder([[s.words for s in paragraph] for paragraph in paragraphs])
        return states

    def losses(self, batch: Batch, states: Tensor) -> dict[str, Tensor]:
        """The weighted loss of every head whose labels the batch has, from the states of its words."""
        paragraphs = paragraphs_of(batch)
        gold = labels(paragraphs, states.device)
        out = {}
        if "upos" in gold:
            out["tags"] = self.pos.loss(states, gold)
            out["trees"] = self.depparse.loss(states, lengths(paragraphs), gold["heads"], gold["relations"])
        for name, head in (("names", self.names), ("roles", self.roles)):
            if name in gold and bool((gold[name] >= 0).any()):
                out[name] = head.loss(states, gold[name])
        if "cues" in gold:
            sizes = [corpus.size(paragraph) for paragraph in paragraphs]
            out |= self.links.losses(states, sizes, Gold(gold["cues"], gold["contents"], gold["sources"]))
        documents = [item for item in batch if isinstance(item, Document)]
        if documents:
            out["mentions"] = self._mentions(states, documents)
        return {name: WEIGHTS[name] * loss for name, loss in out.items()}

    def _mentions(self, states: Tensor, documents: Sequence[Document]) -> Tensor:
        total, count = states.sum() * 0, 0
        for document, own in zip(documents, torch.split(states, [d.size for d in documents], 1), strict=True):
            vectors = self.coreference.vectors(own, [(m.first, m.end) for m in document.mentions])
            loss, asked = self.coreference.loss(vectors, document.described(), document.gold())
            total, count = total + loss, count + asked
        return total / max(1, count)

    def save(self, folder: Path) -> None:
        """Write the files that the server loads."""
        save_encoder(self.encoder, folder / "encoder")
        for name in FILES | NEW_FILES:
            head = self.names.with_first(SERVED) if name == "names" else getattr(self, name)
            head.save(folder / f"{name}.pt")

    def load_heads(self, folder: Path) -> None:
        """Load the heads of a models folder; missing heads stay unchanged."""
        for name, kind in (FILES | NEW_FILES).items():
            path = folder / f"{name}.pt"
            if path.exists() or name in FILES:
                head = kind.load(path)
                own = _of_all_conventions(head) if isinstance(head, SpanTagger) and name == "names" else head
                getattr(self, name).load_state_dict(own.state_dict())

    @torch.no_grad()
    def average(self, folder: Path, share: float) -> None:
        """Average with the encoder and heads of a models folder, so that continued training forgets less.

        Heads and conventions of names that the folder lacks stay unchanged.
        """
        _mix(self.encoder, stored_encoder(folder).state_dict(), share)
        for name, kind in (FILES | NEW_FILES).items():
            if not (folder / f"{name}.pt").exists():
                continue
            head, own = kind.load(folder / f"{name}.pt"), getattr(self, name)
            other = head.state_dict()
            if isinstance(head, SpanTagger) and name == "names":
                other = _of_all_conventions(head).state_dict()
                known = [c in (head.names or [SERVED]) for c in CONVENTIONS]
                rows = torch.tensor(known).repeat_interleave(len(own.scores.bias) // len(CONVENTIONS))
                for part in ("scores.weight", "scores.bias"):
                    other[part][~rows] = own.state_dict()[part][~rows]
            _mix(own, other, share)


def _mix(own: nn.Module, other: Mapping[str, Tensor], share: float) -> None:
    for name, value in own.state_dict().items():
        if value.is_floating_point():
            value.mul_(1 - share).add_(other[name].to(value), alpha=share)


def _of_all_conventions(head: SpanTagger) -> SpanTagger:
    """A head for names with all conventions in training order; missing ones start as copies of its first."""
    sizes = [1 + 2 * len(group) for group in head.groups]
    order = [head.names.index(c) if c in head.names else 0 for c in CONVENTIONS]
    out = SpanTagger(head.settings["width"], NAMES * len(CONVENTIONS), CONVENTIONS)
    state = head.state_dict()
    for part in ("scores.weight", "scores.bias"):
        state[part] = torch.cat([state[part].split(sizes)[g] for g in order])
    out.load_state_dict(state)
    return out


def stored_encoder(folder: Path) -> TrainedEncoder:
    """The encoder of a models folder, ready for further training."""
    config = BertConfig.from_pretrained(folder / "encoder", local_files_only=True)
    config.attention_probs_dropout_prob = 0.0
    bert = BertModel(config, add_pooling_layer=False)
    missing = bert.load_state_dict(load_weights(folder / "encoder" / "weights.npz"), strict=False)
    if missing.missing_keys or missing.unexpected_keys:
        raise ValueError(f"{folder / 'encoder'} does not have the weights described in its config.json: {missing}")
    return TrainedEncoder(bert, Tokenizer.from_file(str(folder / "encoder" / "tokenizer.json")))


def training_device() -> torch.device:
    """The first GPU if there is one, otherwise the CPU."""
    return gpu() if torch.cuda.is_available() else CPU


def has_bfloat16(device: torch.device) -> bool:
    """Whether matrix multiplication is faster in bfloat16 than in float32."""
    return device.type == "cuda" or (device.type == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported())


def paragraphs_of(batch: Batch) -> list[Paragraph]:
    """The paragraphs of a batch of paragraphs or documents."""
    return [p for item in batch for p in (item.paragraphs if isinstance(item, Document) else [item])]


def lengths(paragraphs: Sequence[Paragraph]) -> list[int]:
    """The number of words of every sentence."""
    return [len(sentence.words) for paragraph in paragraphs for sentence in paragraph]


def labels(paragraphs: Sequence[Paragraph], device: torch.device) -> dict[str, Tensor]:
    """The labels of all words by layer."""
    sentences = [sentence for paragraph in paragraphs for sentence in paragraph]
    names = sentences[0].labels
    return {n: torch.from_numpy(np.concatenate([s.labels[n] for s in sentences])).to(device) for n in names}
