"""Accuracy of the links between mentions and speakers, by rule: the stage `links`, for `links.json`.

There are two sources, neither of which was used for development:

- GUM's coreference layer (`Entity=` in its CoNLL-U training file). The discourse model reads each text, and every link
  that it makes from a name, pronoun or description is compared with the annotation. If the model split an annotated
  entity into several speakers, one represents it: the one with a name, then the one with the most mentions. A link is
  correct if it leads to the representative: links to a second or mixed speaker count as wrong. Sources of statements
  have the highest weight, then subjects, then all mentions: cells with few counts of one are smoothed by the next.
- PolNeAR's training articles, parsed by the models in --output: quotations without a cue, which GUM does not have. A
  link is correct if the speaker has a mention in the annotated source.

Rules with few counts are smoothed by their family (`link_rules.Family`). Pronouns are counted by the probability from
the ranking. Every rule of the table gets counts, even one without any links.
"""

import argparse
import itertools
import json
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sklearn.isotonic import isotonic_regression

from sayso_server.core.document import parsed
from sayso_server.core.grammar.contents import overlap
from sayso_server.core.selection.choice import choose
from sayso_server.core.speakers import resolve
from sayso_server.core.speakers.calibration import Counted, Links, cell, cells
from sayso_server.core.speakers.discourse.pronouns import PRONOUN_RULES, kind_of_pronoun
from sayso_server.core.speakers.discourse.reader import Reader, head_of_name, part_of_clause
from sayso_server.core.speakers.entities import Entity, Link, Rival, open_store
from sayso_server.core.speakers.link_rules import LINK_RULES, RANKED, LinkFamily, LinkRule
from sayso_server.core.speakers.names.index import index_names
from sayso_server.core.speakers.roster import names, source_mentions
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word
from sayso_server.parsing.load import load_parser
from sayso_server.parsing.stanza_parser import StanzaParser
from sayso_tools.training import data
from sayso_tools.training.pronouns import Annotated, compared, documents

log = logging.getLogger(__name__)

GENRES = frozenset({"news", "interview", "bio", "speech", "court", "vlog"})
_SPEAKING = frozenset({"person", "organization"})
_LEAN = 15.0
"""The weight of the prior from the next larger group, in counts."""
_SOURCE, _SUBJECT, _ANY = 2, 1, 0
"""How close a mention is to the results of the service."""


@dataclass(frozen=True)
class Outcome:
    """A link: its rule and cell, how close the mention is to a source, and whether it was correct."""

    rule: LinkRule
    cell: str
    nearness: int
    right: bool
    rival_right: bool | None = None
    """None if there are no rivals."""


@dataclass
class Observer(Reader):
    """Reads a document and records every link: (offset of the head, closeness to a source, the link)."""

    made: list[tuple[int, int, Link]] = field(default_factory=list)
    sources: frozenset[int] = frozenset()
    """The offsets of the heads of sources."""
    mentions: dict[Entity, list[int]] = field(default_factory=dict)
    """The offsets of the heads of the mentions of each entity."""

    def meet(self, entity: Entity, tree: Tree, word: Word) -> None:
        """Record a mention."""
        self.mentions.setdefault(entity, []).append(word.start)
        super().meet(entity, tree, word)

    def link(self, tree: Tree, word: Word, span: Span) -> Link:
        """The entity that a noun phrase refers to."""
        is_new = word.start not in self.links
        link = super().link(tree, word, span)
        if is_new:
            self._note(tree, word, link)
        return link

    def _read(self, tree: Tree, word: Word) -> None:
        found = self.store.names.at(word)
        if found is not None and found.start == word.start:
            link = Link(self.store.named[found.cluster], found.rule, self.store.rivals_of(found))
            self._note(tree, head_of_name(tree, word, self.store.names), link)
        super()._read(tree, word)

    def _read_pronoun(self, tree: Tree, word: Word) -> None:
        super()._read_pronoun(tree, word)
        options = self.ranked[word.start]
        if options:
            best, *others = options
            rivals = tuple(Rival(one.entity, one.probability) for one in others)
            self._note(
                tree, word, Link(best.entity, PRONOUN_RULES[kind_of_pronoun(word)], rivals, share=best.probability)
            )

    def _note(self, tree: Tree, word: Word, link: Link) -> None:
        if link.entity is not None:
            is_subject = part_of_clause(tree, word).relation == "nsubj"
            nearness = _SOURCE if word.start in self.sources else _SUBJECT if is_subject else _ANY
            self.made.append((word.start, nearness, link))


def of_coreference(path: Path, parser: StanzaParser, every: int = 1) -> Iterator[Outcome]:
    """The links in the documents of a CoNLL-U file with entities, or in every N-th."""
    for annotated in itertools.islice(documents(path, GENRES), 0, None, every):
        document = annotated.document
        if document.trees:
            found = (c.candidate for c in choose(document))
            sources = frozenset(c.source_head.start for c in found if c.source_head is not None)
            store = open_store(document, index_names(document))
            observer = Observer(store, compared=compared(document, parser), sources=sources)
            observer.read_to(len(document.text) + 1)
            yield from _compared(annotated, observer)


def _compared(annotated: Annotated, observer: Observer) -> Iterator[Outcome]:
    gold = annotated.entities
    best = representatives(gold, observer.mentions.items())
    for offset, nearness, link in observer.made:
        identity = gold.get(offset)
        is_document = link.rule.family is LinkFamily.DOCUMENTS
        if identity is None or not (is_document or annotated.types.get(identity) in _SPEAKING):
            continue
        right = best.get(identity) is link.entity
        among = any(best.get(identity) is rival for rival, _ in link.rivals)
        yield _outcome(link, nearness, right=right, rival_right=among)


def _outcome(link: Link, nearness: int, *, right: bool, rival_right: bool = False) -> Outcome:
    has_rivals = bool(link.rivals)
    return Outcome(
        link.rule,
        cell(link.rule, link.share, rivals=has_rivals, agreement=link.agreement),
        nearness,
        right,
        rival_right if has_rivals else None,
    )


def representatives(gold: dict[int, str], mentions: Iterable[tuple[Entity, list[int]]]) -> dict[str, Entity]:
    """The representative speaker of each annotated entity: preferably with a name, then by number of mentions."""
    best: dict[str, tuple[tuple[bool, int], Entity]] = {}
    for entity, offsets in mentions:
        counts = Counter(gold[o] for o in offsets if o in gold)
        if counts:
            identity, count = counts.most_common(1)[0]
            rank = (entity.cluster is not None, count)
            if identity not in best or rank > best[identity][0]:
                best[identity] = (rank, entity)
    return {identity: entity for identity, (_, entity) in best.items()}


def of_conversation(path: Path, parser: StanzaParser, every: int = 1) -> Iterator[Outcome]:
    """The links of quotations without a cue in annotated articles, or in every N-th."""
    for item in data.documents(path)[::every]:
        document = parsed(item["text"], parser)
        chosen = choose(document)
        links = resolve(document, chosen, parser.coreference).links
        mentions = source_mentions(links, [c.candidate.source for c in chosen])
        gold = [(_spans(a["content"]), _spans(a["source"])) for a in item["attributions"] if a["source"]]
        for statement, link in zip(chosen, links, strict=True):
            if link.entity is not None and link.rule.family is LinkFamily.CONVERSATION and statement.parent is None:
                sources = [s for content, s in gold if overlap(content, statement.candidate.content) >= 0.5]
                if sources:
                    own = [*names(link.entity), *mentions.get(link.entity, ())]
                    right = any(m.overlaps(s) for m in own for s in sources[0])
                    yield _outcome(link, _SOURCE, right=right)


def _spans(pairs: list[list[int]]) -> list[Span]:
    return [Span(start, end) for start, end in pairs]


def count(outcomes: Iterable[Outcome]) -> Links:
    """Counts and the resulting confidences."""
    known = list(outcomes)
    rules: dict[str, dict[str, Counted]] = {}
    for rule in (row for row in LINK_RULES if row.family is not LinkFamily.NOBODY):
        family = [o for o in known if o.rule.family is rule.family]
        own = [o for o in family if o.rule is rule]
        counted = {name: _counted(own, family, name) for name in cells(rule)}
        rules[rule.name] = _rising(counted) if rule.family in RANKED else counted
    missed = [o.rival_right for o in known if o.rival_right is not None and not o.right]
    return {"rules": rules, "rivals": round(_share(missed, 0.5), 3)}


def _counted(own: list[Outcome], family: list[Outcome], name: str) -> Counted:
    """The sources of a cell, smoothed by its subjects, its mentions, the rule's and the family's mentions in turn."""
    inside = [o for o in own if o.cell == name]
    circles = [
        [o.right for o in family if o.nearness >= _SUBJECT] or [o.right for o in family],
        [o.right for o in own],
        *([o.right for o in inside if o.nearness >= near] for near in (_ANY, _SUBJECT, _SOURCE)),
    ]
    confidence = 0.5
    for circle in circles:
        confidence = _share(circle, confidence)
    return {"right": sum(circles[-1]), "of": len(circles[-1]), "confidence": round(confidence, 3)}


def _rising(counted: dict[str, Counted]) -> dict[str, Counted]:
    """The cells in order, with non-decreasing confidence (isotonic regression)."""
    cells = list(counted.values())
    rising = isotonic_regression(
        [cell["confidence"] for cell in cells], sample_weight=[cell["of"] + _LEAN for cell in cells]
    )
    return {
        name: {**cell, "confidence": round(float(value), 3)}
        for (name, cell), value in zip(counted.items(), rising, strict=True)
    }


def _share(right: Sequence[bool], leaning: float) -> float:
    return (sum(right) + _LEAN * leaning) / (len(right) + _LEAN)


def report(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """A line for every cell: correct links among all mentions, subjects and sources."""
    known: dict[tuple[LinkRule, str], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        known[outcome.rule, outcome.cell].append(outcome)
    for (rule, name), own in sorted(known.items(), key=lambda item: -len(item[1])):
        counts = ([o.right for o in own if o.nearness >= near] for near in (_ANY, _SUBJECT, _SOURCE))
        yield f"{rule.name:24s} {name:9s} " + "  ".join(f"{sum(c):4d}/{len(c):4d}" for c in counts)


def run(options: argparse.Namespace) -> None:
    """Count, and write the file."""
    parser, _ = load_parser(str(options.output))
    outcomes = list(of_coreference(options.treebanks / "gum-train.conllu", parser, options.every))
    outcomes += of_conversation(options.annotated / "polnear-train.jsonl", parser, options.every)
    log.info("right of all, of subjects, of sources:\n%s", "\n".join(report(outcomes)))
    path = Path(options.data) / "links.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(count(outcomes), indent=1) + "\n", encoding="utf-8")
