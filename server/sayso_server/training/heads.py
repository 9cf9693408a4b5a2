"""The encoder and all its heads, fine-tuned together: tags, trees, names, roles.

Each step reads a batch of treebank paragraphs (tags, trees, names) and its share of annotated news (roles), adds the
losses, and moves the encoder and the heads. GUM's entities train a head that is not kept: they teach the encoder more
names, in conventions that differ from those of the names that are kept.
"""

import argparse
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from sayso_server.parsing import tokens
from sayso_server.parsing.heads import Parser, SpanTagger, Tagger, spans
from sayso_server.parsing.stanza_parser import TOKENIZING, from_folder
from sayso_server.training import corpus, data
from sayso_server.training.encoder import TrainedEncoder, save_encoder
from sayso_server.training.initial import load_initial

log = logging.getLogger(__name__)
SPLITS = ("train", "dev")
SHARES = 2
"""How many rounds see the annotated news once: it is twice as long as the treebanks."""


class Model(nn.Module):
    """The trained parts."""

    def __init__(self, encoder: TrainedEncoder, inventory: corpus.Inventory) -> None:
        super().__init__()
        self.encoder = encoder
        self.pos = Tagger(encoder.width, inventory.columns)
        self.depparse = Parser(encoder.width, inventory.relations)
        self.names = SpanTagger(encoder.width, corpus.NAMES)
        self.roles = SpanTagger(encoder.width, corpus.ROLES)
        self.entities = SpanTagger(encoder.width, corpus.NAMES)

    def states(self, batch: Sequence[corpus.Paragraph]) -> Tensor:
        """The encoder's states of all words; in bfloat16 inside where a GPU does the work."""
        device = self.encoder.bert.device
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
            states: Tensor = self.encoder([[s.words for s in paragraph] for paragraph in batch])
        return states

    def losses(self, batch: Sequence[corpus.Paragraph]) -> dict[str, Tensor]:
        """The loss of every head whose labels the batch has."""
        states = self.states(batch)
        gold = labels(batch, states.device)
        if "roles" in gold:
            return {"roles": self.roles.loss(states, gold["roles"])}
        out = {
            "tags": self.pos.loss(states, gold),
            "trees": self.depparse.loss(states, lengths(batch), gold["heads"], gold["relations"]),
        }
        for name, head in (("names", self.names), ("entities", self.entities)):
            if bool((gold[name] >= 0).any()):
                out[name] = head.loss(states, gold[name])
        return out

    def save(self, folder: Path) -> None:
        """Write what the server loads."""
        save_encoder(self.encoder, folder / "encoder")
        for name in ("pos", "depparse", "names", "roles"):
            getattr(self, name).save(folder / f"{name}.pt")


def lengths(batch: Sequence[corpus.Paragraph]) -> list[int]:
    """Words of every sentence."""
    return [len(sentence.words) for paragraph in batch for sentence in paragraph]


def labels(batch: Sequence[corpus.Paragraph], device: torch.device) -> dict[str, Tensor]:
    """The labels of all words by layer."""
    sentences = [sentence for paragraph in batch for sentence in paragraph]
    names = sentences[0].labels
    return {n: torch.from_numpy(np.concatenate([s.labels[n] for s in sentences])).to(device) for n in names}


@torch.inference_mode()
def evaluate_trees(model: Model, paragraphs: Sequence[corpus.Paragraph]) -> dict[str, float]:
    """UPOS, UAS and LAS in per cent of all words, and span F1 of names, on gold words."""
    n = upos = uas = las = 0
    counts = np.zeros(3, dtype=int)
    for batch in corpus.batches(paragraphs, 2000, None):
        states, gold = model.states(batch), labels(batch, torch.device("cpu"))
        tags = model.pos.predict(states)["upos"]
        trees = model.depparse.predict(states, lengths(batch))
        arcs = [arc for tree in trees for arc in tree]
        right = np.array([head for head, _ in arcs]) == gold["heads"].numpy()
        known = model.depparse.relations
        same = np.array([label for _, label in arcs]) == np.array([known[i] for i in gold["relations"].tolist()])
        n += len(arcs)
        uas, las = uas + int(right.sum()), las + int((right & same).sum())
        upos += sum(a == model.pos.columns["upos"][b] for a, b in zip(tags, gold["upos"].tolist(), strict=True))
        if bool((gold["names"] >= 0).all()):
            counts += span_counts(gold["names"][:, 0].numpy(), model.names.classes(states)[0], corpus.NAMES[0])
    figures = {"UPOS": 100 * upos / n, "UAS": 100 * uas / n, "LAS": 100 * las / n}
    return figures | ({"names": f1(*counts)} if counts[0] else {})


def span_counts(gold: np.ndarray, predicted: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Gold spans, predicted spans, right ones."""
    a, b = set(spans(gold, names)), set(spans(predicted, names))
    return np.array([len(a), len(b), len(a & b)])


def f1(gold: int, predicted: int, right: int) -> float:
    """F1 in per cent."""
    return 200 * right / max(1, gold + predicted)


@torch.inference_mode()
def evaluate_roles(model: Model, paragraphs: Sequence[corpus.Paragraph]) -> dict[str, float]:
    """Token F1 in per cent by role."""
    counts = np.zeros((len(corpus.ROLES), 3), dtype=int)
    for batch in corpus.batches(paragraphs, 2000, None):
        gold = labels(batch, torch.device("cpu"))["roles"].numpy() > 0
        for g, classes in enumerate(model.roles.classes(model.states(batch))):
            found = classes > 0
            counts[g] += [gold[:, g].sum(), found.sum(), (gold[:, g] & found).sum()]
    return {role: f1(*row) for (role,), row in zip(corpus.ROLES, counts, strict=True)}


def optimizer_of(model: Model, rate: float, encoder_rate: float) -> torch.optim.AdamW:
    """AdamW with a rate of its own for the encoder; its word vectors stay as they are."""
    words = model.encoder.bert.get_input_embeddings()
    words.requires_grad_(False)  # slow, and the treebanks hold few of them
    inner = [p for p in model.encoder.parameters() if p.requires_grad]
    known = set(map(id, model.encoder.parameters()))
    outer = [p for p in model.parameters() if id(p) not in known]
    groups = [{"params": inner, "lr": encoder_rate, "peak": encoder_rate}, {"params": outer, "lr": rate, "peak": rate}]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01, fused=True)


def schedule(done: float, warm_up: float = 0.06) -> float:
    """Share of the peak rate at a share of all steps: linear up, linear down."""
    return done / warm_up if done < warm_up else max(0.0, (1 - done) / (1 - warm_up))


@dataclass
class Run:
    """Where a training run stands: how many of its rounds are done."""

    model: Model
    optimizer: torch.optim.AdamW
    checkpoint: Path
    rounds: int
    done: int = 0

    def restore(self) -> None:
        """Go on from the checkpoint, if there is one."""
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, weights_only=True, map_location=self.model.encoder.bert.device)
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.done = state["done"]
            log.info("going on after round %d", self.done)

    def keep(self) -> None:
        """Write the checkpoint; the old one stays until the new one is whole."""
        state = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "done": self.done}
        unfinished = self.checkpoint.with_suffix(".new")
        torch.save(state, unfinished)
        unfinished.replace(self.checkpoint)


def steps(
    trees: Sequence[corpus.Paragraph], news: Sequence[corpus.Paragraph], words: int, rng: random.Random
) -> list[list[list[corpus.Paragraph]]]:
    """One round: every batch of trees with its share of the batches of news."""
    a, b = corpus.batches(trees, words, rng), corpus.batches(news, words, rng)
    return [[tree, *b[k * len(b) // len(a) : (k + 1) * len(b) // len(a)]] for k, tree in enumerate(a)]


def run_round(run: Run, made: list[list[list[corpus.Paragraph]]]) -> None:
    """One round of steps."""
    run.model.train()
    started = time.monotonic()
    for k, step in enumerate(made):
        for group in run.optimizer.param_groups:
            group["lr"] = group["peak"] * schedule((run.done + k / len(made)) / run.rounds)
        seen: dict[str, float] = {}
        for batch in step:
            losses = run.model.losses(batch)
            torch.autograd.backward(torch.stack(list(losses.values())).sum())
            seen |= {name: loss.item() for name, loss in losses.items()}
        nn.utils.clip_grad_norm_(run.model.parameters(), 1.0)
        run.optimizer.step()
        run.optimizer.zero_grad()
        if (k + 1) % 20 == 0:
            pace = (time.monotonic() - started) / (k + 1)
            told = " ".join(f"{name} {value:.3f}" for name, value in seen.items())
            log.info("round %d step %d/%d: %s, %.2f s a step", run.done + 1, k + 1, len(made), told, pace)
    run.done += 1


def tokenizer_of(folder: Path) -> corpus.Tokenize:
    """Cut as the server does, with the tokenizer of the models folder."""
    parser = from_folder(folder, TOKENIZING)

    def tokenize(paragraphs: Sequence[str]) -> list[list[list[tuple[str, int, int]]]]:
        out: list[list[list[tuple[str, int, int]]]] = [[] for _ in paragraphs]
        for batch in tokens.batches(paragraphs, parser.tokenize):
            for sentence in batch.document.sentences:
                paragraph, shift = batch.place(sentence)
                texts = tokens.texts_of_words(batch.document, sentence)
                places = [(start + shift, end + shift) for _, _, start, end in tokens.spans_of_words(sentence)]
                out[paragraph].append([(text, *place) for text, place in zip(texts, places, strict=True)])
        return out

    return tokenize


@dataclass(frozen=True)
class Material:
    """What is learned from, and what says how far that got: parts by name."""

    trees: list[corpus.Paragraph]
    news: list[corpus.Paragraph]
    dev: dict[str, list[corpus.Paragraph]]


def material(options: argparse.Namespace, inventory: corpus.Inventory) -> Material:
    """Read treebanks, names and annotated news."""
    every = slice(None, None, options.every)
    rng = random.Random(options.seed)

    def part(bank: str, split: str) -> list[corpus.Paragraph]:
        names = options.names / f"{bank}-{split}.iob2"
        own = corpus.treebank(
            options.treebanks / f"{bank}-{split}.conllu", inventory, names if names.exists() else None
        )
        return own[every]

    cut = tokenizer_of(options.output)
    news = {
        split: [
            paragraph
            for document in corpus.annotated(options.annotated / f"polnear-{split}.jsonl", cut, options.work)
            for paragraph in document
        ]
        for split in SPLITS
    }
    dev = {f"{bank}-dev": part(bank, "dev") for bank in data.TREEBANKS}
    dev["ewt-dev in news typography"] = [[corpus.retyped(s, rng) for s in p] for p in dev["ewt-dev"]]
    trees = [paragraph for bank in data.TREEBANKS for paragraph in part(bank, "train")]
    return Material(trees, news["train"][every], dev | {"polnear-dev": news["dev"][every]})


def train_rounds(run: Run, given: Material, *, words: int, seed: int, plain: bool = False) -> None:
    """All rounds that are not done, each with random numbers of its own, so that a resumed run goes the same way."""
    vary = corpus.regrouped if plain else corpus.varied
    while run.done < run.rounds:
        torch.manual_seed(seed * 1000 + run.done)
        rng = random.Random(seed * 1000 + run.done)
        trees, news = (vary(part, rng) for part in (given.trees, given.news[run.done % SHARES :: SHARES]))
        run_round(run, steps(trees, news, words, rng))
        run.keep()
        run.model.eval()
        for name, gold in given.dev.items():
            evaluate = evaluate_roles if "roles" in gold[0][0].labels else evaluate_trees
            log.info("round %d %s %s", run.done, name, rounded(evaluate(run.model, gold)))


def train(options: argparse.Namespace) -> None:
    """Train, or go on from the last round, and write encoder and heads to the models folder."""
    torch.manual_seed(options.seed)
    torch.set_flush_denormal(True)
    bert, tokenizer = load_initial(options.encoder, options.work)
    inventory = corpus.Inventory.of(data.load(options.treebanks, "train"))
    given = material(options, inventory)
    model = Model(TrainedEncoder(bert, tokenizer.backend_tokenizer), inventory)
    model.to(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    optimizer = optimizer_of(model, options.rate, options.encoder_rate)
    run = Run(model, optimizer, options.work / "heads.checkpoint", options.rounds)
    run.restore()
    train_rounds(run, given, words=options.batch_words, seed=options.seed, plain=options.plain)
    model.eval()
    model.save(options.output)


def rounded(figures: dict[str, float]) -> dict[str, float]:
    """Figures with two places."""
    return {name: round(float(value), 2) for name, value in figures.items()}
