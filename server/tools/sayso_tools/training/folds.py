"""Heads that have read two thirds of the annotated news, for the documents that they do not know.

What is learned from a head's output must not be learned only from texts that it was trained on: there it is surer than
it will ever be again. The scorer sees one third of the documents with the roles and links of heads that do not know
them, and another third with those of the served heads, which do. The former were trained for a shorter time, on less:
they are less sure than the served heads are of a new text, as the latter are surer. On the development part of PolNeAR
weights from both were better than weights from either. Heads of a fold start from the initial encoder, never from
bundled models, whose encoder has read all of the news.
"""

import argparse
import logging
from pathlib import Path
from typing import NamedTuple

import torch

from sayso_server.parsing.encoder import Encoder, load_encoder
from sayso_server.parsing.heads import SpanTagger
from sayso_server.parsing.linking import Linker
from sayso_server.parsing.stanza_parser import TOKENIZING, from_folder
from sayso_tools.training import corpus, data, measures
from sayso_tools.training.encoder import TrainedEncoder, save_encoder
from sayso_tools.training.heads import attributed
from sayso_tools.training.initial import load_initial
from sayso_tools.training.mix import MIX, streams
from sayso_tools.training.model import Model
from sayso_tools.training.run import Run, optimizer_of, rounded
from sayso_tools.training.words import tokenizer_of

log = logging.getLogger(__name__)

FOLDS = 3
UNKNOWN, KNOWN = 0, 1
"""The folds whose documents the scorer sees: with heads that do not know them, and with the served ones."""


class Fold(NamedTuple):
    """The heads that do not know a fold, and their encoder."""

    encoder: Encoder
    roles: SpanTagger
    links: Linker


def fold_of(document: int) -> int:
    """Which fold the document with this index is in."""
    return document % FOLDS


def folder_of(options: argparse.Namespace, fold: int) -> Path:
    """Where the heads that do not know a fold are kept."""
    return Path(options.work) / f"fold-{fold}"


def load_fold(options: argparse.Namespace, fold: int) -> Fold:
    """The heads that do not know a fold."""
    folder = folder_of(options, fold)
    return Fold(
        load_encoder(folder / "encoder"), SpanTagger.load(folder / "roles.pt"), Linker.load(folder / "links.pt")
    )


def run(options: argparse.Namespace) -> None:
    """Train the heads that do not know a fold, unless they are there."""
    torch.set_flush_denormal(True)
    if not (folder_of(options, UNKNOWN) / "links.pt").exists():
        train(options, UNKNOWN)


def train(options: argparse.Namespace, fold: int) -> None:
    """Train the heads of one fold, or continue from the last checkpoint."""
    torch.manual_seed(options.seed)
    bert, tokenizer = load_initial(options.encoder, options.work)
    given = attributed(options, tokenizer_of(from_folder(options.output, TOKENIZING)))
    news = [p for i, document in enumerate(given["train"]) if fold_of(i) != fold for p in document]
    parts = {"news": news, "propositions": [p for document in given["propositions"] for p in document]}
    model = Model(
        TrainedEncoder(bert, tokenizer.backend_tokenizer), corpus.Inventory.of(data.load(options.treebanks, "dev"))
    )
    model.to(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    progress = Run(
        model,
        optimizer_of(model, options.rate, options.encoder_rate),
        streams(parts, words=options.batch_words, seed=options.seed),
        options.work / f"fold-{fold}.checkpoint",
        max(
            1,
            round(
                options.fold_rounds * sum(map(corpus.size, parts["news"])) / options.batch_words / MIX["news"].batches
            ),
        ),
        seed=options.seed,
        minutes=options.fold_minutes,
    )
    progress.restore()
    progress.train()
    dev = [p for document in given["dev"] for p in document]
    figures = {"roles": measures.roles(model, dev), "links": measures.links(model, dev)}
    log.info("without fold %d: polnear-dev %s", fold, {name: rounded(own) for name, own in figures.items()})
    save_encoder(model.encoder, folder_of(options, fold) / "encoder")
    model.roles.save(folder_of(options, fold) / "roles.pt")
    model.links.save(folder_of(options, fold) / "links.pt")
