"""Noun phrases as mentions: which words belong to one, and whether it is human."""

from sayso_server.core.grammar.contents import EDGES, is_punctuation, strip
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

_NOT_IN_MENTION = frozenset(
    {"acl:relcl", "parataxis", "advcl", "cop", "nsubj", "aux", "mark", "ccomp", "discourse", "advcl:relcl"}
)


def mention(tree: Tree, word: Word, text: str) -> Span:
    """The noun phrase of `word`: with title, age and apposition, without relative clauses and prepositions."""

    def skip(child: Word) -> bool:
        relation = child.deprel if child.deprel in _NOT_IN_MENTION else child.relation
        if relation == "acl":  # a report, published last week; but: officials briefed on the speech
            first = min(tree.subtree(child))
            return "," in {tree.words[first].text, tree.words[max(0, first - 1)].text}
        if child.lower == "not" and child.index > word.index:  # urged people not to wait
            return True
        return relation in _NOT_IN_MENTION

    indices = tree.subtree(word, skip)
    for case in tree.children(word, "case"):
        indices -= tree.subtree(case)
    start = end = word.index
    while start - 1 in indices or (start - 2 in indices and is_punctuation(tree.words[start - 1])):
        start -= 1
    while end + 1 in indices or (end + 2 in indices and is_punctuation(tree.words[end + 1])):
        end += 1
    stripped = strip(text, Span(tree.words[start].start, tree.words[end].end), EDGES.replace("”", "").replace('"', ""))
    span = stripped or word.span
    aside = next((i for i in range(max(word.end, span.start + 1), span.end) if text[i] in "—–("), None)
    return (strip(text, Span(span.start, aside)) or span) if aside is not None else span


def is_human(word: Word) -> bool:
    """Whether a word denotes someone who can be spoken to: a pronoun, a name, a group, a job title, an organization."""
    lemma = word.lemma.lower()
    return (
        word.upos == "PROPN"
        or (word.upos == "PRON" and word.lower in load_words("personal_pronouns"))
        or word.lower in load_words("groups")
        or lemma in load_words("roles")
        or lemma in load_words("organizations")
    )
