"""Quotations in context: which continue, which are utterances, which are only titles."""

import re
from collections.abc import Sequence

from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import merge, strip
from sayso_server.core.grammar.subject import is_inverted, is_passive, subject
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.marks import Quotation
from sayso_server.core.statement import REPORTED_SPEECH, CueClass, Span
from sayso_server.core.tree import Tree, Word

CLOSING = "\"”“’'»«"
"""Marks that may close a quotation."""
QUOTING = REPORTED_SPEECH | {CueClass.THINK}
"""The cue classes that can have a quotation: said, thought; not voted."""
MAX_GAP = 160
"""Maximum number of code points between a quotation and its cue: room for a long source with its apposition."""
_LONGEST_ABBREVIATION = 3
"""Maximum number of letters in an abbreviation that no list needs to contain: Inc., St."""
_LONG_WORD = 4
"""Minimum number of letters in a word that titles capitalise."""


def chain(document: Document, quotation: Quotation) -> list[Quotation]:
    """The quotation, with those of the next paragraphs that continue it, up to one with its own cue."""
    out = [quotation]
    for following in document.outer_after(quotation):
        if document.is_of_page(following.span.start):
            continue
        if not _is_continued(document, out[-1]) or not following.continues or has_own_cue(following, document):
            break
        out.append(following)
    return out


def carried_to(document: Document, quotation: Quotation) -> list[Quotation]:
    """The quotation before a cue, after those in earlier paragraphs that it continues: “One. ¶ “Two,” she said.

    Alone if the first of them has its own cue: “Zero,” he said. “One. ¶ “Two,” she said.
    """
    out = [quotation]
    for before in document.outer_before(quotation):
        if document.is_of_page(before.span.start):
            continue
        if not out[0].continues or not _is_continued(document, before):
            break
        out.insert(0, before)
    here = document.paragraph_at(out[0].span.start)
    is_free = document.paragraphs[here].start == out[0].span.start
    return out if is_free and not _is_introduced(document, here) else [quotation]


def _is_continued(document: Document, quotation: Quotation) -> bool:
    """Whether the next paragraph continues a quotation; not if only the mark is missing: “It was dark, said Olin."""
    if not quotation.carried:
        return False
    tail = document.plain.rfind(",", quotation.span.start, quotation.span.end) + 1
    if not tail or quotation.span.end - tail > MAX_GAP:
        return True
    words = document.plain[tail : quotation.span.end].split()
    if not words or words[0] in load_words("continuations", "clause_openings"):
        return True
    own = (
        subject(site.tree, site.head)[0]
        for site in document.sites_within(Span(tail, quotation.span.end))
        if site.head.start > tail and site.class_of(Frame.CLAUSE, Frame.QUOTE) in QUOTING
    )
    return not any(w is not None and w.start > tail and w.lower not in load_words("talkers") for w in own)


def _is_introduced(document: Document, paragraph: int) -> bool:
    """Whether the previous paragraph, not counting page lines, ends with a colon."""
    before = next((k for k in range(paragraph - 1, -1, -1) if k not in document.page_lines), None)
    return before is not None and document.plain[document.paragraphs[before].end - 1] == ":"


def with_whole_quotations(document: Document, content: Sequence[Span], cue: Sequence[Span]) -> tuple[Span, ...]:
    """The content with every quotation that it overlaps taken whole, over sentences and paragraphs.

    A quotation that contains the cue is left alone: that statement is inside another.
    """
    out = list(content)
    for span in content:
        for quotation in document.quotations_within(span):
            if not any(quotation.span.covers(c) for c in cue):
                out += [q.span for q in chain(document, quotation)]
    return merge(out)


def is_utterance(quotation: Quotation, document: Document) -> bool:
    """Whether the quotation opens like a sentence (a capital, a digit, a pause) where a sentence may begin."""
    inner = strip(document.plain, quotation.span)
    if inner is None:
        return False
    lead = document.plain[max(0, quotation.span.start - 2) : quotation.span.start].rstrip()
    first = document.plain[inner.start]
    opens = not first.islower() or document.plain[quotation.span.start + 1 : quotation.span.start + 2] in {"…", "."}
    return opens and (
        not lead
        or not lead[-1].isalnum()
        or document.paragraphs[document.paragraph_at(quotation.span.start)].start == quotation.span.start
    )


def is_title(document: Document, quotation: Quotation) -> bool:
    """Whether all longer words after the first are capitalised, and there are some: “All Bets Are Off.”"""
    words = re.findall(r"[^\W\d_]+", document.plain[quotation.span.start : quotation.span.end])
    longer = [w for w in words[1:] if len(w) >= _LONG_WORD]
    return len(words) > 2 and bool(longer) and all(w[0].isupper() for w in longer)


def has_other_cue(site: Site | None, document: Document, start: int, end: int) -> bool:
    """Whether a verb other than `site` (any verb if None) could report in [start, end) of the document."""
    others = document.sites_within(Span(start, end)) if end > start else []
    is_of_page = site is not None and document.is_of_page(site.head.start)
    return any(
        start <= o.head.start < end
        and o.head.upos == "VERB"
        and (site is None or (o.head.start != site.head.start and not leads_to(o, site)))
        and document.is_of_page(o.head.start) == is_of_page
        and _reports(o, document.plain[o.words[-1].end : end])
        for o in others
    )


def leads_to(governor: Site, site: Site) -> bool:
    """Whether a verb only leads to the cue, its infinitive or participle: is expected to say, can be heard saying."""
    tree, word = site.tree, site.head
    while _depends_closely(tree, word) and (head := tree.head(word)) is not None:
        if head == governor.head and governor.tree is tree:
            return True
        word = head
    return False


def _depends_closely(tree: Tree, word: Word) -> bool:
    """Whether a word is an infinitive, or a participle right after a passive: heard shouting."""
    head = tree.head(word)
    is_beside = word.relation == "advcl" and word.xpos == "VBG" and head is not None and word.index == head.index + 1
    return word.relation == "xcomp" or (is_beside and head is not None and is_passive(tree, head))


def is_led_on(site: Site, document: Document) -> bool:
    """Whether a later verb of the sentence is the real cue: is said to have shouted, is understood to have told."""
    others = document.sites_within(site.tree.span)
    return any(leads_to(site, other) and other.class_of(Frame.CLAUSE, Frame.QUOTE) in QUOTING for other in others)


def _reports(site: Site, gap: str) -> bool:
    """Whether the cue has a subject, or directly precedes the quotation: adding, “…”"""
    can_report = site.class_of(Frame.CLAUSE, Frame.QUOTE) in QUOTING
    if not can_report and site.class_of(Frame.INFINITIVE, Frame.SMALL) in QUOTING:
        return is_inverted(site.tree, site.head)  # “…,” instructed the judge
    return can_report and (gap.strip() in {"", ",", ":"} or subject(site.tree, site.head)[0] is not None)


def continues_after(site: Site, quotation: Quotation, document: Document) -> bool:
    """Whether a quotation continues after its cue: "…," Olin said on Friday. "…"

    At most one sentence ends between the cue and the rest of the quotation. Other cues in that sentence do not matter
    (Olin, who said that it failed. "…"), unless they introduce the rest.
    """
    text, start, cue = document.plain, quotation.span.start, site.last.end
    gap = text[cue:start]
    if len(gap) > 2 * MAX_GAP or has_own_cue(quotation, document, site):
        return False
    if gap.rstrip()[-1:] != "." and has_other_cue(site, document, cue, start):
        is_one = not any(ends_sentence(gap, i) for i in range(len(gap)))
        return is_one and gap.rstrip()[-1:] == "," and text[start + 1 : start + 2].islower()
    trees = document.trees_within(Span(cue, max(cue + 1, start)))
    return not any(t.span.start > site.head.start and t.span.end <= start for t in trees) and (
        gap.strip() == ")" or gap.rstrip()[-1:] in {".", ",", ";", ":", "—", "–", "-", "!", "?"}
    )


def has_own_cue(quotation: Quotation, document: Document, site: Site | None = None) -> bool:
    """Whether a quotation has its own cue, other than `site`: "…," Olin said. "…," she added."""
    end = quotation.span.end
    if document.plain[quotation.span.start : end].rstrip(CLOSING).rstrip()[-1:] not in {",", "!", "?", "—", "–"}:
        return False
    after = document.plain[end : end + MAX_GAP]
    stop = next((i for i, c in enumerate(after) if c in '!?\n“"' or ends_sentence(after, i)), len(after))
    return has_other_cue(site, document, end, end + stop)


def ends_sentence(text: str, i: int) -> bool:
    """Whether the character at `i` ends a sentence; a stop after a title or short abbreviation does not: Mrs. Olin."""
    if text[i] != ".":
        return text[i] in "!?"
    word = re.split(r"\W", text[:i])[-1]
    return not word.istitle() or (len(word) > _LONGEST_ABBREVIATION and word.lower() not in load_words("honorifics"))
