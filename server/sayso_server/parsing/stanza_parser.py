"""The Stanza adapter: parses paragraphs to trees with names and roles."""

import functools
import hashlib
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import stanza
import torch
from stanza.resources.common import DEFAULT_MODEL_DIR, download_resources_json, load_resources_json

from sayso_server.core.coreference import Coreference
from sayso_server.core.tree import CueLink, Roles, TaggedName, Tree, Word
from sayso_server.parsing import tokens
from sayso_server.parsing.coreference import CoreferenceScorer
from sayso_server.parsing.device import CPU, check
from sayso_server.parsing.document import Document
from sayso_server.parsing.encoder import load_encoder
from sayso_server.parsing.errors import ModelError
from sayso_server.parsing.expanding import Expander
from sayso_server.parsing.files import processors_of
from sayso_server.parsing.processors import VARIANT, Reader
from sayso_server.parsing.tokenizer import is_own_tokenizer

TOKENIZING = ("tokenize", "mwt")
PACKAGE_PROCESSORS = (*TOKENIZING, "pos", "lemma", "depparse", "ner")
SENTENCES = ("sentences",)
ON_STATES = (*SENTENCES, "pos", "depparse", "names", "roles", "links", "coreference")

NAME_TYPES = {"PER": "PER", "PERSON": "PER", "ORG": "ORG", "LOC": "LOC", "GPE": "LOC", "FAC": "LOC"}
"""Our name types, by those of our models and of Stanza's packages."""


class StanzaParser:
    """A Stanza pipeline that implements the core's parser port. Not thread-safe."""

    def __init__(self, pipeline: Any, reader: Reader | None = None, device: torch.device = CPU) -> None:
        self.pipeline = pipeline
        self.reader = reader
        self.device = device
        self._first = [name for name in TOKENIZING if name in pipeline.processors]
        self._then = [name for name in SENTENCES if name in pipeline.processors]
        self._rest = [name for name in pipeline.processors if name not in (*TOKENIZING, *SENTENCES)]
        own = getattr(pipeline.processors["tokenize"], "_variant", None)
        expand = Expander(pipeline.processors["mwt"]) if "mwt" in pipeline.processors else _as_they_are
        self._cut: tokens.Tokenize = functools.partial(own.words, expand=expand) if own is not None else self.tokenize

    @property
    def coreference(self) -> Coreference | None:
        """The coreference scorer, if the models have one."""
        own = self.pipeline.processors.get("coreference")
        return CoreferenceScorer(own.head) if own is not None else None

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        """The sentences of each paragraph; see `core.parser.Parser`.

        If the memory of a GPU is not sufficient, the paragraphs are read in two halves. Raises GpuLostError.
        """
        try:
            return self._parse(paragraphs)
        except torch.OutOfMemoryError:
            if len(paragraphs) < 2:
                raise
        except RuntimeError:
            check(self.device)
            raise
        torch.cuda.empty_cache()
        half = len(paragraphs) // 2
        return self.parse(paragraphs[:half]) + self.parse(paragraphs[half:])

    def _parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        out: list[list[Tree]] = [[] for _ in paragraphs]
        for batch in tokens.batches(paragraphs, self._cut):
            document = self.annotate(batch.document)
            for sentence in document.sentences:
                paragraph, shift = batch.place(sentence)
                out[paragraph].append(to_tree(document, sentence, shift))
        return out

    def tokenize(self, text: str) -> Any:
        """A document of sentences and words."""
        with torch.inference_mode():
            return self.pipeline.process(text, processors=self._first)

    def annotate(self, document: Any) -> Any:
        """The document with all annotations, or one with the same words in other sentences."""
        try:
            with torch.inference_mode():
                return self._annotated(document)
        finally:
            if self.reader is not None:
                self.reader.forget()

    def _annotated(self, document: Any) -> Any:
        if not isinstance(document, Document):
            document = self.pipeline.process(document, processors=self._then)
            return self.pipeline.process(document, processors=self._rest)
        for name in (*self._then, *self._rest):
            document = self.pipeline.processors[name].process(document)
        return document


def _as_they_are(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    return [(token,) for token in tokens]


def prepare(threads: int | None) -> None:
    """Set global options of torch and Stanza in this process."""
    logging.getLogger("stanza").setLevel(logging.ERROR)  # it logs words of the text at lower levels
    if threads is not None:
        torch.set_num_threads(threads)
    torch.set_flush_denormal(True)


def from_folder(folder: Path, processors: Sequence[str] = (), device: torch.device = CPU) -> StanzaParser:
    """A parser with all or some models of a folder. Raises ModelError if they cannot be loaded.

    The encoder and the heads are on the device, all else (tokens, words of multi-word tokens, lemmas) on the processor.
    """
    processors = processors or processors_of(folder)
    try:
        on_states = set(processors) & set(ON_STATES)
        reader = Reader(load_encoder(folder / "encoder", device=device)) if on_states else None
        settings: dict[str, Any] = {f"{name}_model_path": str(folder / f"{name}.pt") for name in processors}
        settings |= {f"{name}_reader": reader for name in ON_STATES}
        own = ["tokenize"] if is_own_tokenizer(folder / "tokenize.pt") else []  # otherwise Stanza's tokenizer
        settings |= {f"{name}_with_{VARIANT}": True for name in (*own, "pos", "lemma", "depparse")}
        pipeline = stanza.Pipeline(
            lang="en",
            dir=str(folder),
            processors=",".join(processors),
            package=None,
            download_method=None,
            allow_unknown_language=True,
            use_gpu=False,
            verbose=False,
            logging_level="ERROR",
            **settings,
        )
    except Exception as error:
        reason = next(iter(str(error).splitlines()), "")
        raise ModelError(f"the models in {folder} cannot be loaded ({type(error).__name__}: {reason})") from error
    return StanzaParser(pipeline, reader, device)


def from_package(package: str, device: torch.device = CPU) -> tuple[StanzaParser, str, str]:
    """A parser with a Stanza package, its version, and the SHA-256 of the checksums of its files in Stanza's index.

    Files come from the resources folder, or from the hub if it can be reached. There are no roles: extraction relies on
    trees and quotation marks.
    """
    folder = resources_folder()
    try:
        if not Path(folder, "resources.json").exists():
            download_resources_json(folder)
        index = load_resources_json(folder)["en"]
        chosen = _files_of(index, package)
        pipeline = stanza.Pipeline(
            lang="en",
            dir=folder,
            processors=chosen,
            package=None,
            download_method=stanza.DownloadMethod.REUSE_RESOURCES,
            device=str(device),
            verbose=False,
            logging_level="ERROR",
        )
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(_why_no_package(package, folder, error)) from error
    sums = "".join(f"{name} {own} {index[name][own]['md5']}\n" for name, own in sorted(chosen.items()))
    return (
        StanzaParser(pipeline, device=device),
        stanza.__resources_version__,
        hashlib.sha256(sums.encode()).hexdigest(),
    )


def _files_of(index: dict[str, Any], package: str) -> dict[str, str]:
    """A package's model for each processor. Raises ModelError if there is no such package."""
    members = index.get("packages", {}).get(package, {})
    named = {name: members.get(name, package) for name in PACKAGE_PROCESSORS}
    chosen = {name: own for name, own in named.items() if own in index.get(name, {})}
    if not {"tokenize", "depparse"} <= chosen.keys():
        known = ", ".join(sorted(index.get("packages", {})))
        raise ModelError(f"stanza:{package}: no such package with a parser; there are {known}")
    return chosen


def resources_folder() -> str:
    """The folder with Stanza's packages."""
    return os.environ.get("STANZA_RESOURCES_DIR") or str(DEFAULT_MODEL_DIR)


def _why_no_package(package: str, folder: str, error: Exception) -> str:
    if isinstance(error, OSError):  # connection errors of requests are OSErrors too
        return (
            f"stanza:{package}: not all models are in {folder} (STANZA_RESOURCES_DIR), and Stanza's hub cannot be "
            f'reached; run stanza.download("en", package="{package}") on a machine with access, and copy the folder'
        )
    reason = next(iter(str(error).splitlines()), "")
    return f"stanza:{package} cannot be loaded from {folder} ({type(error).__name__}: {reason})"


def to_tree(document: Any, sentence: Any, shift: int) -> Tree:
    """A Stanza sentence as a tree, with offsets shifted by `shift`."""
    texts = tokens.texts_of_words(document, sentence)
    words = [
        Word(
            index=i,
            text=text,
            lemma=word.lemma or word.text,
            upos=word.upos or "X",
            xpos=word.xpos or "",
            feats=word.feats or "",
            head=int(word.head) - 1,
            deprel=word.deprel or "dep",
            start=start + shift,
            end=end + shift,
        )
        for i, (text, (_, word, start, end)) in enumerate(zip(texts, tokens.spans_of_words(sentence), strict=True))
    ]
    names = tuple(
        TaggedName(entity.words[0].id - 1, entity.words[-1].id, NAME_TYPES[entity.type])
        for entity in sentence.ents
        if entity.type in NAME_TYPES
    )
    return Tree(
        tuple(words),
        names,
        tuple(Roles(*row) for row in getattr(sentence, "roles", ())),
        tuple(getattr(sentence, "cues", ())),
        tuple(_moved(link, shift) for link in getattr(sentence, "links", ())),
        tuple(getattr(sentence, "mentions", ())),
    )


def _moved(link: CueLink, shift: int) -> CueLink:
    return CueLink(link.word, link.cue + shift, link.share, link.scope, link.source)
