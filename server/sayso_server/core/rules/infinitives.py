"""Directives, commitments and judgements: urged her to wait, promised to wait, described it as late."""

from collections.abc import Iterator
from dataclasses import replace

from sayso_server.core import lexicon
from sayso_server.core.contents import spans
from sayso_server.core.cues import Candidate, Site
from sayso_server.core.document import Document
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.rules.build import candidate, with_whole_quotations
from sayso_server.core.sources import RELATIVE, agent, mention
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

_PREDICATES = {
    "accuse": frozenset({"of"}),
    "blame": frozenset({"for", "on"}),
    "challenge": frozenset({"to"}),
    "thank": frozenset({"for"}),
}
_LONGEST_OBJECT = 10
_STANDS_FOR = RELATIVE | {"what"}


def infinitival_complement(site: Site, document: Document) -> Iterator[Candidate]:
    """Olin urged the board to wait.   urged -obj-> board, urged -xcomp-> wait"""
    cue_class = site.class_of(Frame.INFINITIVE, Frame.COMMITMENT)
    if cue_class is None:
        return
    tree, verb = site.tree, site.head
    dated = [c for day in tree.children(verb, "obl") for c in tree.children(day, "acl", "amod")]  # agreed on Monday to
    asked = [c for person in tree.children(verb, "obj", "iobj", "obl") for c in tree.children(person, "acl")]
    for complement in [*tree.children(verb, "xcomp", "ccomp", "advcl"), *dated, *asked]:
        mark = tree.child(complement, "mark")
        is_addressed = len(site.words) > 1 or bool(tree.children(verb, "obj", "iobj", "nsubj:pass"))
        if mark is None or mark.lower != "to" or complement.index < verb.index:
            continue
        if complement.lemma in load_words("anonymity_verbs"):  # asked not to be named
            continue
        if Frame.COMMITMENT not in site.entry.frames and not is_addressed and complement.relation == "advcl":
            continue
        content = spans(document, tree, tree.subtree(complement, lambda w: _adds_a_report(tree, w)))
        found = candidate("infinitival-complement", site, document, content=content, cue_class=cue_class)
        if found:
            yield replace(found, addressees=found.addressees or _called_on(site, document))
            return


def _called_on(site: Site, document: Document) -> tuple[Span, ...]:
    """the board in "called on the board to wait"."""
    head = site.tree.head(site.words[-1]) if len(site.words) > 1 else None
    return (mention(site.tree, head, document.plain),) if head is not None and head != site.head else ()


def _adds_a_report(tree: Tree, word: Word) -> bool:
    """saying in "promised to wait, saying that it was late": a participle behind a comma that could report."""
    opens = tree.words[min(tree.subtree(word))].text == ","
    entry = lexicon.verb(word.lemma.lower()) if word.xpos == "VBG" and opens else None
    return entry is not None and Frame.CLAUSE in entry.frames


def small_clause(site: Site, document: Document) -> Iterator[Candidate]:
    """Olin described the plan as "late".   described -obj-> plan, described -obl-> late -case-> as

    Content is the object with its predicate. Without quotation marks in it, naming and judging are not told apart, so
    only a quoted predicate counts, or one with "as".
    """
    cue_class = site.class_of(Frame.SMALL)
    if cue_class is None:
        return
    tree, verb = site.tree, site.head
    predicate = _predicate(tree, verb)
    if predicate is None:
        yield from _quoted_predicate(site, document)
        return
    thing = tree.child(verb, "obj", "iobj") or tree.child(verb, "nsubj:pass") or _relative_object(tree, verb)
    words = tree.subtree(predicate)
    quoted = next((q for i in sorted(words) if (q := document.quotation_at(tree.words[i].start))), None)
    is_name = quoted is not None and document.text[quoted.span.start + 1 : quoted.span.start + 2].isupper()
    if is_name and site.entry.lemma in load_words("naming_verbs"):
        return
    if quoted is None and site.entry.lemma not in load_words("describing_verbs"):
        return
    indices = words | (tree.subtree(thing, lambda w: w.deprel == "acl:relcl") if thing is not None else set())
    by = agent(tree, verb) if tree.child(verb, "nsubj:pass") else None
    indices -= {w.index for w in site.words} | (tree.subtree(by) if by is not None else set())
    content = with_whole_quotations(document, spans(document, tree, indices), [w.span for w in site.words])
    found = candidate("small-clause", site, document, content=content, cue_class=cue_class, source=by)
    if found and found.source is not None:
        yield found


def _quoted_predicate(site: Site, document: Document) -> Iterator[Candidate]:
    """Olin called that report on Friday a “boldfaced lie.”   Where the parser shows no predicate, the marks do.

    From the cue to the end of the marks; with nothing else between, a pronoun before the cue is the object: what Olin
    called “a lie”.
    """
    cue_class = site.class_of(Frame.SMALL)
    tree, verb = site.tree, site.head
    _, quotation = document.outer_around(verb.start)
    if cue_class is None or quotation is None or document.quotation_at(verb.start) is not None:
        return
    between = tree.between(verb.end, quotation.span.start)
    inside = document.plain[quotation.span.start : quotation.span.end].strip("\"“”’‘'` ")
    if quotation.span.start > tree.span.end or len(between) > _LONGEST_OBJECT or inside[:1].isupper():
        return
    if any(w.upos in {"VERB", "AUX", "SCONJ", "PUNCT"} for w in between):
        return
    content = [Span(between[0].start, quotation.span.end) if between else quotation.span]
    pronoun = (
        None if between[1:] else next((w for w in reversed(tree.words[: verb.index]) if w.lower in _STANDS_FOR), None)
    )
    if pronoun is not None and verb.index - pronoun.index < _LONGEST_OBJECT:
        content.append(pronoun.span)
    found = candidate("small-clause", site, document, content=content, cue_class=cue_class)
    if found and found.source is not None:
        yield found


def _predicate(tree: Tree, verb: Word) -> Word | None:
    for child in tree.children(verb, "xcomp", "ccomp", "obl", "advcl"):
        marks = {c.lower for c in tree.children(child, "case", "mark")}
        is_bare = child.relation in {"xcomp", "ccomp"} and not marks and child.upos in {"ADJ", "NOUN", "PROPN"}
        if child.index > verb.index and (is_bare or "as" in marks):
            return child
        if marks & _PREDICATES.get(verb.lemma.lower(), frozenset()):
            return child
    thing = tree.child(verb, "obj")  # called the remark “childish”: some parses make it an apposition
    return (
        next((c for c in tree.children(thing, "appos") if c.upos == "ADJ" or _is_quoted(tree, c)), None)
        if thing
        else None
    )


def _is_quoted(tree: Tree, word: Word) -> bool:
    """Whether an opening mark stands just before the phrase: called the idea “a disgrace”."""
    return tree.words[min(tree.subtree(word))].text in {"“", '"', "‘", "``", "'"}


def _relative_object(tree: Tree, verb: Word) -> Word | None:
    """which … Olin described as: the pronoun stands for the object."""
    if verb.deprel != "acl:relcl":
        return None
    return next((w for w in tree.words[: verb.index] if w.lower in RELATIVE and w.head == verb.index), None)
