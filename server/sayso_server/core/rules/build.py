"""What the rules have in common: a candidate from a cue and its content."""

from collections.abc import Sequence

from sayso_server.core.contents import chain, merge
from sayso_server.core.cues import Candidate, Site
from sayso_server.core.document import Document
from sayso_server.core.sources import addressees, agent, mention, polarity, relative_subject, subject
from sayso_server.core.statement import CueClass, Span
from sayso_server.core.tree import Word


def candidate(
    rule: str,
    site: Site,
    document: Document,
    *,
    content: Sequence[Span],
    cue_class: CueClass,
    source: Word | None = None,
) -> Candidate | None:
    """A candidate whose source, addressee and polarity are those of the cue's verb; None without content."""
    tree, verb = site.tree, site.head
    passive = False
    if source is None:
        source, passive = subject(tree, verb, content=content)
    if passive:
        source = agent(tree, verb)
    if source is not None and any(s.covers(source.span) for s in content):
        source = None
    if not content:
        return None
    pronoun = relative_subject(tree, verb, source) if source is not None and not passive else None
    return Candidate(
        rule=rule,
        content=merge(content),
        cue=site.cue(cue_class),
        site=site,
        source=mention(tree, source, document.plain) if source is not None else None,
        source_head=source,
        addressees=addressees(tree, verb, lemma=site.entry.lemma, text=document.plain),
        polarity=polarity(tree, verb),
        relative=pronoun.span if pronoun is not None else None,
        sentence=tree.span,
    )


def with_whole_quotations(document: Document, content: Sequence[Span], cue: Sequence[Span]) -> tuple[Span, ...]:
    """The content with every quotation that it enters taken whole, over sentences and paragraphs.

    A quotation that holds the cue is left alone: there the statement is inside somebody else's words.
    """
    out = list(content)
    for span in content:
        for quotation in document.quotations_within(span):
            if not any(quotation.span.covers(c) for c in cue):
                out += [q.span for q in chain(document, quotation)]
    return merge(out)
