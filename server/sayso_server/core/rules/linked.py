"""Contents whose words are linked to a likely cue, regardless of the tree."""

from collections.abc import Iterator, Mapping, Sequence

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import is_punctuation, strip, without
from sayso_server.core.grammar.label import label_of_the_page
from sayso_server.core.grammar.linked_contents import LinkedWords, contents_of, spans_of
from sayso_server.core.grammar.linked_source import source_of
from sayso_server.core.grammar.noun_phrase import mention
from sayso_server.core.grammar.quotation import is_utterance, with_whole_quotations
from sayso_server.core.grammar.report import act_of, leads_in, reported
from sayso_server.core.grammar.subject import agent, headline_patient, subject
from sayso_server.core.grammar.tagged_cue import class_of, is_introduced, site_of
from sayso_server.core.grammar.tagger import TRAILING, Read, Run, read_words, thresholds
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.links import LinkedCue
from sayso_server.core.statement import CueClass, Span
from sayso_server.core.tree import Tree, Word

_POINTING = frozenset({"ADV", "CCONJ", "DET", "PART", "PRON", "PUNCT"})
"""Parts of speech of words that only point at what was said."""


def linked(document: Document) -> Iterator[Candidate]:
    """The plan, Olin said, failed.   All words linked to a likely cue, only the surer ones, or those nearest to it."""
    if not document.linked:
        return
    best = document.outermost_cues
    for paragraph in document.paragraphs:
        words = read_words(document.trees_within(paragraph))
        places = {read.word.start: i for i, read in enumerate(words)}
        known = {site.head.start: site for site in document.sites_within(paragraph)}
        own = LinkedWords(document, words, places, best)
        found = (candidate for cue in own.cues for candidate in _candidates(own, cue, known))
        yield from (candidate for candidate in found if not _is_not_content(document, candidate))


def _is_not_content(document: Document, found: Candidate) -> bool:
    """Whether the cue is in a page label, or the content only opens the sentence: On Friday, Olin wrote: …"""
    if _is_of_the_page(document, found):
        return True
    end = found.cue.spans[-1].end if found.cue is not None else 0
    is_before = found.cue is not None and found.content[-1].end <= found.cue.spans[0].start
    leads_on = document.plain[end : end + 2].lstrip()[:1] == ":"
    return is_before and leads_on and not any(document.quotations_within(span) for span in found.content)


def _is_of_the_page(document: Document, found: Candidate) -> bool:
    """Whether the cue of a candidate or, without one, its source is in a page label: REVEALED: …, KESTON: …"""
    place = found.cue.spans[0] if found.cue else found.source
    label = label_of_the_page(document, place.start) if place else None
    return label is not None and place is not None and label.start <= place.start < label.end


def _candidates(paragraph: LinkedWords, cue: LinkedCue, known: Mapping[int, Site]) -> Iterator[Candidate]:
    """The candidates for the possible contents of one cue."""
    document, words = paragraph.document, paragraph.words
    at = paragraph.places[cue.word.start]
    source = source_of(document, cue)
    site = None if is_punctuation(cue.word) else site_of(_cue_words(words, at), known)
    contents = dict.fromkeys(contents_of(paragraph, cue, at, site))
    if site is None:
        if is_punctuation(cue.word):
            is_place = source is not None and document.label_of(source[1].span) == "LOC"  # Keston: two shops closed
            bare = (_without_word(paragraph, cue, runs, source) for runs in contents if not is_place)
            yield from (one for one in bare if one.content)  # runs of marks alone have no content
        return
    is_standard = not site.entry.frames and _is_standard(source)
    if is_standard or leads_in(site) or headline_patient(site.tree, site.head) is not None:
        return
    act = act_of(site, document)
    own = [w.span for w in site.words]
    for runs in contents:
        content = with_whole_quotations(document, spans_of(paragraph, runs), own)
        content = without(
            content, [a for a in act.addressees if any(s.start == a.start for s in content)], document.plain
        )
        content = tuple(s for s in content if not any(s.overlaps(other) for other in own))
        content = _without_topic(document, site, content)
        if Frame.CLAUSE not in site.entry.frames:
            content = tuple(_before_the_colon(document, span) for span in content)
        inside = [words[first:end] for first, end in runs]
        if (
            not content
            or _is_no_report(document, site, content, inside)
            or _is_anonymity(inside)
            or _is_done(site, source, inside)
        ):
            continue
        cue_class = class_of(document, inside, site)
        if cue_class is CueClass.OTHER and site.head.relation == "acl" and is_introduced(document, inside):
            continue  # Amy Lowe, who bakes: “…”
        if Frame.SEEN in site.entry.frames and cue_class is CueClass.OTHER and _is_all_quoted(document, content):
            continue  # Olin shook her head. “…”: she speaks, but this is not a cue
        head = _own_source(site, source)
        found = reported(site, document, content=content, cue_class=cue_class, source=head, act=act)
        if found is not None:
            yield found


def _own_source(site: Site, source: tuple[Tree, Word] | None) -> Word | None:
    """The linked source, if it speaks; not Olin in "Pressed on whether she would go, Olin smiled"."""
    head = source[1] if source is not None and source[0] is site.tree else None
    return None if subject(site.tree, site.head) == (head, True) else head


def _before_the_colon(document: Document, span: Span) -> Span:
    """The part of a content before a colon and an utterance, a separate statement: the vote as a win: “We won.”"""
    for quotation in document.quotations_within(span):
        lead = document.plain[span.start : quotation.span.start].rstrip()
        if lead[-1:] == ":" and is_utterance(quotation, document):
            return strip(document.plain, Span(span.start, span.start + len(lead)), TRAILING) or span
    return span


def _without_topic(document: Document, site: Site, content: tuple[Span, ...]) -> tuple[Span, ...]:
    """The content without the topic of a noun before its quotation: the following statement on | the budget: | “…”"""
    if site.head.upos != "NOUN" or not content or content[0].start < site.head.end:
        return content
    inside = document.quotations_from(content[0].start + 1, content[-1].end)
    starts = (q.span.start for q in inside if q.depth == 0)
    start = next((i for i in starts if document.plain[site.head.end : i].rstrip()[-1:] in {":", "."}), None)
    if start is None:  # "the following statement" refers to the quotation alone
        points = any(child.lower in load_words("pointing_words") for child in site.tree.children(site.head))
        return () if points else content
    return tuple(Span(max(start, span.start), span.end) for span in content if span.end > start)


def _is_standard(source: tuple[Tree, Word] | None) -> bool:
    """Whether "according to" names a standard, not a speaker: it went according to plan."""
    return source is None or source[1].lemma.lower() in load_words("standards")


def _is_all_quoted(document: Document, content: Sequence[Span]) -> bool:
    return all((q := document.quotation_at(s.start)) is not None and q.span.covers(s) for s in content)


def _cue_words(words: Sequence[Read], at: int) -> Sequence[Read]:
    """The head word of a cue, with the words next to it that are probably part of one."""
    least = thresholds().cue
    first, end = at, at + 1
    while first and words[first - 1].roles.cue >= least and words[first - 1].tree is words[at].tree:
        first -= 1
    while end < len(words) and words[end].roles.cue >= least and words[end].tree is words[at].tree:
        end += 1
    return words[first:end]


def _without_word(
    paragraph: LinkedWords, cue: LinkedCue, runs: Sequence[Run], source: tuple[Tree, Word] | None
) -> Candidate:
    """A candidate whose cue is only a mark: "…" – Olin."""
    own = mention(*source, paragraph.document.plain) if source is not None else None
    word = source[1] if source is not None else None
    return Candidate(spans_of(paragraph, runs), None, None, own, word, sentence=cue.tree.span)


def _is_shown(site: Site, runs: Sequence[Sequence[Read]]) -> bool:
    """Whether something shows what the content only points at: history will show | that, | but not yet."""
    is_showing = site.class_of(Frame.CLAUSE) is CueClass.SHOW
    return is_showing and all(read.word.upos in _POINTING for run in runs for read in run)


def _is_anonymity(runs: Sequence[Sequence[Read]]) -> bool:
    """Whether a content is a request for anonymity: not to be named."""
    verbs = load_words("anonymity_verbs")
    return any(read.word.lower == "not" for read in runs[0][:1]) and any(
        read.word.lemma.lower() in verbs for read in runs[0]
    )


def _is_done(site: Site, source: tuple[Tree, Word] | None, content: Sequence[Sequence[Read]]) -> bool:
    """Whether a content is the passive subject of an act without a known agent: the ruling was challenged."""
    thing = site.tree.child(site.head, "nsubj:pass") if Frame.OBJECT not in site.entry.frames else None
    if thing is None or source is not None or agent(site.tree, site.head) is not None:
        return False
    own = site.tree.subtree(thing)
    return all(read.tree is site.tree and read.word.index in own for run in content for read in run)


def _is_no_report(document: Document, site: Site, content: Sequence[Span], inside: Sequence[Sequence[Read]]) -> bool:
    """Whether a content only names something, points at something, or says what happens at the same time."""
    return _is_shown(site, inside) or _is_name(document, site, content) or _is_meanwhile(site, content)


def _is_meanwhile(site: Site, content: Sequence[Span]) -> bool:
    """Whether a content before "as" is what happens during the report: shares slump | as Halvex warns of cuts.

    After a comma it may be the reported content: …, as the Courier reported.
    """
    mark = site.tree.child(site.head, "mark")
    if mark is None or mark.lower != "as" or mark.index == 0 or content[-1].end > mark.start:
        return False
    return not is_punctuation(site.tree.words[mark.index - 1])


def _is_name(document: Document, site: Site, content: Sequence[Span]) -> bool:
    """Whether the content names something: crews call the bridge “The Harp”."""
    if site.entry.lemma not in load_words("naming_verbs"):
        return False
    quoted = [q for s in content for q in document.quotations_from(s.start, s.end)]
    return any(document.plain[q.span.start + 1 : q.span.start + 2].isupper() for q in quoted)
