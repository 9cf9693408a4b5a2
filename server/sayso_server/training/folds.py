"""Role taggers that have each read two thirds of the annotated news.

What is learned from a tagger's output must not be learned from texts that it was trained on: there it is surer than it
will ever be again. So the scorer sees, of every document, the roles of the tagger that does not know it.
"""

import argparse
import logging
import random
from pathlib import Path

import torch

from sayso_server.parsing.encoder import Encoder, load_encoder
from sayso_server.parsing.heads import SpanTagger
from sayso_server.training import corpus, data
from sayso_server.training.encoder import TrainedEncoder, save_encoder
from sayso_server.training.heads import Model, Run, evaluate_roles, optimizer_of, rounded, run_round, tokenizer_of
from sayso_server.training.initial import load_initial

log = logging.getLogger(__name__)

FOLDS = 3
USED = (0, 1)
"""The folds whose documents the scorer sees: the third would cost a third tagger, and adds little."""


def fold_of(document: int) -> int:
    """Which fold the document with this index is in."""
    return document % FOLDS


def folder_of(options: argparse.Namespace, fold: int) -> Path:
    """Where the tagger that does not know a fold is kept."""
    return Path(options.work) / f"fold-{fold}"


def load_fold(options: argparse.Namespace, fold: int) -> tuple[Encoder, SpanTagger]:
    """The tagger that does not know a fold."""
    folder = folder_of(options, fold)
    return load_encoder(folder / "encoder"), SpanTagger.load(folder / "roles.pt")


def run(options: argparse.Namespace) -> None:
    """Train the taggers that are not there yet; with `--fold` only that one."""
    torch.set_flush_denormal(True)
    for fold in [options.fold] if options.fold is not None else USED:
        if not (folder_of(options, fold) / "roles.pt").exists():
            train(options, fold)


def train(options: argparse.Namespace, fold: int) -> None:
    """Train one tagger, or go on from its last round."""
    torch.manual_seed(options.seed)
    bert, tokenizer = load_initial(options.encoder, options.work)
    cut = tokenizer_of(options.output)
    train_news, dev_news = (
        corpus.annotated(options.annotated / f"polnear-{split}.jsonl", cut, options.work) for split in ("train", "dev")
    )
    news = [p for i, document in enumerate(train_news) if fold_of(i) != fold for p in document][:: options.every]
    inventory = corpus.Inventory.of(data.load(options.treebanks, "dev"))
    model = Model(TrainedEncoder(bert, tokenizer.backend_tokenizer), inventory)
    model.to(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    optimizer = optimizer_of(model, options.rate, options.encoder_rate)
    progress = Run(model, optimizer, options.work / f"fold-{fold}.checkpoint", options.fold_rounds)
    progress.restore()
    while progress.done < progress.rounds:
        torch.manual_seed(options.seed * 1000 + progress.done)
        rng = random.Random(options.seed * 1000 + progress.done)
        run_round(progress, [[batch] for batch in corpus.batches(corpus.varied(news, rng), options.batch_words, rng)])
        progress.keep()
    model.eval()
    figures = evaluate_roles(model, [p for document in dev_news for p in document][:: options.every])
    log.info("without fold %d: polnear-dev %s", fold, rounded(figures))
    save_encoder(model.encoder, folder_of(options, fold) / "encoder")
    model.roles.save(folder_of(options, fold) / "roles.pt")
