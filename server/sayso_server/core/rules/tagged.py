"""Contents that the role tagger sees next to the cues that it sees."""

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import is_punctuation, merge, strip, with_marks
from sayso_server.core.grammar.label import label_of_the_page
from sayso_server.core.grammar.noun_phrase import mention
from sayso_server.core.grammar.quotation import with_whole_quotations
from sayso_server.core.grammar.report import Act, act_of, reported
from sayso_server.core.grammar.subject import headline_patient, subject
from sayso_server.core.grammar.tagged_cue import class_of, is_introduced, site_of
from sayso_server.core.grammar.tagger import TRAILING, Read, Run, likely_contents, span_of, thresholds
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import CueClass, Span

FARTHEST = 40
"""Words between a content and its cue, and between a cue and its source."""

MOST = 8
"""Contents on one side of a cue."""

GAP = 2
"""Words between contents that are taken for one."""

UNCUT = 2.0
"""A probability that no word has: contents are not cut where one begins."""


def tagged(document: Document) -> Iterator[Candidate]:
    """The plan, Olin said, failed.   The likely contents before a likely cue, after it, and on both sides."""
    for paragraph in document.paragraphs:
        trees = document.trees_within(paragraph)
        words = [Read(t, w, r) for t in trees for w, r in zip(t.words, t.roles, strict=False)]
        read = _Paragraph(document, words)
        cues = _cues(words)
        known = {site.head.start: site for site in document.sites_within(paragraph)} if cues else {}
        readings = list(_readings(words)) if cues else []
        for i, cue in enumerate(cues):
            before = cues[i - 1][1] if i else 0
            after = cues[i + 1][0] if i + 1 < len(cues) else len(words)
            assembled = {runs: None for contents in readings for runs in _assembled(contents, cue, before, after)}
            if assembled:
                found = _candidates(read, cue, list(assembled), known)
                yield from (candidate for candidate in found if not _is_no_content(document, candidate))


def _is_no_content(document: Document, found: Candidate) -> bool:
    """Whether a label of the page has the cue, or what opens a sentence is the content: On Friday, Olin wrote: …"""
    if _is_of_the_page(document, found):
        return True
    end = found.cue.spans[-1].end if found.cue is not None else 0
    is_before = found.cue is not None and found.content[-1].end <= found.cue.spans[0].start
    leads_on = document.plain[end : end + 2].lstrip()[:1] == ":"
    return is_before and leads_on and not any(document.quotations_within(span) for span in found.content)


def _is_of_the_page(document: Document, found: Candidate) -> bool:
    """Whether the cue of a candidate, or without one its source, is in a label: REVEALED: …, KESTON: …"""
    place = found.cue.spans[0] if found.cue else found.source
    label = label_of_the_page(document, place.start) if place else None
    return label is not None and place is not None and label.covers(place)


@dataclass(frozen=True)
class _Paragraph:
    """The words of a paragraph, with those that are likely sources."""

    document: Document
    words: Sequence[Read]

    @cached_property
    def _sources(self) -> list[int]:
        likely = thresholds().likely
        return [i for i, read in enumerate(self.words) if read.roles.source >= likely]

    def sources(self, first: int, end: int) -> list[int]:
        """Places of likely sources in [first, end)."""
        return self._sources[bisect.bisect_left(self._sources, first) : bisect.bisect_left(self._sources, end)]


def _readings(words: Sequence[Read]) -> Iterator[list[Run]]:
    """The contents that the tagger may mean: as they are, without cuts, with faint words, without weak ones."""
    known = thresholds()
    yield likely_contents(words, least=known.likely, cut=known.likely)
    yield likely_contents(words, least=known.likely, cut=UNCUT)
    yield likely_contents(words, least=known.faint, cut=known.likely)
    yield likely_contents(words, least=known.strong, cut=known.likely)


def _cues(words: Sequence[Read]) -> list[Run]:
    """Runs of likely cue words, marks between them included."""
    out: list[Run] = []
    least = thresholds().cue
    for i, read in enumerate(words):
        if read.roles.cue >= least:
            if out and out[-1][1] == i:
                out[-1] = (out[-1][0], i + 1)
            else:
                out.append((i, i + 1))
    return out


def _assembled(contents: Sequence[Run], cue: Run, before: int, after: int) -> Iterator[tuple[Run, ...]]:
    """The contents nearest to a cue: before it, after it, both; and each with the contents that continue it.

    `before` is where the previous cue ends, `after` where the next begins: contents beyond them do not continue one.
    """
    at = bisect.bisect_right(contents, cue)
    if at and contents[at - 1][1] > cue[1]:
        return  # inside another statement, and the tagger knows only the outermost
    left = [run for run in contents[max(0, at - MOST) : at] if run[1] <= cue[0] and cue[0] - run[1] <= FARTHEST]
    right = [run for run in contents[at : at + MOST] if run[0] >= cue[1] and run[0] - cue[1] <= FARTHEST]
    near, far = left[-1:], right[:1]
    more_left = _chained([run for run in left if run[0] >= before][::-1])[::-1]
    more_right = _chained([run for run in right if run[1] <= after])
    for runs in (near, far, near + far, more_left, more_right, near + more_right, more_left + more_right):
        if runs:
            yield tuple(runs)


def _chained(runs: Sequence[Run]) -> list[Run]:
    """The first run with those next to it."""
    out = list(runs[:1])
    for run in runs[1:]:
        if max(run[0] - out[-1][1], out[-1][0] - run[1]) > GAP:
            break
        out.append(run)
    return out


def _candidates(
    paragraph: _Paragraph, cue: Run, assembled: Sequence[Sequence[Run]], known: dict[int, Site]
) -> Iterator[Candidate]:
    """A candidate for each of several contents of one cue, where they make one."""
    document, words = paragraph.document, paragraph.words
    is_marks = all(is_punctuation(read.word) for read in words[cue[0] : cue[1]])
    site = None if is_marks else site_of(words[cue[0] : cue[1]], known)
    if site is None and not is_marks:
        return
    parts = {run: _part(paragraph, run, site) for runs in assembled for run in runs}
    act = act_of(site, document) if site is not None else None
    contents = {  # parts that say nothing make no second candidate
        tuple(part for part in map(parts.__getitem__, runs) if len(runs) == 1 or part.says_something): None
        for runs in assembled
    }
    for kept in contents:
        content = merge([part.span for part in kept if part.span is not None])
        if content:
            opened = [part.run for part in kept]
            if site is not None and act is not None:
                found = _with_word(paragraph, cue, opened, content, site, act)
            else:
                found = _without_word(paragraph, cue, opened, content)
            if found is not None:
                yield found


class _Part(NamedTuple):
    """A content that may be one of several: with the word that opens it, and its span, marks included."""

    run: Run
    span: Span | None
    says_something: bool


def _part(paragraph: _Paragraph, run: Run, site: Site | None) -> _Part:
    document, words = paragraph.document, paragraph.words
    opened = _opened(words, run, site)
    stripped = strip(document.plain, span_of(words, opened), TRAILING)
    span = with_marks(document, stripped) if stripped is not None else None
    return _Part(opened, span, _says_something(words, run, site))


def _without_word(paragraph: _Paragraph, cue: Run, runs: Sequence[Run], content: tuple[Span, ...]) -> Candidate:
    """A candidate of a cue that is only marks: "…" – Olin."""
    source = _source(paragraph, cue, runs, None)
    own = mention(source.tree, source.word, paragraph.document.plain) if source else None
    word = source.word if source else None
    return Candidate(content, None, None, own, word, sentence=paragraph.words[cue[0]].tree.span)


def _with_word(
    paragraph: _Paragraph, cue: Run, runs: Sequence[Run], content: tuple[Span, ...], site: Site, act: Act
) -> Candidate | None:
    """A candidate of a cue with a word."""
    if headline_patient(site.tree, site.head) is not None:
        return None  # the tagger takes PM in "PM urged to act" for the source
    document = paragraph.document
    own = [w.span for w in site.words]
    content = with_whole_quotations(document, content, own)
    taken = [*own, *(a for a in act.addressees if a in content)]
    content = tuple(s for s in content if not any(s.overlaps(other) for other in taken))
    inside = [paragraph.words[first:end] for first, end in runs]
    if not content or _is_name(document, site, content) or _is_anonymity(inside):
        return None
    source = _source(paragraph, cue, runs, site)
    word = source.word if source else None
    cue_class = class_of(document, inside, site)
    if cue_class is CueClass.OTHER and site.head.relation == "acl" and is_introduced(document, inside):
        return None  # Amy Lowe, who bakes: “…”
    return reported(site, document, content=content, cue_class=cue_class, source=word, act=act)


def _says_something(words: Sequence[Read], run: Run, site: Site | None) -> bool:
    """Whether a content is more than the noun that another one explains: all that | Olin would say | was that …

    The only thing | Pell said | was that it failed: the cue's clause modifies the first.
    """
    inside = words[run[0] : run[1]]
    above = site.head.head if site is not None and site.head.deprel == "acl:relcl" else None
    is_antecedent = any(site and read.tree is site.tree and read.word.index == above for read in inside)
    return not is_antecedent and any(read.word.upos not in {"DET", "PRON", "ADV", "PUNCT"} for read in inside)


def _is_anonymity(runs: Sequence[Sequence[Read]]) -> bool:
    """Whether somebody asks for silence: not to be named."""
    verbs = load_words("anonymity_verbs")
    return any(read.word.lower == "not" for read in runs[0][:1]) and any(
        read.word.lemma.lower() in verbs for read in runs[0]
    )


def _opened(words: Sequence[Read], run: Run, site: Site | None) -> Run:
    """The run with the word that opens it, which the tagger leaves out: that, whether, to, the preposition of a topic.

    Without the copula, which the tagger includes: (the only thing he said) was | that it failed.
    """
    first, end = run
    if end - first > 2 and words[first].word.upos == "AUX" and words[first + 1].word.lower in {"that", "to"}:
        return first + 1, end
    if first and words[first - 1].tree is words[first].tree:
        before = words[first - 1].word
        is_topic = site is not None and before.lower in site.entry.prepositions
        is_opening = before.relation == "mark" or (before.relation == "case" and is_topic)
        if is_opening and any(read.word.index == before.head for read in words[first:end]):
            return first - 1, end
    return run


def _is_name(document: Document, site: Site, content: Sequence[Span]) -> bool:
    """Whether the content names something: crews call the bridge “The Harp”."""
    if site.entry.lemma not in load_words("naming_verbs"):
        return False
    quoted = [q for s in content for q in document.quotations_from(s.start, s.end)]
    return any(document.plain[q.span.start + 1 : q.span.start + 2].isupper() for q in quoted)


def _source(paragraph: _Paragraph, cue: Run, runs: Sequence[Run], site: Site | None) -> Read | None:
    """The head of the nearest likely source outside the content: the cue's subject if it is one.

    In the cue's sentence; of a cue that is only marks ("…" – Olin) also in the next.
    """
    words = paragraph.words
    tree = words[cue[0]].tree if site is None else site.tree
    contents = [span_of(words, run) for run in runs]
    if site is not None and tree.roles:
        own, is_passive = subject(tree, site.head, content=contents)
        if own is not None and not is_passive and tree.roles[own.index].source >= thresholds().likely:
            return Read(tree, own, tree.roles[own.index])
    near = [
        i
        for i in paragraph.sources(cue[0] - FARTHEST, cue[1] + FARTHEST)
        if (words[i].tree is tree or site is None) and not any(first <= i < end for first, end in runs)
    ]
    if not near:
        return None
    closest = min(near, key=lambda i: (words[i].tree is not tree, max(cue[0] - i, i - cue[1])))
    run = _around(closest, {i for i in near if words[i].tree is words[closest].tree})
    inside = {words[i].word.index for i in run}
    heads = [words[i] for i in run if words[i].word.head not in inside]
    return next((read for read in heads if read.word.upos in {"PROPN", "NOUN", "PRON"}), heads[0])


def _around(place: int, members: set[int]) -> range:
    """The unbroken row of members around one of them."""
    first = last = place
    while first - 1 in members:
        first -= 1
    while last + 1 in members:
        last += 1
    return range(first, last + 1)
