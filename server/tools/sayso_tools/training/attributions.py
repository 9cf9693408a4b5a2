"""Attributions as word labels: roles, and the cue of each word."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sayso_tools.training.corpus import IGNORED, ROLES, Paragraph, Sentence, iob2
from sayso_tools.training.words import Cut, Placed, Tokenize, cut

CONTENTS, SOURCES = 3, 2
"""The maximum number of cues that a word is content or source of; others are dropped."""

RAREST = 5
"""The words of a cue are compared by their frequency in cues; counts up to this are unreliable."""

Attribution = Mapping[str, Any]
Spans = Sequence[Sequence[int]]


def news(
    path: Path, tokenize: Tokenize, work: Path, frequency: Mapping[str, float], every: int = 1
) -> list[list[Paragraph]]:
    """Annotated news (PolNeAR) as documents of paragraphs. Cues inside contents are not annotated."""
    numbers = itertools.count(1)
    return [_labelled(d, words, frequency, numbers, are_nested=False) for d, words in cut(path, tokenize, work, every)]


def propositions(
    paths: Iterable[Path],
    tokenize: Tokenize,
    work: Path,
    *,
    split: str,
    frequency: Mapping[str, float],
    every: int = 1,
) -> list[list[Paragraph]]:
    """Statements from PropBank of one split, nested ones too. Their cues are shorter than those of news: no roles."""
    numbers = itertools.count(1)
    return [
        _labelled(d, words, frequency, numbers, are_nested=True)
        for path in paths
        for d, words in cut(path, tokenize, work, every)
        if d["split"] == split
    ]


def cue_words(documents: Iterable[tuple[Mapping[str, Any], Cut]]) -> dict[str, float]:
    """The share of each word's occurrences that are in cues."""
    cues: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for document, paragraphs in documents:
        marked = _characters(span for a in document["attributions"] for span in a["cue"])
        for word in _words(paragraphs):
            every[word.text.lower()] += 1
            cues[word.text.lower()] += word.start in marked
    return {word: cues[word] / (count + RAREST) for word, count in every.items() if cues[word]}


def main_word(cue: Sequence[int], words: Sequence[Placed], frequency: Mapping[str, float]) -> int:
    """The index of the cue's word with the highest frequency in cues."""
    kept = [i for i in cue if re.search(r"\w", words[i].text)] or cue
    return max(kept, key=lambda i: frequency.get(words[i].text.lower(), 0.0))


def inside(words: Sequence[Placed], spans: Spans) -> list[int]:
    """The indices of words that overlap with the spans."""
    return [i for i, word in enumerate(words) if any(word.start < end and word.end > start for start, end in spans)]


def _characters(spans: Iterable[Sequence[int]]) -> set[int]:
    return {offset for start, end in spans for offset in range(start, end)}


def _words(paragraphs: Cut) -> Iterator[Placed]:
    return (word for sentences in paragraphs for sentence in sentences for word in sentence)


def _labelled(
    document: Mapping[str, Any],
    paragraphs: Cut,
    frequency: Mapping[str, float],
    numbers: Iterator[int],
    *,
    are_nested: bool,
) -> list[Paragraph]:
    """The paragraphs of a document with their labels. Cues have numbers, so that paragraphs can be split and joined."""
    attributions = [(next(numbers), a) for a in sorted(document["attributions"], key=_size, reverse=True)]
    out = []
    for sentences in paragraphs:
        words = [word for sentence in sentences for word in sentence]
        near = [(n, a) for n, a in attributions if _touches(a, words[0].start, words[-1].end)]
        labels = _labels(words, near, frequency, are_nested=are_nested)
        ends = list(itertools.accumulate(map(len, sentences), initial=0))
        out.append(
            [
                Sentence([word.text for word in sentence], {name: own[a:b] for name, own in labels.items()})
                for sentence, (a, b) in zip(sentences, itertools.pairwise(ends), strict=True)
            ]
        )
    return out


def _size(attribution: Attribution) -> int:
    """The size of the content: an outer content is larger than those inside it."""
    return sum(end - start for start, end in attribution["content"])


def _touches(attribution: Attribution, start: int, end: int) -> bool:
    return any(s < end and e > start for (role,) in ROLES for s, e in attribution[role])


def _labels(
    words: Sequence[Placed],
    attributions: Sequence[tuple[int, Attribution]],
    frequency: Mapping[str, float],
    *,
    are_nested: bool,
) -> dict[str, np.ndarray]:
    cues = np.zeros(len(words), dtype=np.int64)
    contents = np.zeros((len(words), CONTENTS), dtype=np.int64)
    sources = np.zeros((len(words), SOURCES), dtype=np.int64)
    spans: list[list[tuple[int, int, str]]] = [[] for _ in ROLES]
    for number, attribution in attributions:
        found = [[inside(words, [span]) for span in attribution[role]] for (role,) in ROLES]
        for (role,), own, parts in zip(ROLES, spans, found, strict=True):
            own += [(part[0], part[-1] + 1, role) for part in parts if part]
        source, cue, content = (sorted({i for part in parts for i in part}) for parts in found)
        if not cue:
            continue
        cues[main_word(cue, words, frequency)] = number
        for places, table in ((content, contents), (source, sources)):
            for i in places:
                free = np.flatnonzero(table[i] == 0)
                table[i, free[:1]] = number
    if not are_nested:
        cues[(contents > 0).any(1) & (cues == 0)] = IGNORED
    roles = [iob2(len(words), own, role) for own, role in zip(spans, ROLES, strict=True)]
    known = np.stack(roles, 1) if not are_nested else np.full((len(words), len(ROLES)), IGNORED)
    return {"roles": known, "cues": cues, "contents": contents, "sources": sources}
