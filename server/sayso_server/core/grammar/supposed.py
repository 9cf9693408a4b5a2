"""Acts of saying that are only supposed: nobody performs them."""

from itertools import pairwise

from sayso_server.core.cues import Site
from sayso_server.core.grammar.noun_phrase import is_human
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import CueClass
from sayso_server.core.tree import Tree, Word


def is_supposed(site: Site, source: Word | None, cue_class: CueClass) -> bool:
    """Whether the act is only a possibility, so that the clause is not anybody's statement.

    Olin might find that people believe her. You could say it failed. Let's say it failed. It is fair to say it failed.
    """
    tree, verb = site.tree, site.head
    if verb.xpos != "VB":
        return False
    if _is_invited(tree, verb):
        return True
    if source is None or source.lower in load_words("anybody"):
        return (source is not None and _is_possible(tree, verb)) or _is_judged(tree, verb)
    return cue_class is CueClass.SHOW and is_human(source) and _is_possible(tree, verb)


def is_shown(site: Site, source: Word | None) -> bool:
    """Whether somebody shows a thing, not what is so: Olin had shown “utter contempt” for the board."""
    tree, verb = site.tree, site.head
    is_by_somebody = site.entry.lemma == "show" and source is not None and is_human(source)
    return is_by_somebody and bool(tree.children(verb, "obj")) and not tree.children(verb, "ccomp", "xcomp")


def _is_possible(tree: Tree, verb: Word) -> bool:
    """Whether a modal verb governs: might find; not: must have found."""
    helpers = tree.children(verb, "aux")
    return any(word.xpos == "MD" for word in helpers) and not any(word.lower == "have" for word in helpers)


def _is_invited(tree: Tree, verb: Word) -> bool:
    """Whether an idiom invites to suppose that it was said: Let's say it failed. Suffice it to say it failed."""
    before = [word.lower for word in tree.words[max(verb.index - 4, 0) : verb.index]]
    return before[-3:] == ["suffice", "it", "to"] or any(
        opening == "let" and after in load_words("inviting_pronouns") for opening, after in pairwise(before)
    )


def _is_judged(tree: Tree, verb: Word) -> bool:
    """Whether an infinitive is only judged, without a person to whom it applies: It is fair to say that it failed.

    A person may be named: It was brave of Olin to say it failed.
    """
    judgement = tree.head(verb)
    if judgement is None or judgement.upos not in {"ADJ", "NOUN"} or judgement.index > verb.index:
        return False
    is_empty = any(word.lower == "it" for word in tree.children(judgement, "expl", "nsubj"))
    named = [w for w in tree.children(judgement, "obl", "nmod") if w.index < verb.index and is_human(w)]
    mark = tree.child(verb, "mark")
    return is_empty and not named and mark is not None and mark.lower == "to" and tree.child(verb, "nsubj") is None
