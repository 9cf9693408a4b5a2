"""The stages of training, in their order: each needs what those before it have made. Nothing else lists them."""

import argparse
import logging
import time
from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import NamedTuple

from sayso_server.parsing.files import write_index, write_manifest

log = logging.getLogger(__name__)


class Stage(NamedTuple):
    """Which function of this package does it (imported when it is its turn), and what it makes."""

    function: str
    makes: str


STAGES = {
    "tokenizer": Stage("small:run", "tokenize.pt in --output: where words and sentences end"),
    "mwt": Stage("small:run", "mwt.pt: the words in don't and Israel's"),
    "lemma": Stage("small:run", "lemma.pt: lemmas"),
    "heads": Stage("heads:train", "the encoder and all heads on it; the longest"),
    "sentences": Stage("sentences:train", "sentences.pt: the ends of sentences that the tokenizer is in doubt about"),
    "finish": Stage("stages:finish", "manifest.json: the version, and the digest of every file"),
    "folds": Stage("folds:run", "heads that do not know a part of the annotated news, in --work"),
    "scorer": Stage("scorer:run", "scorer.json in --data: what speaks for a statement, weighed on what those see"),
    "links": Stage("links:run", "links.json in --data: how often a link from a mention to its speaker is right"),
}

ALL = "all"
"""Stands for all stages, one after the other."""

DONE = "stages.done"
"""The file in --work with the names of the stages that are done. Only `all` reads and writes it."""


def run(options: argparse.Namespace) -> None:
    """Run `options.stage`."""
    for folder in (options.work, options.output):
        folder.mkdir(parents=True, exist_ok=True)
    write_index(options.output)
    if options.stage == ALL:
        run_all(options)
    else:
        function: Callable[[argparse.Namespace], None] = resolve_name(f"{__package__}.{STAGES[options.stage].function}")
        function(options)


def run_all(options: argparse.Namespace) -> None:
    """Run all stages that are not done. One that was interrupted continues from its own checkpoint.

    Raises ValueError at once where the encoder is missing that `heads` and `folds` start from.
    """
    path = Path(options.work) / DONE
    done = path.read_text(encoding="utf-8").split() if path.exists() else []
    if "folds" not in done:
        check_encoder(options.encoder)
    for number, name in enumerate(STAGES, 1):
        if name not in done:
            log.info("stage %s, %d of %d", name, number, len(STAGES))
            started = time.monotonic()
            run(argparse.Namespace(**vars(options) | {"stage": name}))
            done.append(name)
            path.write_text("".join(f"{own}\n" for own in done), encoding="utf-8")
            log.info("stage %s took %.0f s", name, time.monotonic() - started)


def check_encoder(folder: Path) -> None:
    """See `initial.check`, which is not imported before it is needed."""
    from sayso_tools.training.initial import check

    check(folder)


def finish(options: argparse.Namespace) -> None:
    """Write the manifest."""
    manifest = write_manifest(options.output, options.model_version)
    log.info("version %s, digest %s", manifest.version, manifest.digest)
