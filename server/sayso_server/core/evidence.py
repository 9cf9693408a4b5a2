"""What speaks for and against a candidate: named features, each there or not.

The scorer weighs them (`scoring.py`), training learns the weights, and `--explain` prints them.
"""

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from sayso_server.core.contents import is_punctuation, overlap
from sayso_server.core.cues import Candidate
from sayso_server.core.document import Document
from sayso_server.core.statement import Span
from sayso_server.core.tree import Roles, Tree, Word


class Basis(StrEnum):
    """What a candidate rests on; each has weights of its own.

    RULES: a rule, with what the tagger says of it. TAGGED: the tagger alone. TREES: a rule alone, where the tagger can
    say nothing, since the models have none or the cue stands in somebody else's words.
    """

    RULES = "rules"
    TAGGED = "tagged"
    TREES = "trees"


SEEN = 0.5
"""From here on a word counts as part of a role."""

NO_ROLES = Roles(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Words:
    """All words of a document in a row, with their trees and roles."""

    words: tuple[Word, ...]
    trees: tuple[Tree, ...]
    roles: tuple[Roles, ...]
    sentence: tuple[int, ...]
    paragraph: tuple[int, ...]
    is_mark: tuple[bool, ...]
    is_quoted: tuple[bool, ...]

    @classmethod
    def of(cls, document: Document) -> "Words":
        """The words of the trees of a document."""
        words = tuple(w for t in document.trees for w in t.words)
        return cls(
            words,
            tuple(t for t in document.trees for _ in t.words),
            tuple(r for t in document.trees for r in (t.roles or [NO_ROLES] * len(t.words))),
            tuple(i for i, t in enumerate(document.trees) for _ in t.words),
            tuple(i for t in document.trees for i in [document.paragraph_at(t.span.start)] * len(t.words)),
            tuple(map(is_punctuation, words)),
            tuple(document.quotation_at(w.start) is not None for w in words),
        )

    def beside(self, place: int, by: int) -> int | None:
        """The place so many words further on, if that is in the same paragraph."""
        there = place + by
        is_near = 0 <= there < len(self.words) and self.paragraph[there] == self.paragraph[place]
        return there if is_near else None

    @property
    def has_roles(self) -> bool:
        """Whether a tagger has read the document."""
        return bool(self.trees) and bool(self.trees[0].roles)

    @cached_property
    def starts(self) -> list[int]:
        """Where each word begins."""
        return [w.start for w in self.words]

    def within(self, span: Span) -> range:
        """Places of the words that begin in a span."""
        return range(bisect.bisect_left(self.starts, span.start), bisect.bisect_left(self.starts, span.end))

    @cached_property
    def cues(self) -> list[int]:
        """Places of the words that the tagger takes for a cue, the first of each run."""
        seen = [r.cue >= SEEN for r in self.roles]
        return [i for i, is_cue in enumerate(seen) if is_cue and not (i and seen[i - 1])]


def binned(value: float, *, edges: Sequence[float] = (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99)) -> str:
    """The bin of a figure, named by its lower edge."""
    return str(edges[i - 1]) if (i := bisect.bisect_right(edges, value)) else "0"


EDGES = (-0.5, -0.2, -0.05, -0.01, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
"""Of the bins of how much likelier the first or last word of a content is than the word beyond."""

COUNTS = (1, 2, 3, 4, 6, 9, 13, 20, 32, 50)
"""Edges of the bins of counts of words."""


def evidence(
    candidate: Candidate, rivals: Sequence[Candidate], document: Document, words: Words, basis: Basis
) -> list[str]:
    """The names of the features that a candidate has. `rivals` are the candidates of the same cue."""
    places = [words.within(span) for span in candidate.content]
    flat = [i for run in places for i in run if not words.is_mark[i]]
    if not flat:
        return ["bias", f"rule={candidate.rule}"]
    plain = [
        "bias",
        f"rule={candidate.rule}",
        *_of_cue(candidate, document),
        *_of_source(candidate),
        *_of_content(candidate, flat, words),
        *_of_place(candidate, flat, document, words),
    ]
    if basis is Basis.TREES:
        return list(dict.fromkeys(plain))
    return list(dict.fromkeys([*plain, *_of_roles(candidate, places, flat, words), *_of_rivals(candidate, rivals)]))


def _of_cue(candidate: Candidate, document: Document) -> Iterator[str]:
    site, cue = candidate.site, candidate.cue
    if site is None or cue is None:
        yield "cue=none"
        return
    head = site.head
    yield f"cue.lemma={site.entry.lemma}"
    yield f"cue.class={cue.cue_class.value}"
    yield f"cue.class={cue.cue_class.value} rule={candidate.rule}"
    yield f"cue.lemma={site.entry.lemma} rule={candidate.rule}"
    yield f"cue.tag={head.xpos}"
    yield f"cue.relation={head.relation}"
    yield f"polarity={candidate.polarity.value}"
    yield f"addressee={bool(candidate.addressees)}"
    for child in site.tree.children(head):
        if child.relation in {"aux", "mark", "nsubj", "obj", "iobj", "ccomp", "xcomp", "parataxis", "expl", "obl"}:
            yield f"cue.has={child.deprel}"
    around = document.quotation_at(head.start)
    yield f"cue.quoted={around is not None}"
    following = next(iter(site.tree.words[site.words[-1].index + 1 :]), None)
    yield f"cue.next={'' if following is None else _shown(following)}"


_CLOSED = frozenset({"ADP", "PART", "SCONJ", "PUNCT", "DET", "PRON"})


def _shown(word: Word) -> str:
    """A word of a closed class as it stands, else its class."""
    return word.lower if word.upos in _CLOSED else word.upos


def _of_source(candidate: Candidate) -> Iterator[str]:
    head = candidate.source_head
    if head is None:
        yield "source=none"
        return
    yield f"source={head.upos}"
    yield f"source={head.upos} rule={candidate.rule}"
    yield f"source.relation={head.deprel}"
    if head.upos == "PRON":
        yield f"source.pronoun={head.lower}"
    if candidate.site is not None and candidate.cue is not None:
        is_own = head.head == candidate.site.head.index and head.relation == "nsubj"
        yield f"source.subject={is_own}"
        side = "before" if head.start < candidate.site.head.start else "behind"
        yield f"source.side={side}"


def _of_content(candidate: Candidate, flat: Sequence[int], words: Words) -> Iterator[str]:
    count = binned(len(flat), edges=COUNTS)
    yield f"content.words={count}"
    yield f"content.words={count} rule={candidate.rule}"
    yield f"content.spans={min(3, len(candidate.content))}"
    quoted = [words.is_quoted[i] for i in flat]
    share = "all" if all(quoted) else "some" if any(quoted) else "none"
    yield f"content.quoted={share}"
    yield f"content.quoted={share} rule={candidate.rule}"
    first, last = words.words[flat[0]], words.words[flat[-1]]
    yield f"content.first={_shown(first)}"
    sentences = words.sentence[flat[-1]] - words.sentence[flat[0]] + 1
    yield f"content.sentences={min(sentences, 4)}"
    is_finite = any("VerbForm=Fin" in words.words[i].feats for i in flat)
    yield f"content.finite={is_finite}"
    after = words.beside(flat[-1], 1)
    behind = words.words[after] if after is not None else None
    is_mark = after is not None and words.is_mark[after]
    yield f"content.next={'' if behind is None else behind.text if is_mark else behind.upos}"
    yield f"content.last={last.upos}"
    beyond = words.beside(flat[-1], 2) if is_mark else after
    yield f"content.goes.on={_opening(words.words[beyond]) if beyond is not None else ''}"
    for i, j in pairwise(flat):
        if j > i + 1 and words.words[j - 1].text in _PAUSES:
            yield f"content.holds={words.words[j - 1].text} {_opening(words.words[j])}"
    final = len(words.trees[flat[-1]].words) - 1
    ends = last.index == final or (behind is not None and is_mark and behind.index == final)
    yield f"content.ends.sentence={ends}"
    opens = first.index == 0 or (first.index == 1 and words.is_mark[flat[0] - 1])
    yield f"content.opens.sentence={opens}"


_PAUSES = frozenset({",", "-", "–", "—", "--", ";", ":"})


def _opening(word: Word) -> str:
    """How what follows opens: a word of a closed class, or the tag."""
    return word.lower if word.upos in {"SCONJ", "CCONJ", "PRON", "ADP", "ADV"} else word.xpos


def _of_place(candidate: Candidate, flat: Sequence[int], document: Document, words: Words) -> Iterator[str]:
    yield f"paragraph.first={document.paragraph_at(candidate.content[0].start) == 0}"
    if candidate.site is None or candidate.cue is None:
        return
    at = bisect.bisect_left(words.starts, candidate.site.head.start)
    nearest = min(flat, key=lambda i: abs(i - at))
    side = "around" if flat[0] < at < flat[-1] else "before" if flat[-1] < at else "behind"
    yield f"side={side}"
    yield f"side={side} rule={candidate.rule}"
    yield f"distance={binned(abs(nearest - at), edges=COUNTS)} side={side}"
    yield f"sentences.apart={min(2, abs(words.sentence[nearest] - words.sentence[at]))}"
    attached = _attached(candidate, flat, words)
    yield f"attached={attached}"
    yield f"attached={attached} cue.class={candidate.cue.cue_class.value}"
    if len(candidate.content) > 1:
        yield f"side={side} gap={binned(_gap(candidate, words), edges=COUNTS)}"


def _gap(candidate: Candidate, words: Words) -> int:
    """Words between the first content and the last."""
    return len(words.within(Span(candidate.content[0].end, candidate.content[-1].start)))


def _attached(candidate: Candidate, flat: Sequence[int], words: Words) -> str:
    """How the content hangs on the cue: the relation of its highest word, and of which it is."""
    site = candidate.site
    assert site is not None
    inside = {words.words[i].index for i in flat if words.trees[i] is site.tree}
    if not inside:
        return "not"
    tops = [site.tree.words[i] for i in sorted(inside) if site.tree.words[i].head not in inside]
    own = {w.index for w in site.words}
    for top in tops:
        if top.head in own:
            return f"{top.relation} below"
    for top in tops:
        if site.head.head == top.index or site.head.head in inside:
            return f"{site.head.relation} above"
    for top in tops:
        head = site.tree.head(top)
        if head is not None and head.head in own:
            return f"{top.relation} of {head.relation}"
    return "apart"


def _of_roles(candidate: Candidate, places: Sequence[range], flat: Sequence[int], words: Words) -> Iterator[str]:
    roles = words.roles
    inside = [roles[i].content for i in flat]
    mean = sum(inside) / len(inside)
    yield f"content.role={binned(mean)}"
    yield f"content.role={binned(mean)} rule={candidate.rule}"
    yield f"content.role.least={binned(min(inside))}"
    yield f"content.role.first={binned(inside[0])}"
    yield f"content.role.last={binned(inside[-1])}"
    for name, run in (("first", places[0]), ("last", places[-1])):
        if run:
            before, behind = (
                roles[i].content if (i := words.beside(place, by)) is not None else 0.0
                for place, by in ((run.start, -1), (run.stop - 1, 1))
            )
            yield f"{name}.before.role={binned(before)}"
            yield f"{name}.behind.role={binned(behind)}"
            inner = roles[run.start if name == "first" else run.stop - 1].content
            outer = before if name == "first" else behind
            yield f"{name}.edge={binned(inner - outer, edges=EDGES)}"
            yield f"{name}.begins={binned(max(roles[i].begins for i in run[:3]))}"
    begun = sum(roles[i].begins >= SEEN for i in flat)
    yield f"contents.begun={min(begun, 4)} spans={min(3, len(candidate.content))}"
    source = candidate.source_head
    if source is not None and candidate.source is not None:
        best = max((roles[i].source for i in words.within(candidate.source)), default=0.0)
        yield f"source.role={binned(best)}"
        yield f"source.head.role={binned(max((roles[i].source for i in words.within(source.span)), default=0.0))}"
    if candidate.site is None:
        return
    own = [candidate.site.tree.roles[w.index] for w in candidate.site.words]
    cue = max(r.cue for r in own)
    yield f"cue.role={binned(cue)}"
    yield f"cue.role={binned(cue)} rule={candidate.rule}"
    yield f"cue.role={binned(cue)} content.role={binned(mean, edges=(0.1, 0.5, 0.9))}"
    yield f"cue.content.role={binned(max(r.content for r in own))}"
    yield f"cues.between={min(3, _cues_between(candidate, flat, words))}"


def _cues_between(candidate: Candidate, flat: Sequence[int], words: Words) -> int:
    """Other cues that the tagger sees between the content and the cue, or inside the content's gaps."""
    assert candidate.site is not None
    own = {bisect.bisect_left(words.starts, w.start) for w in candidate.site.words}
    low, high = min(flat[0], *own), max(flat[-1], *own)
    content = set(flat)
    cues = words.cues
    near = cues[bisect.bisect_left(cues, low) : bisect.bisect_right(cues, high)]
    return sum(i not in content and not any(abs(i - j) <= 3 for j in own) for i in near)


def _of_rivals(candidate: Candidate, rivals: Sequence[Candidate]) -> Iterator[str]:
    """How far the other road agrees: rules with the tagger, the tagger with rules."""
    others = [r for r in rivals if (r.rule == "tagged") != (candidate.rule == "tagged")]
    best = max((overlap(candidate.content, r.content) for r in others), default=-1.0)
    yield f"agreement={'none' if best < 0 else binned(best, edges=(0.2, 0.5, 0.7, 0.9, 0.99))}"
