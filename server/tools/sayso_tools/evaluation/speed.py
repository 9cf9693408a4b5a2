"""Speed of models, as ratios within one run: the encoder alone against the whole pipeline, on the same text."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch

from sayso_server.core.document import read
from sayso_server.parsing import processors, tokens
from sayso_server.parsing.encoder import Row
from sayso_server.parsing.stanza_parser import StanzaParser


def measure(parser: StanzaParser, texts: Sequence[str], repeats: int = 5) -> dict[str, float]:
    """Words per second of the encoder alone and of the pipeline, document by document; medians of interleaved repeats.

    "ratio" is the pipeline's speed over the encoder's, the median of the ratios of each repeat.
    """
    assert parser.reader is not None
    encoder = parser.reader.encoder
    parts = [read(text).parts for text in texts]
    prepared = [rows_of(parser, own) for own in parts]
    words = sum(len(row.first) for rows in prepared for row in rows)
    _timed(lambda: parser.parse(parts[0]))
    pairs = []
    for _ in range(repeats):
        alone = _timed(lambda: [encoder.read(rows) for rows in prepared])
        whole = _timed(lambda: [parser.annotate(parser.tokenize(_joined(own))) for own in parts])
        pairs.append((alone, whole))
    return {
        "words": words,
        "encoder_words_per_second": round(words / statistics.median(a for a, _ in pairs), 1),
        "pipeline_words_per_second": round(words / statistics.median(w for _, w in pairs), 1),
        "ratio": round(statistics.median(a / w for a, w in pairs), 3),
    }


def rows_of(parser: StanzaParser, paragraphs: Sequence[str]) -> list[Row]:
    """The encoder's rows for these paragraphs."""
    assert parser.reader is not None
    documents = [batch.document for batch in tokens.batches(paragraphs, parser.tokenize)]
    return [row for document in documents for row in parser.reader.encoder.rows(_words(document))]


def _joined(paragraphs: Sequence[str]) -> str:
    return tokens.SEPARATOR.join(text.replace("\n", " ") for text in paragraphs)


def _words(document: Any) -> list[list[list[str]]]:
    return [[tokens.texts_of_words(document, s) for s in p] for p in processors.paragraphs(document)]


@torch.inference_mode()
def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
