"""Headlines that end in their attribution: Bridge 'will fall', warn engineers; To Sell Lido, Leader Confirms"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sayso_server.core import lexicon
from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import strip, with_marks
from sayso_server.core.grammar.headlines import has_clause, headlines, source_of
from sayso_server.core.grammar.noun_phrase import is_human
from sayso_server.core.grammar.report import Act, reported
from sayso_server.core.lexicon import Entry, Frame, load_words
from sayso_server.core.statement import REPORTED_SPEECH, Polarity, Span
from sayso_server.core.tree import Word

_MARKS = frozenset({"'", '"', "’", "”", "''"})


def headline_cue(document: Document) -> Iterator[Candidate]:
    """Bridge 'will fall within year', warn engineers   After the last comma, a verb in the present and its subject.

    The relations in the tree do not matter: parsers misread headlines, which have capitals and no stop.
    """
    for line in headlines(document):
        comma = max((i for i, w in enumerate(line.words) if w.text == ","), default=0)
        if not comma:
            continue
        tail = [w for w in line.words[comma + 1 :] if w.text not in _MARKS]
        found = _split(document, line.words[:comma], tail)
        span = strip(document.plain, Span(line.span.start, line.words[comma].start))
        if found is not None and span is not None and has_clause(document, line.words[:comma]):
            yield from _candidate(document, with_marks(document, span), *found)


def _candidate(document: Document, content: Span, verb: Word, entry: Entry, source: Word) -> Iterator[Candidate]:
    tree = document.tree_at(verb.start)
    if tree is None:
        return
    site = Site(tree, (verb,), entry)
    cue_class = entry.frames[Frame.CLAUSE]
    act = Act((), Polarity.AFFIRMED)
    found = reported(site, document, content=(content,), cue_class=cue_class, source=source, act=act)
    words = [w for w in tree.between(verb.end, tree.span.end) if w.text not in _MARKS]
    if found and words:  # claims union boss: the parser takes the verb for a noun
        found = replace(found, source=Span(words[0].start, words[-1].end))
    if found:
        yield found


def _split(document: Document, content: Sequence[Word], tail: Sequence[Word]) -> tuple[Word, Entry, Word] | None:
    """The verb of a tail, its entry, and its subject, before or after it."""
    if len(tail) < 2:
        return None
    if (entry := _entry(tail[-1])) and (source := source_of(document, tail[:-1])):
        return tail[-1], entry, source
    if (entry := _entry(tail[0])) and (source := source_of(document, tail[1:])):
        is_singular = tail[0].lower.endswith("s")
        agrees = is_singular != (source.xpos in {"NNS", "NNPS"}) or source.lower in load_words("collectives")
        people = [w for w in content if w.relation == "nsubj" and is_human(w)]
        is_object = is_singular and people and entry.lemma in load_words("addressing_verbs")  # quits, warns council
        return (tail[0], entry, source) if agrees and not is_object else None
    return None


def _entry(word: Word) -> Entry | None:
    """The entry of a present form that reports speech: warn, says, Confirms."""
    forms = [word.lower, word.lower.removesuffix("s"), word.lower.removesuffix("es")]
    entry = next((found for form in forms if (found := lexicon.verb(form))), None)
    is_past = word.xpos in {"VBD", "VBN", "VBG"}
    reports = entry is not None and entry.frames.get(Frame.CLAUSE) in REPORTED_SPEECH
    return entry if reports and not is_past else None
