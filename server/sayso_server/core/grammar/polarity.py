"""Whether the act of saying is asserted, denied or uncertain."""

from collections.abc import Iterator

from sayso_server.core import lexicon
from sayso_server.core.grammar.subject import subjects_of
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.statement import CueClass, Polarity
from sayso_server.core.tree import Tree, Word

_LONGEST_CHAIN = 5
"""Maximum number of verbs in a chain: refused to agree to say."""
_ALTERNATIVES = frozenset({"or", "nor"})
_OPEN = frozenset({Frame.COMMITMENT, Frame.INFINITIVE})
"""Frames of governors that leave open whether the act in the infinitive happened: wants to say, was urged to say."""


def polarity(tree: Tree, verb: Word) -> Polarity:
    """NEGATED: did not say, refused to say. HEDGED: is expected to say, may have said. Else AFFIRMED."""
    entry = lexicon.verb(verb.lemma.lower())
    if (entry.lemma if entry else verb.lemma.lower()) in load_words("denials"):
        return Polarity.NEGATED
    chain = list(_chain(tree, verb))
    for position, word in enumerate(chain):
        withholds = bool(position) and word.lemma.lower() in load_words("denials", "withholding")
        if _is_negated(tree, word) != withholds:  # never failed to say
            return Polarity.NEGATED
        if (position and _leaves_open(word)) or _is_hedged(tree, word):
            return Polarity.HEDGED
    return Polarity.HEDGED if _is_conditional(tree, chain[-1]) else Polarity.AFFIRMED


def _chain(tree: Tree, verb: Word) -> Iterator[Word]:
    """A verb and its governors: plans to tell; stopped short of saying; did not confirm or say."""
    for _ in range(_LONGEST_CHAIN):
        yield verb
        head, mark = tree.head(verb), tree.child(verb, "mark")
        is_gerund = verb.relation == "advcl" and mark is not None and mark.lower in {"of", "from"}
        is_alternative = verb.relation == "conj" and any(c.lower in _ALTERNATIVES for c in tree.children(verb, "cc"))
        is_own = tree.child(verb, "nsubj") is not None
        if head is None or not (verb.relation == "xcomp" or is_gerund or (is_alternative and not is_own)):
            return
        verb = head


def _is_negated(tree: Tree, word: Word) -> bool:
    """Whether the verb or its subject is negated: nor did, hardly anyone said, no longer says, has yet to say."""
    subjects = subjects_of(tree, word)
    own = tree.children(word, "advmod", "aux", "cc", "cc:preconj")
    parts = own + [d for s in subjects for d in [s, *tree.children(s, "det", "advmod", "cc:preconj")]]
    return any(_negates(tree, p) or _is_no_longer(tree, p) or _is_yet_to(tree, p) for p in parts)


def _negates(tree: Tree, word: Word) -> bool:
    """Whether a word negates: nobody, never; not in "not only", and not as a number sign."""
    return word.lower in load_words("negators") and not _is_additive(tree, word) and not _is_number_sign(tree, word)


def _is_additive(tree: Tree, negator: Word) -> bool:
    """Whether a negator only adds: did not only say that it failed."""
    return any(w.lower in load_words("additive_adverbs") for w in tree.words[negator.index + 1 : negator.index + 2])


def _is_number_sign(tree: Tree, word: Word) -> bool:
    """Whether "no" is a number sign: No 10 said that it failed."""
    following = tree.words[word.index + 1 : word.index + 2]
    return word.lower == "no" and any(w.text.isdigit() and w.relation != "nummod" for w in following)


def _is_no_longer(tree: Tree, word: Word) -> bool:
    return word.lower in {"longer", "more"} and word.index > 0 and tree.words[word.index - 1].lower == "no"


def _is_yet_to(tree: Tree, word: Word) -> bool:
    return word.lower == "yet" and any(w.lower == "to" for w in tree.words[word.index + 1 : word.index + 2])


def _leaves_open(governor: Word) -> bool:
    """Whether the act in the governor's infinitive may not have happened: seems to say, is going to, wants to."""
    lemma = governor.lemma.lower()
    if {lemma, governor.lower} & load_words("hedging_verbs"):
        return True
    if (adjective := lexicon.adjective(lemma)) and adjective.frames[Frame.ADJECTIVE] is CueClass.WANT:
        return True
    entry = lexicon.verb(lemma)
    return entry is not None and bool(entry.frames.keys() & _OPEN) and lemma not in load_words("carried_out")


def _is_hedged(tree: Tree, word: Word) -> bool:
    """Whether a verb has an adverb of hearsay or a modal; not "I must say", which performs the act."""
    adverbs = tree.children(word, "advmod", "aux") + tree.children(word, "nsubj")
    if any(a.lower in load_words("hedges", "hedging_modals") for a in adverbs):
        return True
    if any(m.lower in load_words("hedging_verbs") for m in tree.children(word, "mark")):  # due to say
        return True
    is_performed = any(s.lower in load_words("talkers") for s in tree.children(word, "nsubj"))
    is_witnessed = word.lemma.lower() in load_words("perception")  # could be heard saying
    is_modal = any(a.lower in load_words("unfulfilled_modals") for a in tree.children(word, "aux"))
    return is_modal and not is_performed and not is_witnessed


def _is_conditional(tree: Tree, word: Word) -> bool:
    """Whether the act is a condition or a question: If Olin says that it failed, …; Did Olin say that it failed?"""
    if any(m.lower in load_words("conditions") for m in tree.children(word, "mark")):
        return True
    subject, helper = tree.child(word, "nsubj"), tree.child(word, "aux")
    if subject is None or helper is None or helper.index > subject.index:
        return False
    is_open = helper.index == 0 or not tree.words[helper.index - 1].xpos.startswith("W")
    return is_open and any(w.text == "?" for w in tree.words[-2:])
