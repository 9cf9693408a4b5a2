"""The adapter on Stanza: paragraphs in, trees out."""

import bisect
import itertools
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import stanza
import torch
from stanza.models.common.foundation_cache import BertRecord, FoundationCache

from sayso_server.core.tree import Tree, Word
from sayso_server.parsing.decoding import speed_up
from sayso_server.parsing.encoder import ENCODER_NAME, load_encoder
from sayso_server.parsing.errors import ModelError
from sayso_server.parsing.files import PROCESSORS

SEPARATOR = "\n\n"
"""What Stanza takes for a paragraph border: sentences never cross it."""

BATCH_CHARS = 60_000
"""Code points parsed at once: what bounds the memory."""

LONGEST_SENTENCE = 250
"""Words of one sentence; the scorers' memory grows with the square. Longer ones are read in parts."""

Piece = tuple[int, int, str]
"""(paragraph, offset in it, text)."""


class StanzaParser:
    """Stanza's pipeline on a models folder, one encoder under all heads. Not thread-safe."""

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        logging.getLogger("stanza").setLevel(logging.ERROR)  # it logs words of the text at lower levels
        if threads is not None:
            torch.set_num_threads(threads)
        torch.set_flush_denormal(True)
        cache = FoundationCache(local_files_only=True)
        try:
            encoder, tokenizer = load_encoder(folder / "encoder")
            cache.bert[ENCODER_NAME] = BertRecord(encoder, tokenizer, {})
            self.pipeline = stanza.Pipeline(
                lang="en",
                dir=str(folder),
                processors=",".join(PROCESSORS),
                package=None,
                download_method=None,
                allow_unknown_language=True,
                foundation_cache=cache,
                use_gpu=False,
                verbose=False,
                logging_level="ERROR",
                **{f"{name}_model_path": str(folder / f"{name}.pt") for name in PROCESSORS},
            )
        except Exception as error:
            reason = next(iter(str(error).splitlines()), "")
            raise ModelError(f"the models in {folder} cannot be loaded ({type(error).__name__}: {reason})") from error
        speed_up(self.pipeline.processors["depparse"].trainer.model)
        self.encoder = encoder

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        """The sentences of each paragraph; see `core.parser.Parser`."""
        out: list[list[Tree]] = [[] for _ in paragraphs]
        for batch in _batches(paragraphs):
            for paragraph, tree in self._parse(batch):
                out[paragraph].append(tree)
        return out

    def _parse(self, pieces: list[Piece]) -> Iterator[tuple[int, Tree]]:
        document = self._tokenize(pieces)
        while too_long := _long_sentences(document, pieces):
            pieces = _cut(pieces, too_long)
            document = self._tokenize(pieces)
        with torch.inference_mode():
            document = self.pipeline.process(document, processors=["pos", "lemma", "depparse"])
        self.encoder.forget()
        starts = _starts(pieces)
        for sentence in document.sentences:
            k = bisect.bisect_right(starts, _start(sentence)) - 1
            paragraph, offset, _ = pieces[k]
            yield paragraph, to_tree(sentence, offset - starts[k])

    def _tokenize(self, pieces: list[Piece]) -> Any:
        text = SEPARATOR.join(piece[2] for piece in pieces)
        with torch.inference_mode():
            return self.pipeline.process(text, processors=["tokenize", "mwt"])


def _batches(paragraphs: Sequence[str]) -> Iterator[list[Piece]]:
    """Paragraphs that hold anything, single line breaks as spaces, in batches."""
    batch: list[Piece] = []
    size = 0
    for i, text in enumerate(paragraphs):
        if not text.strip():
            continue
        if batch and size + len(text) > BATCH_CHARS:
            yield batch
            batch, size = [], 0
        batch.append((i, 0, text.replace("\r", " ").replace("\n", " ")))
        size += len(text)
    if batch:
        yield batch


def _starts(pieces: Sequence[Piece]) -> list[int]:
    """Offset of each piece in the joined text."""
    out, position = [], 0
    for _, _, text in pieces:
        out.append(position)
        position += len(text) + len(SEPARATOR)
    return out


def _start(sentence: Any) -> int:
    return int(sentence.tokens[0].start_char)


def _long_sentences(document: Any, pieces: Sequence[Piece]) -> dict[int, list[int]]:
    """Where to cut which piece: before every `LONGEST_SENTENCE`th word of its long sentences."""
    starts = _starts(pieces)
    cuts: dict[int, list[int]] = {}
    for sentence in document.sentences:
        if len(sentence.words) > LONGEST_SENTENCE:
            k = bisect.bisect_right(starts, _start(sentence)) - 1
            step = LONGEST_SENTENCE // 2
            cuts.setdefault(k, []).extend(t.start_char - starts[k] for t in sentence.tokens[step::step])
    return cuts


def _cut(pieces: Sequence[Piece], cuts: dict[int, list[int]]) -> list[Piece]:
    out: list[Piece] = []
    for k, (paragraph, offset, text) in enumerate(pieces):
        edges = [0, *sorted({c for c in cuts.get(k, []) if 0 < c < len(text)}), len(text)]
        out += [(paragraph, offset + a, text[a:b]) for a, b in itertools.pairwise(edges) if text[a:b].strip()]
    return out


def to_tree(sentence: Any, shift: int) -> Tree:
    """A sentence of Stanza's as a tree, its offsets moved by `shift`."""
    words: list[Word] = []
    for token in sentence.tokens:
        for word in token.words:
            start = token.start_char if word.start_char is None else word.start_char
            end = token.end_char if word.end_char is None else word.end_char
            words.append(
                Word(
                    index=len(words),
                    text=sentence.doc.text[start:end] if len(token.words) == 1 else word.text,
                    lemma=word.lemma or word.text,
                    upos=word.upos or "X",
                    xpos=word.xpos or "",
                    feats=word.feats or "",
                    head=int(word.head) - 1,
                    deprel=word.deprel or "dep",
                    start=start + shift,
                    end=end + shift,
                )
            )
    return Tree(tuple(words))
