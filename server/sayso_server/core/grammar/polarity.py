"""Whether the act of saying is asserted, denied or uncertain."""

from sayso_server.core import lexicon
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Polarity
from sayso_server.core.tree import Tree, Word

_LONGEST_CHAIN = 5
"""Verbs in a row: refused to agree to say."""


def polarity(tree: Tree, verb: Word) -> Polarity:
    """NEGATED: did not say, refused to say. HEDGED: is expected to say, may have said. Else AFFIRMED."""
    entry = lexicon.verb(verb.lemma.lower())
    if (entry.lemma if entry else verb.lemma.lower()) in load_words("denials"):
        return Polarity.NEGATED
    chain = [verb]
    while chain[-1].relation == "xcomp" and (head := tree.head(chain[-1])) is not None and len(chain) < _LONGEST_CHAIN:
        chain.append(head)
    for position, word in enumerate(chain):
        lemma = word.lemma.lower()
        subjects = tree.children(word, "nsubj")
        parts = tree.children(word, "advmod", "aux") + [d for s in subjects for d in [s, *tree.children(s, "det")]]
        if any(p.lower in load_words("negators") for p in parts) or (position and lemma in load_words("denials")):
            return Polarity.NEGATED
        if position and lemma in load_words("hedging_verbs"):
            return Polarity.HEDGED
        if any(p.lower in load_words("hedges", "hedging_modals") for p in parts):
            return Polarity.HEDGED
    return Polarity.AFFIRMED
