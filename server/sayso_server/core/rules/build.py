"""What the rules have in common: a candidate from a cue and its content."""

from collections.abc import Sequence
from typing import NamedTuple

from sayso_server.core.contents import chain, merge
from sayso_server.core.cues import Candidate, Site
from sayso_server.core.document import Document
from sayso_server.core.sources import addressees, agent, mention, polarity, relative_subject, subject
from sayso_server.core.statement import CueClass, Polarity, Span
from sayso_server.core.tree import Word


class Act(NamedTuple):
    """What a cue tells, whatever it reports: whom it addresses, and whether it is denied or uncertain."""

    addressees: tuple[Span, ...]
    polarity: Polarity


def act_of(site: Site, document: Document) -> Act:
    """The act of a cue."""
    tree, verb = site.tree, site.head
    return Act(addressees(tree, verb, lemma=site.entry.lemma, text=document.plain), polarity(tree, verb))


def candidate(
    rule: str,
    site: Site,
    document: Document,
    *,
    content: Sequence[Span],
    cue_class: CueClass,
    source: Word | None = None,
    act: Act | None = None,
) -> Candidate | None:
    """A candidate whose source, addressee and polarity are those of the cue's verb; None without content.

    `act` is given where it is known from another candidate of the same cue.
    """
    if not content:
        return None
    tree, verb = site.tree, site.head
    passive = False
    if source is None:
        source, passive = subject(tree, verb, content=content)
    if passive:
        source = agent(tree, verb)
    if source is not None and any(s.covers(source) for s in content):
        source = None
    act = act or act_of(site, document)
    pronoun = relative_subject(tree, verb, source) if source is not None and not passive else None
    return Candidate(
        rule=rule,
        content=merge(content),
        cue=site.cue(cue_class),
        site=site,
        source=mention(tree, source, document.plain) if source is not None else None,
        source_head=source,
        addressees=act.addressees,
        polarity=act.polarity,
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
