"""The training stages in order: each needs the results of the previous ones. This is the only list of them."""

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
    """A function of this package (imported when needed), and a description of its output."""

    function: str
    makes: str


STAGES = {
    "tokenizer": Stage("small:run", "tokenize.pt in --output: where words and sentences end"),
    "mwt": Stage("small:run", "mwt.pt: the words in don't and Israel's"),
    "lemma": Stage("small:run", "lemma.pt: lemmas"),
    "heads": Stage("heads:train", "the encoder and all its heads; takes longest"),
    "sentences": Stage("sentences:train", "sentences.pt: decides sentence ends that the tokenizer is uncertain about"),
    "finish": Stage("stages:finish", "manifest.json: the version, and the digest of every file"),
    "folds": Stage("folds:run", "heads that have not seen a part of the annotated news, in --work"),
    "scorer": Stage(
        "scorer:run", "scorer.json in --data: weights of the features of statements, learned with those heads"
    ),
    "links": Stage("links:run", "links.json in --data: the accuracy of links from mentions to speakers"),
}

ALL = "all"
"""The name for all stages in order."""

DONE = "stages.done"
"""The file in --work with the names of the completed stages. Only `all` uses it."""


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
    """Run all stages that are not done. An interrupted stage continues from its own checkpoint.

    Raises ValueError at once if the initial encoder for `heads` and `folds` is missing.
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
    """See `initial.check`, which is imported only when needed."""
    from sayso_tools.training.initial import check

    check(folder)


def finish(options: argparse.Namespace) -> None:
    """Write the manifest."""
    manifest = write_manifest(options.output, options.model_version)
    log.info("version %s, digest %s", manifest.version, manifest.digest)
