"""Sources in adverbials: according to Olin, per Olin, in the words of Olin."""

from collections.abc import Iterator

from sayso_server.core import lexicon
from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import is_punctuation, spans
from sayso_server.core.grammar.noun_phrase import mention
from sayso_server.core.grammar.quotation import with_whole_quotations
from sayso_server.core.grammar.sentence import is_set_off, sentence_before
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import CueClass, Span
from sayso_server.core.tree import Tree, Word

_LEAST = 3
"""Minimum number of words and marks after a phrase that form a clause."""

PHRASES = frozenset({"according to", "by", "per", "in the words of", "in words"})


def according_to(site: Site, document: Document) -> Iterator[Candidate]:
    """The plan failed, according to Olin.   failed -obl-> Olin -case-> according -fixed-> to

    The content is the clause that the phrase modifies, without clauses coordinated after the phrase.
    """
    if site.entry.lemma not in PHRASES:
        return
    tree = site.tree
    source = _source(tree, site.head)
    if source is None or source.lemma.lower() in load_words("standards"):
        return
    own = {w.index for w in site.words}
    phrase = own | {i for i in tree.subtree(source) if i >= min(own)}
    named = _name_of_kin(tree, source)
    phrase |= named | _tail(tree, max(phrase))
    indices = _after_semicolon(tree, phrase) or _example(tree, min(own), source) or _around(tree, own, source)
    if named:
        indices = set(range(max(named) + 2, len(tree.words)))
    is_firm = indices is not None or _relative_clause(tree, _top(site, source)) is not None
    if indices is None and _closes_the_sentence(tree, phrase, document):
        indices = sentence_before(tree, phrase)
    if site.entry.lemma in {"in the words of", "in words"}:
        indices = _in_words(tree, phrase, indices)
    if indices is None:
        indices = _modified_clause(site, source, phrase)
    if min(phrase) and _follows_directly(tree, max(phrase), indices):
        return  # per WHO | guidelines of 2015
    content = with_whole_quotations(document, spans(document, tree, indices), site.cue(CueClass.SAY).spans)
    if content:
        own_mention = mention(tree, source, document.plain)
        if named:
            own_mention = Span(own_mention.start, tree.words[max(named)].end)
        cue = site.cue(CueClass.SAY)
        yield Candidate(content, cue, site, own_mention, source, sentence=tree.span, is_firm=is_firm)


def _in_words(tree: Tree, phrase: set[int], indices: set[int] | None) -> set[int]:
    """What follows the colon in "it was over, in the words of Olin: “We are done.”"; else the sentence around it."""
    if any(w.text == ":" for w in tree.words[max(phrase) + 1 :][:1]):
        return set(range(max(phrase) + 2, len(tree.words)))
    return set(range(len(tree.words))) - phrase if indices is None else indices


def _name_of_kin(tree: Tree, source: Word) -> set[int]:
    """A name between commas, parsed as the subject: Amanda in "according to his wife, Amanda, Pell was ill"."""
    after = tree.words[source.index + 1 : source.index + 4]
    is_between = [w.text for w in after[::2]] == [",", ","] and after[1].upos == "PROPN"
    return {after[1].index} if is_between and source.lemma.lower() in load_words("kin") else set()


def _follows_directly(tree: Tree, last: int, indices: set[int]) -> bool:
    """Whether a content begins right after a phrase, without a comma."""
    edge = tree.words[last : last + 2]
    return min(indices, default=0) == last + 1 and not any(map(is_punctuation, edge))


def _after_semicolon(tree: Tree, phrase: set[int]) -> set[int] | None:
    """The clause after a phrase that opens it: she left; according to Olin, | she owed a million."""
    first, last = min(phrase), max(phrase)
    if not first or tree.words[first - 1].text != ";":
        return None
    end = next((w.index for w in tree.words[last + 1 :] if w.text == ";"), len(tree.words))
    return set(range(last + 1, end)) if end - last > _LEAST else None


def _example(tree: Tree, first: int, source: Word) -> set[int] | None:
    """An example that a phrase cuts off from its opening: it hurt nine, | including, | according to Olin, | a child."""
    before = [word.lower for word in tree.words[max(first - 2, 0) : first]]
    rest = tree.words[source.index + 1 :]
    if before != ["including", ","] or not rest or rest[0].text != ",":
        return None
    end = next((word.index for word in rest[1:] if word.text in {",", ";"}), len(tree.words))
    return {first - 2, *range(source.index + 2, end)}


def _around(tree: Tree, own: set[int], source: Word) -> set[int] | None:
    """The sentence around a phrase whose noun is parsed as the root: it is, | by one estimate, | 90 years old."""
    first = min(own)
    edges = [word.text for word in (*tree.words[max(first - 1, 0) : first], *tree.words[source.index + 1 :][:1])]
    if source.head >= 0 or edges != [",", ","]:
        return None
    return {*range(first), *range(source.index + 1, len(tree.words))}


def _modified_clause(site: Site, source: Word, phrase: set[int]) -> set[int]:
    """The words of the clause that the phrase modifies."""
    tree, end = site.tree, max(w.index for w in site.words)
    clause = _clause_head(tree, _top(site, source))
    if clause is None:
        return set()

    def skip(word: Word) -> bool:
        return word.index in phrase or (
            word.relation in {"conj", "parataxis"} and word.head == clause.index and word.index > end
        )

    indices = tree.subtree(clause, skip) - phrase
    if min(indices, default=end) < site.head.index and clause.index < site.head.index:  # the content precedes
        indices = {i for i in indices if i < site.head.index or _belongs(tree, i, clause)}
    return indices - {c.index for c in tree.children(clause, "cc")}


def _tail(tree: Tree, last: int) -> set[int]:
    """A prepositional phrase between the source and the end of the sentence: per figures | from the exchange."""
    rest = [w for w in tree.words[last + 1 :] if not is_punctuation(w)]
    is_phrase = rest[:1] and rest[0].upos == "ADP" and not any(w.upos in {"VERB", "AUX"} for w in rest)
    is_whole = bool(rest) and rest[-1].index - last == len(rest)
    return {w.index for w in rest} if is_phrase and is_whole else set()


def _closes_the_sentence(tree: Tree, phrase: set[int], document: Document) -> bool:
    """Whether the phrase ends its sentence after a comma: then it attributes everything before it."""
    first, last = min(phrase), max(phrase)
    before = tree.words[first - 1].text if first else ""
    follows_comma = "," in {before, tree.words[first].text} or before in {"”", '"', "—", "–"}
    return (
        follows_comma
        and all(is_punctuation(w) for w in tree.words[last + 1 :])
        and document.quotation_at(tree.words[first].start) is None
    )


def _source(tree: Tree, according: Word) -> Word | None:
    """The noun of the phrase: the governor of "according" as its case marker or, in older trees, its dependent."""
    head = tree.head(according)
    if according.relation == "case" and head is not None:
        named = tree.head(head) if head.deprel == "nmod:desc" else None  # Courier editor | Mara Olin
        return named or head
    return tree.child(according, "obl", "nmod", "pobj")


def _top(site: Site, source: Word) -> Word:
    """The word of the phrase that depends on the clause: the source, or "according" if that governs the source."""
    return site.head if source.head == site.head.index else source


def _clause_head(tree: Tree, source: Word) -> Word | None:
    """The head of the clause that the phrase attributes: after a comma, the sentence so far; else the clause around it.

    …, killing two, according to Olin: the result clause belongs to its main clause. Moss said crews came, according to
    Olin: the whole of "Moss said crews came" is attributed.
    """
    aside = _relative_clause_before(tree, source)
    if aside is not None:
        return aside
    head = tree.head(source)
    while head is not None and (above := tree.head(head)) is not None:
        is_phrase = head.relation in {"obl", "nmod", "appos", "flat", "compound"} or (
            head.relation == "obj" and head.upos != "VERB"
        )
        is_after = head.index < source.index and is_set_off(tree, source)
        is_result = head.relation == "advcl" and head.xpos == "VBG"
        is_reported = head.relation == "ccomp" and lexicon.verb(above.lemma.lower()) is not None
        if not (is_phrase or (is_after and above.index < source.index and (is_result or is_reported))):
            break
        head = above
    return head


def _relative_clause(tree: Tree, phrase: Word) -> Word | None:
    """The relative clause that a phrase attributes: its governor, if it is set off, or the clause just before it."""
    governor = tree.head(phrase)
    is_inside = governor is not None and governor.deprel == "acl:relcl" and governor.index < phrase.index
    return governor if is_inside and is_set_off(tree, phrase) else _relative_clause_before(tree, phrase)


def _relative_clause_before(tree: Tree, source: Word) -> Word | None:
    """The relative clause before a phrase: lasted in "The talks, which lasted an hour, according to Olin, …"."""
    first = min(tree.subtree(source))
    governor = tree.head(source)
    if governor is None or governor.index < first or not is_set_off(tree, source):
        return None
    last = next((i for i in range(first - 1, -1, -1) if tree.words[i].upos != "PUNCT"), None)
    if last is None:
        return None
    clauses = [w for w in (tree.words[last], *tree.ancestors(tree.words[last])) if w.deprel == "acl:relcl"]
    ends_here = clauses and all(i <= first or is_punctuation(tree.words[i]) for i in tree.subtree(clauses[0]))
    return clauses[0] if ends_here else None


def _belongs(tree: Tree, index: int, clause: Word) -> bool:
    """Whether a word after the phrase belongs to its clause: only close dependents do."""
    word = tree.words[index]
    for ancestor in (word, *tree.ancestors(word)):
        if ancestor.head == clause.index:
            return ancestor.relation in {"obj", "ccomp", "xcomp", "obl"}
    return index == clause.index
