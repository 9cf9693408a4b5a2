"""Evaluation during training: accuracy of the heads on their training format, in percent."""

from collections.abc import Sequence

import numpy as np
import torch

from sayso_server.parsing.linking import Found
from sayso_server.parsing.spans import spans
from sayso_tools.training import corpus
from sayso_tools.training.corpus import CONVENTIONS, NAMES, ROLES, Paragraph
from sayso_tools.training.figures import LONGEST, judge, shares
from sayso_tools.training.mentions import Document, pieces
from sayso_tools.training.model import Model, labels, lengths

CPU = torch.device("cpu")
CUE, CONTENT, SOURCE = 0.35, 0.3, 0.5
"""Minimum probabilities of a main word, a content word and a source word."""


def f1(gold: int, found: int, right: int) -> float:
    """F1 in percent."""
    return 200 * right / max(1, gold + found)


@torch.inference_mode()
def trees(model: Model, paragraphs: Sequence[Paragraph]) -> dict[str, float]:
    """UPOS, UAS and LAS of all words, on gold words."""
    n = upos = uas = las = 0
    for batch in corpus.batches(paragraphs, 2000, None):
        states, gold = model.states(batch), labels(batch, CPU)
        tags = model.pos.predict(states)["upos"]
        arcs = [arc for tree in model.depparse.predict(states, lengths(batch)) for arc in tree]
        right = np.array([head for head, _ in arcs]) == gold["heads"].numpy()
        known = model.depparse.relations
        same = np.array([label for _, label in arcs]) == np.array([known[i] for i in gold["relations"].tolist()])
        n += len(arcs)
        uas, las = uas + int(right.sum()), las + int((right & same).sum())
        upos += sum(a == model.pos.columns["upos"][b] for a, b in zip(tags, gold["upos"].tolist(), strict=True))
    return {"UPOS": 100 * upos / n, "UAS": 100 * uas / n, "LAS": 100 * las / n}


@torch.inference_mode()
def names(model: Model, paragraphs: Sequence[Paragraph]) -> dict[str, float]:
    """Span F1 of names in the gold convention."""
    counts = np.zeros((len(CONVENTIONS), 3), dtype=int)
    for batch in corpus.batches(paragraphs, 2000, None):
        gold, found = labels(batch, CPU)["names"].numpy(), model.names.classes(model.states(batch))
        for g, own in enumerate(found):
            known = gold[:, g] != corpus.IGNORED
            if known.any():
                a, b = (set(spans(np.where(known, classes, 0), NAMES[0])) for classes in (gold[:, g], own))
                counts[g] += [len(a), len(b), len(a & b)]
    return {name: f1(*row) for name, row in zip(CONVENTIONS, counts, strict=True) if row[0]}


@torch.inference_mode()
def roles(model: Model, paragraphs: Sequence[Paragraph]) -> dict[str, float]:
    """F1 of words by role."""
    counts = np.zeros((len(ROLES), 3), dtype=int)
    for batch in corpus.batches(paragraphs, 2000, None):
        gold = labels(batch, CPU)["roles"].numpy() > 0
        for g, classes in enumerate(model.roles.classes(model.states(batch))):
            found = classes > 0
            counts[g] += [gold[:, g].sum(), found.sum(), (gold[:, g] & found).sum()]
    return {role: f1(*row) for (role,), row in zip(ROLES, counts, strict=True)}


@torch.inference_mode()
def links(model: Model, paragraphs: Sequence[Paragraph]) -> dict[str, float]:
    """F1 of main words, and of content and source words linked to the right one; `scopes` with nested contents."""
    counts = {name: np.zeros(3, dtype=int) for name in ("cues", "contents", "scopes", "sources")}
    for batch in corpus.batches(paragraphs, 2000, None):
        sizes = [corpus.size(p) for p in batch]
        parts = torch.split(model.states(batch), sizes, 1)
        gold = [torch.split(own, sizes) for own in (labels(batch, CPU)[n] for n in ("cues", "contents", "sources"))]
        for own, cues, contents, sources in zip(parts, *gold, strict=True):
            main, found = model.links.predict(own, [own.size(1)], CUE, CONTENT)
            known = {(i, i) for i in (cues == corpus.IGNORED).nonzero()[:, 0].tolist()}
            at = {int(cues[i]): i for i in (cues > 0).nonzero()[:, 0].tolist()}
            want = {
                "cues": {(i, i) for i in at.values()},
                "contents": _pairs(contents[:, :1], at),
                "scopes": _pairs(contents, at),
                "sources": _pairs(sources, at),
            }
            got = {
                "cues": {(i, i) for i, _ in main} - known,
                "contents": best_shares(found),
                "scopes": {(f.word, f.cue) for f in found if f.scope >= SOURCE},
                "sources": {(f.word, f.cue) for f in found if f.source >= SOURCE},
            }
            for name, count in counts.items():
                count += [len(want[name]), len(got[name]), len(want[name] & got[name])]
    return {name: f1(*count) for name, count in counts.items()}


def best_shares(found: Sequence[Found]) -> set[tuple[int, int]]:
    """Content words with their cue: the one with the largest share."""
    best: dict[int, Found] = {}
    for own in found:
        if own.share >= CONTENT and (own.word not in best or own.share > best[own.word].share):
            best[own.word] = own
    return {(own.word, own.cue) for own in best.values()}


def _pairs(numbers: torch.Tensor, at: dict[int, int]) -> set[tuple[int, int]]:
    return {(i, at[n]) for i, row in enumerate(numbers.tolist()) for n in row if n in at}


@torch.inference_mode()
def mentions(model: Model, documents: Sequence[Document]) -> dict[str, float]:
    """The share of mentions whose likeliest antecedent is correct, among those that have one, by kind."""
    right: dict[str, list[bool]] = {}
    for document in documents:
        for part in pieces(document, None, LONGEST):
            states = model.states(part.paragraphs)
            vectors = model.coreference.vectors(states, [(m.first, m.end) for m in part.mentions])
            scores, _ = model.coreference(vectors, part.described())
            judge(right, part, scores.cpu().numpy())
    return shares(right)
