"""Coreference accuracy of the bundled models, and of the baseline that takes the last agreeing mention."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from sayso_server.parsing.coreference import Kind, Mention, is_plural, packed, pronoun_class, unpacked
from sayso_server.parsing.stanza_parser import StanzaParser
from sayso_tools.training.mentions import Document, clustered, gum, pieces, pronouns
from sayso_tools.training.words import tokenizer_of

LONGEST = 2000
"""Maximum words of a document; longer documents are read in parts."""

Figures = dict[str, float]


def documents(parser: StanzaParser, path: Path) -> list[Document]:
    """The documents of a CoNLL-U file with `Entity=`, or of JSON lines with clusters or with one pronoun each.

    Raises ValueError for other files.
    """
    if path.suffix == ".conllu":
        return gum(path)
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    read = pronouns if '"pronoun"' in first else clustered
    if '"clusters"' not in first and '"pronoun"' not in first:
        raise ValueError(f'{path} is not coreference: its lines have neither "clusters" nor "pronoun"')
    with TemporaryDirectory() as work:
        return read(path, tokenizer_of(parser), Path(work))


@torch.inference_mode()
def coreference(parser: StanzaParser, given: Iterable[Document]) -> dict[str, Figures]:
    """The share of mentions with a correctly chosen antecedent, among those that have one, by kind."""
    head = parser.pipeline.processors["coreference"].head if "coreference" in parser.pipeline.processors else None
    right: dict[str, dict[str, list[bool]]] = {"last that agrees": {}, **({"head": {}} if head else {})}
    for document in given:
        for part in pieces(document, None, LONGEST):
            described = part.described()
            judge(right["last that agrees"], part, last_that_agrees(described))
            if head is not None and parser.reader is not None:
                states = parser.reader.encoder([[s.words for s in p] for p in part.paragraphs])
                vectors = packed(head.vectors(states, [(m.first, m.end) for m in part.mentions]))
                judge(
                    right["head"], part, head(unpacked(vectors), described)[0].numpy() if vectors else np.zeros((0, 0))
                )
    return {name: shares(own) for name, own in right.items()}


def judge(right: dict[str, list[bool]], document: Document, scores: np.ndarray) -> None:
    """Record, for each mention with an antecedent, whether the best earlier mention is of the same entity."""
    gold: np.ndarray = document.gold()[:, 1:] == 1
    for i in np.flatnonzero(gold.any(1)).tolist():
        kind = document.mentions[i].kind.name.lower()
        right.setdefault(kind, []).append(bool(gold[i, scores[i].argmax()]))


def shares(right: Mapping[str, list[bool]]) -> Figures:
    """The shares in percent by kind, with the number of mentions."""
    out: Figures = {}
    for kind, own in sorted(right.items()):
        out |= {kind: round(100 * float(np.mean(own)), 2), f"of {kind}s": len(own)}
    return out


def last_that_agrees(mentions: list[Mention]) -> np.ndarray:
    """Scores (mentions, earlier mentions): agreeing mentions first, then the latest."""
    count = len(mentions)
    scores = np.full((count, count), -np.inf)
    for i, later in enumerate(mentions):
        for j, earlier in enumerate(mentions[:i]):
            scores[i, j] = j + count * _agreement(later, earlier)
    return scores


def _agreement(later: Mention, earlier: Mention) -> int:
    if later.kind is Kind.PRONOUN:
        own = pronoun_class(later.words[-1])
        if earlier.kind is Kind.PRONOUN:
            return int(own == pronoun_class(earlier.words[-1]))
        return int(is_plural(later) == is_plural(earlier))
    words, others = ({w.lower() for w in m.words} for m in (later, earlier))
    if later.words[-1].lower() == earlier.words[-1].lower():
        return 3
    return 2 if words & others else int(later.kind is earlier.kind)
