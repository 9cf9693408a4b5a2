"""What the role tagger adds to the rules: statements that only it sees, borders of contents, and doubts."""

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sayso_server.core import lexicon
from sayso_server.core.contents import merge, strip, with_marks
from sayso_server.core.cues import Candidate, Site, sites
from sayso_server.core.document import Document
from sayso_server.core.lexicon import Frame
from sayso_server.core.rules.build import candidate
from sayso_server.core.statement import Span
from sayso_server.core.tree import Roles, Tree, Word

TRAILING = " ,;:.-–—"
"""What does not end a content."""

LIKELY = 0.5
"""From here on a word counts as part of a role."""

SURE = 0.8
"""How likely the words of a content must be on average."""

CUE = 0.7
"""How likely the cue of a content must be that only the tagger sees."""

DOUBT = 0.3
"""Below, a word is not part of a role."""

MINIMUM = 0.2
"""Intersection over union, in words, from which on a content and a likely one are taken for the same."""

FITTED = frozenset(
    {
        "according-to",
        "as-clause",
        "clausal-complement",
        "infinitival-complement",
        "interrupting-cue",
        "noun-complement",
        "quoted-fragment",
        "reported-object",
        "small-clause",
    }
)
"""Rules whose borders the tagger may move; quotation marks and turns know theirs."""

TREES_ALONE = frozenset({"clausal-complement", "infinitival-complement"})
"""Rules whose candidates the tagger must see something of."""

WEAK = frozenset({"quoted-fragment", "reported-object", "noun-complement", "small-clause"})
"""Rules of whose candidates it must see cue and content."""

SHORTEST = 3
"""Words of a content."""

FARTHEST = 12
"""Words between a content and its cue."""

Run = tuple[int, int]
"""First word and the one behind the last."""


@dataclass(frozen=True, slots=True)
class Read:
    """A word of a paragraph with its tree and its roles."""

    tree: Tree
    word: Word
    roles: Roles


def tagged(document: Document, kept: Sequence[Candidate]) -> Iterator[Candidate]:
    """Likely contents that overlap nothing kept, each with the nearest likely cue that is not taken."""
    claimed = merge([span for c in kept for span in c.content])
    taken = {span.start for c in kept if c.cue for span in c.cue.spans}
    for paragraph in document.paragraphs:
        trees = document.trees_within(paragraph)
        words = [Read(t, w, r) for t in trees for w, r in zip(t.words, t.roles, strict=False)]
        contents = [run for run in _contents(words) if not _overlaps(claimed, _span(words, run))]
        if contents:
            cues = {read.word.start: i for i, read in enumerate(words) if read.roles.cue >= CUE}
            free = [s for t in trees for s in sites(t) if s.head.start in cues and s.head.start not in taken]
            placed = {cues[site.head.start]: site for site in free if site.entry.frames}
            yield from _matched(document, words, contents, placed)


def fitted(document: Document, found: Candidate) -> Candidate:
    """The candidate with the end of the one likely content that is nearly its own, if its cue is a likely one.

    Where contents begin, the rules know better: the tagger has learned other conventions.
    """
    if found.site is None or found.rule not in FITTED or not found.site.tree.roles or len(found.content) > 1:
        return found
    tree, span = found.site.tree, found.content[0]
    if max(tree.roles[w.index].cue for w in found.site.words) < LIKELY:
        return found
    words = [Read(tree, w, r) for w, r in zip(tree.words, tree.roles, strict=True)]
    own = [i for i, read in enumerate(words) if span.covers(read.word.span)]
    near = [run for run in _contents(words) if own and run[0] <= own[-1] and own[0] < run[1]]
    if len(near) != 1 or not _may_end(document, words, own, near[0][1], found):
        return found
    ended = strip(document.plain, Span(span.start, words[near[0][1] - 1].word.end), TRAILING)
    return replace(found, content=(with_marks(document, ended),)) if ended else found


def _may_end(document: Document, words: Sequence[Read], own: Sequence[int], end: int, found: Candidate) -> bool:
    """Whether a content may end before the word `end`: nothing quoted is cut, nothing of other statements taken in."""
    last = own[-1] + 1
    if end <= own[0] + 1 or end == last:
        return False
    changed = words[min(end, last) : max(end, last)]
    if end < last:
        return document.quotation_at(changed[0].word.start) is None
    first = changed[0].word.start
    is_free = all(read.roles.cue < DOUBT and lexicon.verb(read.word.lemma.lower()) is None for read in changed)
    return is_free and found.cue is not None and all(s.start < first for s in found.cue.spans)


def is_doubtful(found: Candidate) -> bool:
    """Whether the tagger sees neither the cue nor the content; of a weak rule, one of them not."""
    if found.site is None or not found.site.tree.roles:
        return False
    tree = found.site.tree
    own = [r for w, r in zip(tree.words, tree.roles, strict=True) if any(s.covers(w.span) for s in found.content)]
    if not own:
        return False
    cue, content = max(tree.roles[w.index].cue for w in found.site.words), sum(r.content for r in own) / len(own)
    return (found.rule in TREES_ALONE and max(cue, content) < DOUBT) or (
        found.rule in WEAK and min(cue, content) < DOUBT
    )


def _matched(
    document: Document, words: Sequence[Read], contents: Sequence[Run], cues: dict[int, Site]
) -> Iterator[Candidate]:
    for run in contents:
        fitting = (at for at, site in cues.items() if _fits(document, words[run[0] : run[1]], site))
        near = [(distance, at) for at in fitting if (distance := _distance(run, at)) <= FARTHEST]
        span = strip(document.plain, _span(words, run))
        if near and span:
            at = min(near)[1]
            site = cues.pop(at)
            found = candidate(
                "tagged",
                site,
                document,
                content=[with_marks(document, span)],
                cue_class=next(iter(site.entry.frames.values())),
                source=_source(words, at, run),
            )
            if found is not None:
                yield found


def _fits(document: Document, content: Sequence[Read], site: Site) -> bool:
    """Whether the cue can take such a content: an infinitive, a noun phrase; a clause or a quotation any can."""
    frames = site.entry.frames.keys()
    if content[0].word.lower == "to":
        return bool(frames & {Frame.INFINITIVE, Frame.COMMITMENT})
    is_clause = any("VerbForm=Fin" in read.word.feats for read in content)
    span = Span(content[0].word.start, content[-1].word.end)
    return is_clause or Frame.OBJECT in frames or bool(document.quotations_from(span.start, span.end))


def _contents(words: Sequence[Read]) -> Iterator[Run]:
    """Runs of likely content that are long and sure enough."""
    first = None
    for i in range(len(words) + 1):
        inside = i < len(words) and words[i].roles.content >= LIKELY
        if first is not None and (not inside or words[i].roles.begins >= LIKELY):
            first += [read.word.lower for read in words[first:i][:2]] in (["was", "that"], ["is", "that"])
            mean = sum(read.roles.content for read in words[first:i]) / (i - first)
            if i - first >= SHORTEST and mean >= SURE:
                yield first, i
            first = None
        if inside and first is None:
            first = i


def _span(words: Sequence[Read], run: Run) -> Span:
    return Span(words[run[0]].word.start, words[run[1] - 1].word.end)


def _overlaps(claimed: Sequence[Span], span: Span) -> bool:
    """Whether one of the spans, which are in order and apart, shares a character with `span`."""
    i = bisect.bisect_left(claimed, span.end, key=lambda other: other.start)
    return i > 0 and claimed[i - 1].end > span.start


def _distance(run: Run, at: int) -> int:
    """Words between a run and a place; a place inside is out of reach."""
    first, end = run
    return first - at if at < first else at - end + 1 if at >= end else FARTHEST + 1


def _source(words: Sequence[Read], at: int, run: Run) -> Word | None:
    """The head of the nearest likely source in the cue's sentence, outside the content."""
    tree = words[at].tree
    near = [
        i
        for i in range(max(0, at - 60), min(len(words), at + 60))
        if words[i].tree is tree and words[i].roles.source >= LIKELY and not run[0] <= i < run[1]
    ]
    if not near:
        return None
    closest = min(near, key=lambda i: abs(i - at))
    inside = {words[i].word.index for i in near if abs(i - closest) < FARTHEST}
    word = words[closest].word
    while word.head in inside:
        word = tree.words[word.head]
    return word
