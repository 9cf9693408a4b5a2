"""Judgements: described the plan as late, called it “a lie”."""

from collections.abc import Iterator
from dataclasses import replace

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.circumstance import is_circumstance
from sayso_server.core.grammar.contents import is_punctuation, spans
from sayso_server.core.grammar.quotation import with_whole_quotations
from sayso_server.core.grammar.report import reported
from sayso_server.core.grammar.subject import agent, is_passive, is_relative, without_agent
from sayso_server.core.lexicon import Frame, load_table, load_words
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

_LONGEST_OBJECT = 10
"""Maximum number of words between the cue and its quoted predicate."""


def small_clause(site: Site, document: Document) -> Iterator[Candidate]:
    """Olin described the plan as "late".   described -obj-> plan, described -obl-> late -case-> as

    The content is the object with its predicate. Unquoted predicates count only with describing verbs: elsewhere,
    naming and judging look the same.
    """
    cue_class = site.class_of(Frame.SMALL)
    if cue_class is None:
        return
    tree, verb = site.tree, site.head
    predicate = _predicate(tree, verb)
    if predicate is None:
        yield from _quoted_predicate(site, document)
        return
    thing = tree.child(verb, "obj", "iobj") or tree.child(verb, "nsubj:pass") or _above(tree, verb)
    own = {w.index for w in site.words}
    if thing is None or thing.index in own:  # paid tribute to her as a “star”, referred to her as a “star”
        thing = next((w for w in tree.children(verb, "obl") if verb.index < w.index < predicate.index), None)
    words = tree.subtree(predicate)
    quoted = next((q for i in sorted(words) if (q := document.quotation_at(tree.words[i].start))), None)
    is_name = quoted is not None and document.text[quoted.span.start + 1 : quoted.span.start + 2].isupper()
    if is_name and site.entry.lemma in load_words("naming_verbs"):
        return
    if quoted is None and site.entry.lemma not in load_words("describing_verbs"):
        return
    by = agent(tree, verb) if is_passive(tree, verb) else None
    indices = without_agent(tree, verb, words) - own
    indices |= _named(tree, thing, verb) if thing is not None else set()
    indices |= _between(tree, thing, predicate) if thing is not None else set()
    content = with_whole_quotations(document, spans(document, tree, indices), [w.span for w in site.words])
    found = reported(site, document, content=content, cue_class=cue_class, source=by)
    if found and found.source is not None:
        yield replace(found, is_firm=by is not None or (quoted is not None and _is_of_an_apposition(tree, verb)))


def _is_of_an_apposition(tree: Tree, verb: Word) -> bool:
    """Whether the thing judged is a noun after a comma: said it was safe, a claim Olin dismissed as “nonsense”."""
    noun = tree.head(verb) if verb.relation == "acl" else None
    if noun is None or noun.index > verb.index or tree.child(verb, "nsubj") is None:
        return False
    own = tree.subtree(noun, lambda w: w.relation == "acl" or is_punctuation(w))
    first = min(own, default=noun.index)
    return first > 0 and tree.words[first - 1].text == ","


def _named(tree: Tree, thing: Word, verb: Word) -> set[int]:
    """The words for the thing judged, without its relative clauses, the judgement and a preposition before it."""
    cases = tree.children(thing, "case")
    return tree.subtree(thing, lambda w: w.deprel == "acl:relcl" or w == verb or w in cases)


def _between(tree: Tree, thing: Word, predicate: Word) -> set[int]:
    """from Keston in "dismissed the claim from Keston as late", which parsers attach to the verb."""
    verb = tree.head(predicate)
    phrases = tree.children(verb, "obl") if verb is not None else []
    inside = [w for w in phrases if thing.index < w.index < predicate.index and not is_circumstance(tree, w)]
    return set().union(*(tree.subtree(w) for w in inside))


def _quoted_predicate(site: Site, document: Document) -> Iterator[Candidate]:
    """Olin called that report on Friday a “boldfaced lie.”   If the tree has no predicate, the marks show it.

    From the cue to the end of the marks. With at most one word in between, a pronoun before the cue is the object: what
    Olin called “a lie”.
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
    earlier = () if between[1:] else reversed(tree.words[: verb.index])
    pronoun = next((w for w in earlier if w.lower in load_words("object_pronouns")), None)
    if pronoun is not None and verb.index - pronoun.index < _LONGEST_OBJECT:
        content.append(pronoun.span)
    found = reported(site, document, content=content, cue_class=cue_class)
    if found and found.source is not None:
        yield found


def _predicate(tree: Tree, verb: Word) -> Word | None:
    for child in tree.children(verb, "xcomp", "ccomp", "obl", "advcl"):
        marks = {c.lower for c in tree.children(child, "case", "mark")}
        is_bare = child.relation in {"xcomp", "ccomp"} and not marks and child.upos in {"ADJ", "NOUN", "PROPN"}
        if child.index > verb.index and (is_bare or "as" in marks):
            return child
        if marks & load_table("predicate_prepositions").get(verb.lemma.lower(), frozenset()):
            return child
    thing = tree.child(verb, "obj")  # called the remark “childish”: some parses make it an apposition
    appositions = tree.children(thing, "appos") if thing is not None else ()
    return next((c for c in appositions if c.upos == "ADJ" or _is_quoted(tree, c)), None)


def _is_quoted(tree: Tree, word: Word) -> bool:
    """Whether an opening mark directly precedes the phrase: called the idea “a disgrace”."""
    return tree.words[min(tree.subtree(word))].text in {"“", '"', "‘", "``", "'"}


def _above(tree: Tree, verb: Word) -> Word | None:
    """The noun above: which … Olin described as, where the pronoun represents it; the plan, described by Olin as …"""
    if verb.deprel == "acl:relcl":
        return next((w for w in tree.words[: verb.index] if is_relative(w) and w.head == verb.index), None)
    return tree.head(verb) if verb.relation == "acl" and is_passive(tree, verb) else None
