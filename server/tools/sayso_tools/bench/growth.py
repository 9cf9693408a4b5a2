"""Measures how the extractor's time grows with the length of the text."""

import itertools
import statistics
from collections.abc import Callable, Sequence

from sayso_server.core.pipeline import Extractor
from sayso_tools.bench.texts import of_length
from sayso_tools.bench.timing import Figure, timed

LENGTHS = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
"""The lengths of the texts in words, each about double the previous one, with pairs that differ by a factor of ten."""

LEAST = 1_000
"""Minimum words of one measurement: shorter texts are read several times."""

Milliseconds = dict[int, Figure]
"""Milliseconds per word, by the length of the text in words."""


def measure(
    extractor: Extractor, articles: Sequence[str], lengths: Sequence[int], rounds: int, say: Callable[[str], None]
) -> tuple[Milliseconds, Figure]:
    """Milliseconds per word by length, and the time ratio for ten times the text, over all pairs and rounds."""
    texts = {length: of_length(articles, length) for length in lengths}
    seconds: dict[int, list[float]] = {length: [] for length in lengths}
    for number in range(rounds):
        for length in lengths[:: -1 if number % 2 else 1]:
            batch = [texts[length]] * max(1, LEAST // length)
            seconds[length].append(statistics.mean(timed(extractor.extract, text) for text in batch))
            say(f"round {number + 1} of {rounds}: {length:,} words: {seconds[length][-1]:.2f} s")
    tenfold = [
        long / short
        for one, ten in itertools.product(lengths, lengths)
        if ten == 10 * one
        for short, long in zip(seconds[one], seconds[ten], strict=True)
    ]
    return {n: Figure.of([1000 * s / n for s in seconds[n]]) for n in lengths}, Figure.of(tenfold)
