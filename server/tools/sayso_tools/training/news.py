"""Annotated news for the scorer: parsed, partly with roles and links from heads that have not seen it."""

import argparse
import logging
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from sayso_server.core.document import Document, read, with_trees
from sayso_server.core.tree import Roles, Tree
from sayso_server.parsing.linking import linked
from sayso_server.parsing.load import load_parser
from sayso_server.parsing.processors import role_rows
from sayso_tools.training import data
from sayso_tools.training.folds import KNOWN, UNKNOWN, Fold, fold_of, load_fold

log = logging.getLogger(__name__)

Parsed = list[list[Tree]]
"""The trees of the paragraphs of a document; offsets count from the start of each paragraph."""


@dataclass(frozen=True)
class Article:
    """An annotated and parsed document."""

    document: Document
    gold: list[dict[str, Any]]
    fold: int


def articles(options: argparse.Namespace, path: Path) -> Iterator[Article]:
    """The documents of a file of annotated news in the used folds; their trees are cached in the work folder."""
    given = data.documents(path)[:: options.every]
    documents = [(i, item) for i, item in enumerate(given) if fold_of(i) in (UNKNOWN, KNOWN)]
    kept = Path(options.work) / f"{path.stem}.trees.pickle"
    if not kept.exists():
        kept.write_bytes(pickle.dumps(cross_fitted(options, documents)))
    found: list[Parsed] = pickle.loads(kept.read_bytes())  # our own file, written above
    for (i, item), trees in zip(documents, found, strict=True):
        yield Article(with_trees(read(item["text"]), trees), item["attributions"], fold_of(i))


def cross_fitted(options: argparse.Namespace, documents: Sequence[tuple[int, dict[str, Any]]]) -> list[Parsed]:
    """The trees of the bundled models; for one fold with the roles and links of heads that have not seen it."""
    trees = parse(options, [item["text"] for _, item in documents])
    fold = load_fold(options, UNKNOWN)
    return [
        with_fold(own, fold) if fold_of(i) == UNKNOWN else own for own, (i, _) in zip(trees, documents, strict=True)
    ]


def parse(options: argparse.Namespace, texts: Sequence[str]) -> list[Parsed]:
    """The trees of the bundled models."""
    parser, _ = load_parser(str(options.output))
    out = []
    for i, text in enumerate(texts):
        out.append(parser.parse(read(text).parts))
        if (i + 1) % 20 == 0:
            log.info("parsed %d of %d documents", i + 1, len(texts))
    return out


@torch.inference_mode()
def with_fold(trees: Parsed, fold: Fold) -> Parsed:
    """The trees with the roles and links of these heads."""
    return [_paragraph_with_fold(paragraph, fold) if paragraph else [] for paragraph in trees]


def _paragraph_with_fold(trees: Sequence[Tree], fold: Fold) -> list[Tree]:
    states = fold.encoder([[[word.text for word in tree.words] for tree in trees]])
    rows = iter(role_rows(fold.roles.probabilities(states)))
    offsets = [word.start for tree in trees for word in tree.words]
    links = linked(fold.links, states, [[len(tree.words) for tree in trees]], offsets)
    return [
        replace(tree, roles=tuple(Roles(*next(rows)) for _ in tree.words), cues=tuple(cues), links=tuple(own))
        for tree, (cues, own) in zip(trees, links, strict=True)
    ]
