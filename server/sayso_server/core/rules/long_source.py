"""Long sources before a cue that closes its sentence: …, a doctor at the clinic where she died said."""

from collections.abc import Iterator
from dataclasses import replace

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import is_punctuation, spans, strip
from sayso_server.core.grammar.noun_phrase import is_human
from sayso_server.core.grammar.quotation import with_whole_quotations
from sayso_server.core.grammar.report import reported
from sayso_server.core.grammar.sentence import sentence_before
from sayso_server.core.grammar.subject import subject
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

_FINITE = frozenset({"VBD", "VBZ", "VBP"})


def long_source(site: Site, document: Document) -> Iterator[Candidate]:
    """Rents rose, a report by the charity Larch found.   rose -parataxis-> report -acl:relcl-> found

    A finite cue ends the sentence, and one noun phrase fills the words between a comma and the cue. Parsers attach the
    cue inside a long phrase; the tree then shows no subject, or the noun just before the cue.
    """
    cue_class = site.class_of(Frame.CLAUSE)
    tree, verb = site.tree, site.head
    is_last = all(is_punctuation(w) for w in tree.words[site.last.index + 1 :])
    if cue_class is None or not is_last or verb.xpos not in _FINITE or document.quotation_at(verb.start) is not None:
        return
    source = _long_subject(tree, verb)
    if source is None:
        return
    first = min(tree.subtree(source))
    content = spans(document, tree, sentence_before(tree, {first}))
    content = with_whole_quotations(document, content, [w.span for w in site.words])
    found = reported(site, document, content=content, cue_class=cue_class, source=source)
    phrase = strip(document.plain, Span(tree.words[first].start, _end(tree, source, verb)))
    if found and phrase is not None:
        yield replace(found, source=phrase, relative=None)


def _long_subject(tree: Tree, verb: Word) -> Word | None:
    """The head of the noun phrase between a comma and the verb, if the verb is attached inside it or has no subject."""
    found: Word | None = None
    for comma in [w for w in reversed(tree.words[: verb.index]) if w.text == ","]:
        inside = {w.index for w in tree.words[comma.index + 1 : verb.index]}
        above = {*inside, verb.index}
        heads = [w for w in map(tree.words.__getitem__, inside) if w.head not in above and not is_punctuation(w)]
        if len(heads) != 1 or not _is_aside(tree, heads[0], verb):
            continue
        branch = tree.subtree(heads[0])
        if min(branch - {comma.index}) == comma.index + 1 and inside <= branch:
            found = heads[0]
    return found


def _is_aside(tree: Tree, noun: Word, verb: Word) -> bool:
    """Whether a source is parsed as an aside or an apposition in the clause before it."""
    governor = tree.head(noun)
    if not _speaks(noun) or governor is None:
        return False
    is_of_clause = noun.relation == "parataxis" or (noun.relation == "appos" and governor.upos == "VERB")
    return is_of_clause or (noun.relation == "appos" and subject(tree, verb)[0] is None)


def _speaks(word: Word) -> bool:
    nouns = load_words("people", "documents", "writings")
    return word.upos in {"NOUN", "PROPN"} and (is_human(word) or word.lemma.lower() in nouns)


def _end(tree: Tree, source: Word, verb: Word) -> int:
    """The end of the phrase: before its relative clause, or else before the verb."""
    after = tree.words[source.index + 1 : verb.index]
    opening = next((w for w in after if w.lower in load_words("relative_pronouns", "relative_openings")), verb)
    return tree.words[opening.index - 1].end
