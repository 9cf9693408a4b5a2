"""Tagger and parser on one encoder, fine-tuned together.

Both heads are Stanza's own modules (`pos.model.Tagger`, `depparse.model.GraphParser`). Each batch goes through the
encoder once: the two heads see the same sentences in the same order, and `SharedEncoder` keeps the hidden states with
their graph until the step is done. The sum of the two losses is minimised.
"""

import argparse
import logging
import random
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import torch
from stanza.models import parser as stanza_parser
from stanza.models import tagger as stanza_tagger
from stanza.models.depparse import data as tree_data
from stanza.models.depparse.model import GraphParser
from stanza.models.depparse.trainer import unpack_batch as unpack_trees
from stanza.models.pos import data as tag_data
from stanza.models.pos.model import Tagger
from stanza.models.pos.tag_columns import DEFAULT_TAG_COLUMNS, tag_columns_to_config
from stanza.models.pos.trainer import unpack_batch as unpack_tags
from torch import nn

from sayso_server.parsing.encoder import ENCODER_NAME, LAYERS, SharedEncoder, save_encoder
from sayso_server.training import data
from sayso_server.training.initial import load_initial

log = logging.getLogger(__name__)

COMMON = {
    "shorthand": "en_sayso", "lang": "en", "pretrain": False, "bert_model": ENCODER_NAME,
    "bert_hidden_layers": LAYERS, "word_emb_dim": 0, "charlm": None, "num_layers": 1, "word_dropout": 0.0,
    "rec_dropout": 0.0, "augment_nopunct": 0.0, "use_peft": False,
    "word_cutoff": 10**9,  # no word vectors, so no words need to be stored
}  # fmt: skip
TAGGER = COMMON | {
    "char": True, "char_emb_dim": 24, "char_hidden_dim": 48, "transformed_dim": 48, "char_rec_dropout": 0.0,
    "hidden_dim": 64, "deep_biaff_hidden_dim": 64, "composite_deep_biaff_hidden_dim": 32, "tag_emb_dim": 24,
    "share_hid": False, "dropout": 0.33, "bert_finetune": True,
}  # fmt: skip
PARSER = COMMON | {
    "char": False, "char_emb_dim": 0, "tag_emb_dim": 0, "hidden_dim": 128, "deep_biaff_hidden_dim": 112,
    "linearization": False, "distance": False, "dropout": 0.33, "transformed_dim": 0, "use_arc_embedding": False,
    "bert_finetune": True,
}  # fmt: skip


@dataclass
class Heads:
    """The trained parts: one encoder, two heads, their vocabularies and settings."""

    encoder: SharedEncoder
    tokenizer: Any
    tagger: Tagger
    parser: GraphParser

    def modules(self) -> nn.ModuleList:
        """All of it, each parameter once."""
        return nn.ModuleList([self.encoder, self.tagger, self.parser])


def settings(module: Any, chosen: dict[str, Any]) -> dict[str, Any]:
    """Stanza's defaults for a head, with ours over them."""
    return {**vars(module.build_argparse().parse_args([])), **chosen}


def build(bert: Any, tokenizer: Any, document: Any) -> Heads:
    """Fresh heads with vocabularies from `document`."""
    encoder = SharedEncoder(bert)
    tag_args, tree_args = settings(stanza_tagger, TAGGER), settings(stanza_parser, PARSER)
    tag_vocab = tag_data.Dataset.init_vocab([document], tag_args)
    tree_vocab = tree_data.Dataset(document, tree_args, None).vocab
    tagger = Tagger(tag_args, tag_vocab, share_hid=False, bert_model=encoder, bert_tokenizer=tokenizer)
    parser = GraphParser(tree_args, tree_vocab, bert_model=encoder, bert_tokenizer=tokenizer)
    parser.bert_finetuning = True
    encoder.requires_grad_(True)
    bert.embeddings.requires_grad_(False)  # its gradient is slow and its words are few in two treebanks
    return Heads(encoder, tokenizer, tagger, parser)


def batches(document: Any, heads: Heads, words: int, rng: random.Random | None) -> list[tuple[Any, Any]]:
    """Batches of about `words` words and at most 128 sentences (one encoder call), tags beside trees."""
    tags = tag_data.Dataset(document, heads.tagger.args, None, vocab=heads.tagger.vocab, evaluation=True)
    trees = tree_data.Dataset(document, heads.parser.args, None, vocab=heads.parser.vocab, evaluation=True)
    order = sorted(range(len(tags)), key=lambda i: (len(tags.data[i].text), rng.random() if rng else i))
    groups: list[list[int]] = [[]]
    size = 0
    for i in order:
        length = len(tags.data[i].text)
        if groups[-1] and (size + length > words or len(groups[-1]) == 128):
            groups.append([])
            size = 0
        groups[-1].append(i)
        size += length
    if rng:
        rng.shuffle(groups)
    return [
        (tags.collate_fn([tags[i] for i in g]), tree_data.DataLoader.collate([trees[i] for i in g])) for g in groups
    ]


def losses(heads: Heads, tag_batch: Any, tree_batch: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Loss of the tagger, loss of the parser."""
    inputs, _, word_order, lengths, word_lengths, text = unpack_tags(tag_batch, "cpu")
    tag_loss, _ = heads.tagger(*inputs, word_order, lengths, word_lengths, text)
    inputs, _, word_order, lengths, word_lengths, text = unpack_trees(tree_batch, "cpu")
    words = sum(lengths) - len(lengths)
    tree_loss, _ = heads.parser(*inputs, word_order, lengths, word_lengths, text)
    return tag_loss, tree_loss * (inputs[2].size(0) / words)  # Stanza divides by the padded character rows


@torch.no_grad()
def evaluate(heads: Heads, document: Any) -> dict[str, float]:
    """UPOS, UAS and LAS in per cent, on gold tokens, all words counted."""
    heads.modules().eval()
    n = upos = uas = las = 0
    for tag_batch, tree_batch in batches(document, heads, 2000, None):
        inputs, _, word_order, lengths, word_lengths, text = unpack_tags(tag_batch, "cpu")
        _, predictions = heads.tagger(*inputs, word_order, lengths, word_lengths, text)
        upos += int(((predictions[0] == inputs[4][0]) & ~inputs[1]).sum())
        inputs, _, word_order, lengths, word_lengths, text = unpack_trees(tree_batch, "cpu")
        trees = heads.parser.predict(*inputs, word_order, lengths, word_lengths, text)
        for row, tree in enumerate(trees):
            labels = heads.parser.vocab["deprel"].unmap(inputs[10][row].tolist())
            for k, (head, label) in enumerate(tree):
                n += 1
                right = int(head) == int(inputs[9][row][k])
                uas += right
                las += right and label == labels[k]
        heads.encoder.forget()
    heads.modules().train()
    return {"UPOS": 100 * upos / n, "UAS": 100 * uas / n, "LAS": 100 * las / n}


def save_head(head: Any, path: Path, **extra: Any) -> None:
    """Write a head as Stanza's own trainers do, without the encoder, in half precision."""
    state = {
        name: value.half() if value.is_floating_point() else value
        for name, value in head.state_dict().items()
        if name.split(".")[0] not in head.unsaved_modules
    }
    config = {**head.args, "bert_finetune": False, "tag_columns": tag_columns_to_config(DEFAULT_TAG_COLUMNS)}
    config.pop("enable_gradient_checkpointing", None)
    config = {
        k: v.name if isinstance(v, Enum) else v for k, v in config.items()
    }  # files are read without pickled classes
    torch.save({"model": state, "vocab": head.vocab.state_dict(), "config": config, **extra}, path)


def save(heads: Heads, folder: Path) -> None:
    """Write encoder, tagger and parser to a models folder."""
    folder.mkdir(parents=True, exist_ok=True)
    save_encoder(heads.encoder.bert, heads.tokenizer, folder / "encoder")
    save_head(heads.tagger, folder / "pos.pt")
    save_head(heads.parser, folder / "depparse.pt", model_type="graph")


def optimizer_of(heads: Heads, rate: float, encoder_rate: float) -> torch.optim.AdamW:
    """AdamW with a rate of its own for the encoder."""
    inner = [p for p in heads.encoder.parameters() if p.requires_grad]
    known = {id(p) for p in heads.encoder.parameters()}
    outer = [p for p in heads.modules().parameters() if id(p) not in known]
    groups = [{"params": inner, "lr": encoder_rate, "peak": encoder_rate}, {"params": outer, "lr": rate, "peak": rate}]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01, fused=True)


def schedule(done: float, warm_up: float = 0.06) -> float:
    """Share of the peak rate at a share of all steps: linear up, linear down."""
    return done / warm_up if done < warm_up else max(0.0, (1 - done) / (1 - warm_up))


@dataclass
class Run:
    """Where a training run stands."""

    heads: Heads
    optimizer: torch.optim.AdamW
    checkpoint: Path
    total: int
    step: int = 0
    epoch: int = 0

    def restore(self) -> None:
        """Go on from the checkpoint, if there is one."""
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, weights_only=True)
            self.heads.modules().load_state_dict(state["heads"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.epoch = state["step"], state["epoch"]
            log.info("going on from epoch %d, step %d", self.epoch, self.step)

    def keep(self) -> None:
        """Write the checkpoint; the old one stays until the new one is whole."""
        state = {"heads": self.heads.modules().state_dict(), "optimizer": self.optimizer.state_dict()}
        unfinished = self.checkpoint.with_suffix(".new")
        torch.save({**state, "step": self.step, "epoch": self.epoch}, unfinished)
        unfinished.replace(self.checkpoint)


def run_epoch(run: Run, made: list[tuple[Any, Any]]) -> None:
    """One pass over the batches."""
    run.heads.modules().train()
    started, first = time.monotonic(), run.step
    for tag_batch, tree_batch in made:
        for group in run.optimizer.param_groups:
            group["lr"] = group["peak"] * schedule(min(1.0, run.step / run.total))
        tag_loss, tree_loss = losses(run.heads, tag_batch, tree_batch)
        torch.autograd.backward(tag_loss + tree_loss)
        nn.utils.clip_grad_norm_(run.heads.modules().parameters(), 1.0)
        run.optimizer.step()
        run.optimizer.zero_grad()
        run.heads.encoder.forget()
        run.step += 1
        if run.step % 20 == 0:
            pace = (time.monotonic() - started) / (run.step - first)
            done = f"epoch {run.epoch} step {run.step}/{run.total}"
            log.info("%s tags %.3f trees %.3f, %.2f s a step", done, tag_loss.item(), tree_loss.item(), pace)
    run.epoch += 1


def train(options: argparse.Namespace) -> None:
    """Train, or go on from the last epoch, and write encoder, tagger and parser to the models folder."""
    torch.manual_seed(options.seed)
    torch.set_flush_denormal(True)
    bert, tokenizer = load_initial(options.encoder, options.work)
    sentences = data.load(options.treebanks, "train")[:: options.every]
    dev = {n: data.to_document(data.load(options.treebanks, "dev", [n])[:: options.every]) for n in data.TREEBANKS}
    rng = random.Random(options.seed)
    heads = build(bert, tokenizer, data.to_document(sentences + [data.retype_marks(rows, rng) for rows in sentences]))
    per_epoch = len(batches(data.to_document(sentences), heads, options.batch_words, None))
    optimizer = optimizer_of(heads, options.rate, options.encoder_rate)
    run = Run(heads, optimizer, options.work / "heads.checkpoint", per_epoch * options.epochs)
    run.restore()
    while run.epoch < options.epochs:
        rng = random.Random(options.seed * 1000 + run.epoch)
        document = data.to_document([data.retype_marks(rows, rng) for rows in sentences])
        run_epoch(run, batches(document, heads, options.batch_words, rng))
        run.keep()
        for name, gold in dev.items():
            log.info("epoch %d %s-dev %s", run.epoch, name, {k: round(v, 2) for k, v in evaluate(heads, gold).items()})
    save(heads, options.output)
