"""The addressees of a cue: told reporters, said to her, was told."""

from sayso_server.core import lexicon
from sayso_server.core.grammar.noun_phrase import is_human, mention
from sayso_server.core.grammar.subject import is_relative, subject
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word


def addressees(tree: Tree, verb: Word, *, lemma: str, text: str) -> tuple[Span, ...]:
    """The person or audience that the cue addresses; `lemma` is the cue's in the lexicon. Empty if there is none."""
    found = _object(tree, verb, lemma) if lemma in load_words("addressing_verbs") else []
    if not found:
        found = [
            w
            for w in tree.children(verb, "obl")
            if is_human(w) and w.index > verb.index and [c.lower for c in tree.children(w, "case")] == ["to"]
        ]
    return tuple(mention(tree, w, text) for w in found[:1])


def _object(tree: Tree, verb: Word, lemma: str) -> list[Word]:
    """The person addressed: reporters in "told reporters", Pell in "Pell was told", "Asked by reporters, Pell …"."""
    speaker, _ = subject(tree, verb)  # “Sit down,” ordered the judge
    found = [w for w in tree.children(verb, "iobj", "obj") if w != speaker and _can_be_told(w, lemma)]
    passive = tree.child(verb, "nsubj:pass")
    if not found and passive is not None and not is_relative(passive) and not _is_told(passive):
        return [passive]
    if not found and verb.xpos in {"VBN", "VBD"} and verb.relation in {"advcl", "conj"}:
        lent, is_asked = subject(tree, verb)
        return [lent] if lent is not None and is_asked else []
    return found


def _is_told(word: Word) -> bool:
    """Whether a word is the message, not the hearer: tales were told, a question was asked."""
    lemma = word.lemma.lower()
    return lemma in load_words("told") or lexicon.noun(lemma) is not None


def _can_be_told(word: Word, lemma: str) -> bool:
    """Whether the object of an addressing verb is a person: told reporters; not: told lies, told how she left."""
    if word.lower in load_words("questions"):
        return False
    is_no_thing = lemma == "tell" and word.lemma.lower() not in load_words("told")
    return is_human(word) or word.relation == "iobj" or is_no_thing
