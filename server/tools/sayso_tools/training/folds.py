"""Cross-fitting: heads trained on two thirds of the annotated news, for the documents that they have not seen.

The scorer must not learn from a head's output only on texts that the head was trained on: there the head is
overconfident. The scorer sees one third of the documents with the roles and links of heads that have not seen them, and
another third with those of the bundled heads, which have. The former were trained for a shorter time and on less data,
so they are less confident on a new text than the bundled heads are; the latter are more confident. On the development
part of PolNeAR, weights from both were better than weights from either. Heads of a fold start from the initial encoder,
never from bundled models, whose encoder has seen all of the news.
"""

import argparse
import logging
from pathlib import Path
from typing import NamedTuple

import torch

from sayso_server.parsing.encoder import Encoder, load_encoder
from sayso_server.parsing.linking import Linker
from sayso_server.parsing.spans import SpanTagger
from sayso_server.parsing.stanza_parser import TOKENIZING, from_folder
from sayso_tools.training import corpus, data, measures
from sayso_tools.training.encoder import TrainedEncoder, save_encoder
from sayso_tools.training.heads import attributed
from sayso_tools.training.initial import load_initial
from sayso_tools.training.mix import MIX, streams
from sayso_tools.training.model import Model, training_device
from sayso_tools.training.run import Run, optimizer_of, rounded
from sayso_tools.training.words import tokenizer_of

log = logging.getLogger(__name__)

FOLDS = 3
UNKNOWN, KNOWN = 0, 1
"""The folds that the scorer sees: with heads that have not seen them, and with the bundled heads."""


class Fold(NamedTuple):
    """The heads that have not seen a fold, and their encoder."""

    encoder: Encoder
    roles: SpanTagger
    links: Linker


def fold_of(document: int) -> int:
    """The fold of the document with this index."""
    return document % FOLDS


def folder_of(options: argparse.Namespace, fold: int) -> Path:
    """The folder of the heads that have not seen a fold."""
    return Path(options.work) / f"fold-{fold}"


def load_fold(options: argparse.Namespace, fold: int) -> Fold:
    """Load the heads that have not seen a fold."""
    folder = folder_of(options, fold)
    return Fold(
        load_encoder(folder / "encoder"), SpanTagger.load(folder / "roles.pt"), Linker.load(folder / "links.pt")
    )


def run(options: argparse.Namespace) -> None:
    """Train the heads that must not see a fold, unless they exist."""
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
    model.to(training_device())
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
