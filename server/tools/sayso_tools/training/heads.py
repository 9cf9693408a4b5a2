"""The encoder and all its heads, fine-tuned together: tags, trees, names, roles, attribution links, coreference.

Each step reads batches of several parts of the material (see `mix`), adds the losses, and updates the encoder and the
heads. Names are learned in several conventions, a group of labels each; one is used for inference, the others help to
train the encoder.
"""

import argparse
import functools
import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from sayso_server.parsing.coreference import Kind
from sayso_server.parsing.stanza_parser import TOKENIZING, from_folder
from sayso_tools.training import attributions, corpus, data, measures, mentions, names
from sayso_tools.training.corpus import Inventory, Paragraph, Sentence
from sayso_tools.training.encoder import TrainedEncoder
from sayso_tools.training.initial import load_initial
from sayso_tools.training.mix import MIX, SEEN, streams
from sayso_tools.training.model import Model, stored_encoder, training_device
from sayso_tools.training.run import Measure, Run, optimizer_of
from sayso_tools.training.teachers import Teachers
from sayso_tools.training.words import Tokenize, cut, tokenizer_of

log = logging.getLogger(__name__)

PROPOSITIONS = ("propbank-ewt-weblog-newsgroup", "propbank-ewt-email-answers-reviews")
TEXTS, LISTED = ("us-congress-press-releases", "government-statements-re3d", "wikinews"), "read-by-eye.txt"
"""Texts without labels, and the file that names those of Wikinews that are not for measurement."""

HELD_OUT = 4
"""Every N-th document of MEANTIME is held out for evaluation."""


@dataclass(frozen=True)
class Material:
    """The training data, by part of the mix, and the evaluations."""

    parts: Mapping[str, Sequence[Any]]
    measures: Mapping[str, Measure]


def treebank(options: argparse.Namespace, inventory: Inventory, bank: str, split: str) -> list[Paragraph]:
    """The paragraphs of one treebank, with the names of the same sentences if there are any."""
    iob2 = options.names / f"{bank}-{split}.iob2"
    path = options.treebanks / f"{bank}-{split}.conllu"
    return corpus.treebank(path, inventory, iob2 if iob2.exists() else None)


def held_out(index: int) -> bool:
    """Whether a document of MEANTIME is held out."""
    return index % HELD_OUT == 0


def attributed(options: argparse.Namespace, tokenize: Tokenize) -> dict[str, list[list[Paragraph]]]:
    """Documents with attributions: news for training and development, and statements from PropBank."""
    train, dev = (options.annotated / f"polnear-{split}.jsonl" for split in ("train", "dev"))
    frequency = attributions.cue_words(cut(train, tokenize, options.work, options.every))
    paths = [p for p in (options.propositions / f"{name}.jsonl" for name in PROPOSITIONS) if p.exists()]
    own = functools.partial(
        attributions.propositions, paths, tokenize, options.work, frequency=frequency, every=options.every
    )
    return {
        "train": attributions.news(train, tokenize, options.work, frequency, options.every),
        "dev": attributions.news(dev, tokenize, options.work, frequency, options.every),
        "propositions": own(split="train"),
        "propositions-dev": own(split="dev"),
    }


def plain(options: argparse.Namespace, tokenize: Tokenize) -> list[Paragraph]:
    """The paragraphs of texts without labels. Of Wikinews only those that are for reading: others are measured on."""
    listed = options.texts / LISTED
    is_free = set(listed.read_text(encoding="utf-8").split()) if listed.exists() else set()
    return [
        [Sentence([word.text for word in sentence], {}) for sentence in sentences]
        for name in TEXTS
        if (path := options.texts / f"{name}.jsonl").exists()
        for document, paragraphs in cut(path, tokenize, options.work, options.every)
        if name != "wikinews" or document["id"] in is_free
        for sentences in paragraphs
    ]


def coreference(options: argparse.Namespace, tokenize: Tokenize) -> dict[str, list[mentions.Document]]:
    """Documents with mentions of all available sources except GUM: for training, and held out."""

    def read(name: str, reader: Any, **settings: Any) -> list[mentions.Document]:
        path = options.coreference / f"{name}.jsonl"
        seen = SEEN.get(name, 1.0)
        return reader(path, tokenize, options.work, seen=seen, every=options.every, **settings) if path.exists() else []

    meantime = read("meantime", mentions.clustered)
    fiction = read("litbank", mentions.clustered, asked=lambda kind: kind is Kind.PRONOUN)
    train = [d for i, d in enumerate(meantime) if not held_out(i)] + fiction
    train += read("redocred-names-dev", mentions.clustered)
    train += read("gap-dev", mentions.pronouns) + read("gap-val", mentions.pronouns)
    return {"train": train, "meantime": [d for i, d in enumerate(meantime) if held_out(i)]}


def material(options: argparse.Namespace, inventory: Inventory) -> Material:
    """Read all available material."""
    rng = random.Random(options.seed)
    folder = options.output if (options.output / "tokenize.pt").exists() else options.origin
    tokenize = tokenizer_of(from_folder(folder, TOKENIZING))
    banks = {
        (bank, split): treebank(options, inventory, bank, split)
        for bank in data.TREEBANKS
        for split in ("train", "dev")
    }
    gum = {
        split: mentions.gum(options.treebanks / f"gum-{split}.conllu", banks["gum", split])
        for split in ("train", "dev")
    }
    news, others = attributed(options, tokenize), coreference(options, tokenize)
    flat = {name: [p for document in documents for p in document] for name, documents in news.items()}
    every = slice(None, None, options.every)
    parts: dict[str, list[Any]] = {
        "trees": [p for bank in data.TREEBANKS for p in banks[bank, "train"]][every],
        "news": flat["train"],
        "propositions": flat["propositions"],
        "names": names.training(options.name_lists)[every],
        "gum": gum["train"][every],
        "mentions": others["train"],
        "texts": plain(options, tokenize) if options.teachers else [],
    }
    kept_back = [
        p for own in names.FILES for p in names.part(options.name_lists / f"{own.file}.iob2", own, is_kept_back=True)
    ]
    ewt, gum_dev = (banks[bank, "dev"][every] for bank in ("ewt", "gum"))
    retyped = [[corpus.retyped(s, rng) for s in p] for p in ewt]
    dev: dict[str, tuple[Any, list[Any]]] = {
        "ewt-dev": (measures.trees, ewt),
        "ewt-dev in news typography": (measures.trees, retyped),
        "gum-dev": (measures.trees, gum_dev),
        "names of ewt-dev": (measures.names, ewt),
        "names kept back": (measures.names, kept_back[every]),
        "roles of polnear-dev": (measures.roles, flat["dev"]),
        "links of polnear-dev": (measures.links, flat["dev"]),
        "links of propositions": (measures.links, flat["propositions-dev"]),
        "coreference of gum-dev": (measures.mentions, gum["dev"][every]),
        "coreference of meantime": (measures.mentions, others["meantime"]),
    }
    return Material(
        parts,
        {
            name: functools.partial(_measured, measure, items[:: options.measured_every])
            for name, (measure, items) in dev.items()
            if items
        },
    )


def _measured(measure: Any, items: Sequence[Any], model: Model) -> dict[str, float]:
    return measure(model, items)  # type: ignore[no-any-return]


def steps_of(rounds: float, trees: Sequence[Paragraph], words: int) -> int:
    """The number of steps for this many passes over the treebanks."""
    return max(1, round(rounds * sum(map(corpus.size, trees)) / words / MIX["trees"].batches))


def train(options: argparse.Namespace) -> None:
    """Train, or continue from the last checkpoint, and write encoder and heads to the models folder."""
    torch.manual_seed(options.seed)
    torch.set_flush_denormal(True)
    inventory = Inventory.of(data.load(options.treebanks, "train"))
    given = material(options, inventory)
    model = made(options, inventory)
    run = Run(
        model,
        optimizer_of(model, options.rate, options.encoder_rate),
        streams(given.parts, words=options.batch_words, seed=options.seed, is_plain=options.plain),
        options.work / "heads.checkpoint",
        steps_of(options.rounds, given.parts["trees"], options.batch_words),
        seed=options.seed,
        minutes=options.minutes,
        evaluations=options.evaluations,
        measures=given.measures,
        teachers=Teachers.load(options.teachers, inventory, training_device()) if options.teachers else None,
    )
    run.restore()
    run.train()
    if options.origin is not None and options.keep:
        model.average(options.origin, options.keep)
    model.save(options.output)


def made(options: argparse.Namespace, inventory: Inventory) -> Model:
    """The initial model: the initial encoder with new heads, or those of a models folder."""
    if options.origin is None:
        bert, tokenizer = load_initial(options.encoder, options.work)
        model = Model(TrainedEncoder(bert, tokenizer.backend_tokenizer), inventory)
    else:
        model = Model(stored_encoder(options.origin), inventory)
        model.load_heads(options.origin)
    return model.to(training_device())
