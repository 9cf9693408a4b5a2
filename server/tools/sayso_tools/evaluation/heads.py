"""The accuracy of models on annotated files: CoNLL-U by Stanza's CoNLL 2018 scorer; names, roles and links by F1.

All figures are in percent.
"""

import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from stanza.models.common.utils import ud_scores

from sayso_server.core.document import parsed
from sayso_server.core.tree import Tree
from sayso_server.parsing import tokens
from sayso_server.parsing.stanza_parser import NAME_TYPES, StanzaParser
from sayso_tools.formats import conllu

METRICS = ("Tokens", "Sentences", "Words", "UPOS", "XPOS", "UFeats", "Lemmas", "UAS", "LAS")
ROLES = ("source", "cue", "content")

Figures = dict[str, float]


def treebank(parser: StanzaParser, path: Path) -> dict[str, Figures]:
    """F1 by metric, from gold words ("gold") and from raw text ("raw"). Raises ValueError if `path` is not CoNLL-U."""
    blocks = conllu.read_conllu(path)
    gold = _written([conllu.to_document(blocks)])
    on_gold_words = parser.annotate(conllu.to_document(blocks))
    predicted = {"gold": _written([on_gold_words]), "raw": _written(_parsed(parser, path))}
    out = {}
    for kind, system in predicted.items():
        scores = ud_scores(io.StringIO(gold), io.StringIO(system))
        out[kind] = {name: round(100 * scores[name].f1, 2) for name in METRICS}
    return out


def _parsed(parser: StanzaParser, path: Path) -> Iterable[Any]:
    """The parser's documents for the treebank's raw text."""
    texts = [conllu.label(conllu.surface(rows) for rows in paragraph)[0] for paragraph in conllu.paragraphs(path)]
    for batch in tokens.batches(texts, parser.tokenize):
        document = parser.annotate(batch.document)
        for sentence in document.sentences:
            for (
                token
            ) in sentence.tokens:  # without very long tokens and invisible characters, which the scorer would compare
                written = document.text[token.start_char : token.end_char]
                if token.text != written:
                    token.text = written
                    if len(token.words) == 1:
                        token.words[0].text = written
        yield document


def _written(documents: Iterable[Any]) -> str:
    return "".join(f"{document:C}\n\n" for document in documents)


CUE, SHARE, IN_SOURCE = 0.35, 0.3, 0.5
"""Minimum probabilities of a cue's main word, a content word and a source word."""


def names(parser: StanzaParser, path: Path, every: int = 1) -> Figures:
    """P, R and F1 of whole names, on gold words, in every N-th sentence. Other labels are ignored.

    Raises ValueError if `path` does not have two columns, word and IOB2 tag.
    """
    blocks = conllu.read_blocks(path)
    if any(tag[:2] not in {"O", "_", "B-", "I-"} for block in blocks for _, tag, *_ in block.rows):
        raise ValueError(f"{path} is not IOB2: its second column must hold O, B-... and I-...")
    blocks = blocks[::every]
    document = conllu.document_of_words((block, [row[0] for row in block.rows]) for block in blocks)
    found = parser.annotate(document)
    counts: Counter[str] = Counter()
    for block, sentence in zip(blocks, found.sentences, strict=True):
        gold = {s for s in conllu.spans_of_tags([row[1] for row in block.rows]) if s[2] in NAME_TYPES.values()}
        own = {(e.words[0].id - 1, e.words[-1].id, NAME_TYPES[e.type]) for e in sentence.ents if e.type in NAME_TYPES}
        _count(counts, gold, own)
    return _figures(counts)


def roles(parser: StanzaParser, path: Path, threshold: float = 0.5) -> dict[str, Figures]:
    """P, R and F1 of words by role, on documents with attributions (JSON lines), from raw text."""
    counts: dict[str, Counter[str]] = {role: Counter() for role in ROLES}
    for line in path.read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        trees = parsed(document["text"], parser).trees
        for role in ROLES:
            spans = [span for attribution in document["attributions"] for span in attribution[role]]
            _count(counts[role], _covered(trees, spans), _likely(trees, role, threshold))
    return {role: _figures(own) for role, own in counts.items()}


def links(parser: StanzaParser, path: Path) -> dict[str, Figures]:
    """P, R and F1 of words linked to the right cue, on documents with attributions (JSON lines), from raw text.

    A link is correct if its main word is in the cue of the attribution whose content or source has the word.
    `content`: the cue with the largest share. `scope`: every cue whose content has the word, nested ones too.
    """
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in ("content", "scope", "source")}
    for line in path.read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        trees = parsed(document["text"], parser).trees
        found = _linked(trees)
        for kind, own in found.items():
            gold = [
                (word, _characters(a["cue"]))
                for a in document["attributions"]
                for word in _covered(trees, a["source" if kind == "source" else "content"])
            ]
            right = {(word, cue) for word, cues in gold for cue in own.get(word, ()) if cue in cues}
            counts[kind].update(gold=len(gold), own=sum(map(len, own.values())), right=len(right))
    return {kind: _figures(own) for kind, own in counts.items()}


_Place = tuple[int, int]
"""A word: where it starts, and its index in its sentence."""


def _linked(trees: Sequence[Tree]) -> dict[str, dict[_Place, set[int]]]:
    """The offsets of the cues linked to each word, by kind of link."""
    likely = {tree.words[c.word].start for tree in trees for c in tree.cues if c.likely >= CUE}
    out: dict[str, dict[_Place, set[int]]] = {"content": {}, "scope": {}, "source": {}}
    best: dict[_Place, float] = {}
    for tree in trees:
        for link in tree.links:
            place = (tree.words[link.word].start, link.word)
            if link.cue not in likely:
                continue
            if link.share >= max(SHARE, best.get(place, 0.0)):
                best[place] = link.share
                out["content"][place] = {link.cue}
            if link.scope >= IN_SOURCE:
                out["scope"].setdefault(place, set()).add(link.cue)
            if link.source >= IN_SOURCE:
                out["source"].setdefault(place, set()).add(link.cue)
    return out


def _characters(spans: Iterable[Sequence[int]]) -> set[int]:
    return {offset for start, end in spans for offset in range(start, end)}


def _covered(trees: Sequence[Tree], spans: Sequence[Sequence[int]]) -> set[tuple[int, int]]:
    marked = _characters(spans)
    return {
        (word.start, word.index)
        for tree in trees
        for word in tree.words
        if not marked.isdisjoint(range(word.start, word.end))
    }


def _likely(trees: Sequence[Tree], role: str, threshold: float) -> set[tuple[int, int]]:
    return {
        (word.start, word.index)
        for tree in trees
        for word, own in zip(tree.words, tree.roles, strict=False)
        if getattr(own, role) > threshold
    }


def _count(counts: Counter[str], gold: set[Any], own: set[Any]) -> None:
    counts.update(gold=len(gold), own=len(own), right=len(gold & own))


def _figures(counts: Counter[str]) -> Figures:
    precision = counts["right"] / max(1, counts["own"])
    recall = counts["right"] / max(1, counts["gold"])
    f1 = 2 * counts["right"] / max(1, counts["own"] + counts["gold"])
    return {"P": round(100 * precision, 2), "R": round(100 * recall, 2), "F1": round(100 * f1, 2)}
