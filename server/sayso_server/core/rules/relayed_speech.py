"""Speech that a medium relays: quoted Olin as saying that …"""

from collections.abc import Iterator, Sequence

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site, relaying
from sayso_server.core.document import Document
from sayso_server.core.grammar.addressee import addressees
from sayso_server.core.grammar.complement import complement_words, complements_of
from sayso_server.core.grammar.contents import spans
from sayso_server.core.grammar.polarity import polarity
from sayso_server.core.grammar.quotation import chain, continues_after, is_utterance, with_whole_quotations
from sayso_server.core.grammar.report import Act, reported
from sayso_server.core.grammar.sentence import sentence_before
from sayso_server.core.grammar.subject import subject
from sayso_server.core.statement import CueClass, Span
from sayso_server.core.tree import Word


def relayed_speech(site: Site, document: Document) -> Iterator[Candidate]:
    """The Courier quoted Olin as saying that it failed.   quoted -obj-> Olin, quoted -advcl-> saying -ccomp-> failed

    The source is the person whom the medium quotes. The content is a quotation, before the medium or after the cue, or
    the words that the participle governs.
    """
    tree, participle = site.tree, site.words[-1]
    if relaying(tree, participle) != site.head:
        return
    source, _ = subject(tree, participle)
    act = Act(
        addressees(tree, participle, lemma=participle.lemma.lower(), text=document.plain), polarity(tree, site.head)
    )
    content = _quoted(site, document) or _governed(site, participle, document)
    cue_class = next(iter(site.entry.frames.values()), CueClass.SAY)
    found = reported(site, document, content=content, cue_class=cue_class, source=source, act=act)
    if found and found.source is not None:
        yield found


def _quoted(site: Site, document: Document) -> list[Span]:
    """The quotation that the cue introduces, or the one that opens its sentence, with its continuations."""
    before, after = document.outer_around(site.head.start)
    if document.quotation_at(site.head.start) is not None:
        return []
    if after is not None and document.plain[site.last.end : after.span.start].strip() in {"", ",", ":"}:
        return [q.span for q in chain(document, after)]
    if before is None or before.span.start < site.tree.span.start or not is_utterance(before, document):
        return []
    is_continued = after is not None and continues_after(site, after, document)
    return [before.span, *(q.span for q in chain(document, after))] if after and is_continued else [before.span]


def _governed(site: Site, participle: Word, document: Document) -> Sequence[Span]:
    """The clause of the participle, or the one before the medium: it failed, the Courier quoted Olin as saying.

    Otherwise, everything that the participle governs: quoted Olin as calling the plan “a mess”.
    """
    tree, own = site.tree, {w.index for w in site.words}
    said = Site(tree, (participle,), site.entry)
    complements = complements_of(tree, participle)
    words = complement_words(said, complements) if complements else tree.subtree(participle) - own
    if not words and site.head.relation == "parataxis":
        words = sentence_before(tree, tree.subtree(site.head))
    return with_whole_quotations(document, spans(document, tree, words - own), [w.span for w in site.words])
