"""Sources in adverbials: according to."""

from collections.abc import Iterator

from sayso_server.core import lexicon
from sayso_server.core.contents import spans
from sayso_server.core.cues import Candidate, Site
from sayso_server.core.document import Document
from sayso_server.core.rules.build import with_whole_quotations
from sayso_server.core.sources import mention
from sayso_server.core.statement import CueClass
from sayso_server.core.tree import Tree, Word

_NOT_A_SOURCE = frozenset(
    {"plan", "schedule", "law", "need", "size", "rule", "tradition", "custom", "type", "age", "rank"}
)


def according_to(site: Site, document: Document) -> Iterator[Candidate]:
    """The plan failed, according to Olin.   failed -obl-> Olin -case-> according -fixed-> to

    The content is the clause that the phrase modifies, without what is coordinated behind the phrase.
    """
    if site.entry.lemma != "according to":
        return
    tree = site.tree
    source = _source(tree, site.head)
    if source is None or source.lemma.lower() in _NOT_A_SOURCE:
        return
    clause = _clause_head(tree, source)
    if clause is None:
        return
    phrase = tree.subtree(source) | {w.index for w in site.words}
    end = site.words[-1].index

    def skip(word: Word) -> bool:
        return word.index in phrase or (
            word.relation in {"conj", "parataxis"} and word.head == clause.index and word.index > end
        )

    indices = tree.subtree(clause, skip) - phrase
    if min(indices, default=end) < site.head.index and clause.index < site.head.index:  # what was said stands before
        indices = {i for i in indices if i < site.head.index or _belongs(tree, i, clause)}
    content = spans(document, tree, indices - {c.index for c in tree.children(clause, "cc")})
    cue = site.cue(CueClass.SAY)
    content = with_whole_quotations(document, content, cue.spans)
    if content:
        yield Candidate(
            "according-to", content, cue, site, mention(tree, source, document.plain), source, sentence=tree.span
        )


def _source(tree: Tree, according: Word) -> Word | None:
    """The noun of the phrase: governor of "according" as its case, or dependent of it in older trees."""
    head = tree.head(according)
    if according.relation == "case" and head is not None:
        return head
    return tree.child(according, "obl", "nmod", "pobj")


def _clause_head(tree: Tree, source: Word) -> Word | None:
    """The head of what the phrase attributes: behind a comma all of the sentence so far, else the clause it stands in.

    …, killing two, according to Olin: the result clause goes with its main clause. Moss said crews came, according to
    Olin: what Moss said goes with Moss.
    """
    aside = _relative_clause_before(tree, source)
    if aside is not None:
        return aside
    head = tree.head(source)
    while head is not None and (above := tree.head(head)) is not None:
        is_phrase = head.relation in {"obl", "nmod", "appos", "flat", "compound"} or (
            head.relation == "obj" and head.upos != "VERB"
        )
        is_behind = head.index < source.index and is_set_off(tree, source)
        is_result = head.relation == "advcl" and head.xpos == "VBG"
        is_reported = head.relation == "ccomp" and lexicon.verb(above.lemma.lower()) is not None
        if not (is_phrase or (is_behind and above.index < source.index and (is_result or is_reported))):
            break
        head = above
    return head


def _relative_clause_before(tree: Tree, source: Word) -> Word | None:
    """lasted in "The talks, which lasted an hour, according to Olin, included …": the phrase goes with the aside."""
    first = min(tree.subtree(source))
    governor = tree.head(source)
    if governor is None or governor.index < first or not is_set_off(tree, source):
        return None
    last = next((i for i in range(first - 1, -1, -1) if tree.words[i].upos != "PUNCT"), None)
    if last is None:
        return None
    clauses = [w for w in (tree.words[last], *tree.ancestors(tree.words[last])) if w.deprel == "acl:relcl"]
    return clauses[0] if clauses and max(tree.subtree(clauses[0])) <= first else None


def is_set_off(tree: Tree, source: Word) -> bool:
    """Whether a comma stands before "according to"."""
    first = min(tree.subtree(source))
    return first > 0 and (tree.words[first - 1].text in {",", "—", "–", "”", '"'} or tree.words[first].text == ",")


def _belongs(tree: Tree, index: int, clause: Word) -> bool:
    """Behind the phrase, only what depends closely on the clause goes on with it."""
    word = tree.words[index]
    for ancestor in (word, *tree.ancestors(word)):
        if ancestor.head == clause.index:
            return ancestor.relation in {"obj", "ccomp", "xcomp", "obl"}
    return index == clause.index
