"""Epithets of a named person: the Italian, the defendant, the pensioner."""

from collections.abc import Iterator, Sequence

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.fit import gender_agrees, surroundings
from sayso_server.core.speakers.descriptions.phrase import Phrase
from sayso_server.core.speakers.entities import Proposal, Rival
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.spelling import countries, is_demonym
from sayso_server.core.tree import Tree, Word

_BEFORE = 3000
"""Characters before an epithet in which somebody is charged."""
_MOST_SENTENCES = 3
"""Sentences before an epithet in which the person is named."""


def epithet(phrase: Phrase) -> Proposal | None:
    """The person for whom the text has another word, where nobody else can be meant."""
    if not phrase.is_definite or phrase.is_plural or phrase.names or _is_qualified(phrase) or phrase.is_introduced:
        return None
    if phrase.lower in load_words("court_epithets"):
        found = list(dict.fromkeys(_charged(phrase)))
        return _proposal(phrase, found) if len(found) == 1 else None
    if _is_of_one_person(phrase.lower):
        return _proposal(phrase, _of_country(phrase, _named_last(phrase)))
    if phrase.lower in load_words("personal_epithets"):
        found = [c for c in _named_last(phrase) if gender_agrees(phrase.lemma, c)]
        return _proposal(phrase, found) if len(found) == 1 else None
    return None


def _is_qualified(phrase: Phrase) -> bool:
    """The pensioner from Harwick, the driver's daughter: a description of its own."""
    return bool(phrase.tree.children(phrase.head, "nmod", "acl", "acl:relcl", "nmod:poss", "appos", "conj"))


def _is_of_one_person(word: str) -> bool:
    """Italian, which has a plural; not Dutch, which is one."""
    return is_demonym(word) and not word.endswith("s") and f"{word}s" in countries()


def _proposal(phrase: Phrase, found: Sequence[NameCluster]) -> Proposal | None:
    """The first of those who may be meant; the others are rivals."""
    named = phrase.entities.named
    if not found:
        return None
    return Proposal(named[found[0]], rules.EPITHET, tuple(Rival(named[c], 1.0) for c in found[1:]), share=1 / len(found))


def _named_last(phrase: Phrase) -> list[NameCluster]:
    """The people of the last sentence that names any, the subject first; empty where it is too far away."""
    names = phrase.entities.names
    for tree in phrase.sentences_before(_BEFORE)[:_MOST_SENTENCES]:
        found = [one for one in names.from_to(tree.span.start, tree.span.end) if one.cluster.is_person]
        if found:
            subjects = [c for word, c in _subjects(phrase, tree) if tree.words[word.head].deprel == "root"]
            return list(dict.fromkeys([*subjects, *(one.cluster for one in found)]))
    return []


def _of_country(phrase: Phrase, people: Sequence[NameCluster]) -> list[NameCluster]:
    """The people who may be of the country: those who are said to be, else all of whom no other country is said."""
    wanted = countries()[phrase.lower]
    told = {c: {countries()[w] for w in surroundings(phrase, c) if w in countries()} for c in people}
    return [c for c in people if wanted in told[c]] or [c for c in people if not told[c]]


def _subjects(phrase: Phrase, tree: Tree) -> Iterator[tuple[Word, NameCluster]]:
    """The named people who are subjects in a sentence."""
    for word in tree.words:
        found = phrase.entities.names.at(word) if word.relation == "nsubj" and word.head >= 0 else None
        if found is not None and found.cluster.is_person:
            yield word, found.cluster


def _charged(phrase: Phrase) -> Iterator[NameCluster]:
    """Named people who deny or admit something, or who are charged, arrested, tried: the defendant."""
    for tree in phrase.sentences_before(_BEFORE):
        for word, found in _subjects(phrase, tree):
            verb = tree.words[word.head]
            is_passive = word.deprel == "nsubj:pass"
            if verb.lemma in load_words("charged_with" if is_passive else "pleading") or _is_on_trial(tree, verb):
                yield found


def _is_on_trial(tree: Tree, verb: Word) -> bool:
    """Stood trial, is on trial, faces a charge, appeared in court."""
    own = (verb, *tree.children(verb, "obj", "obl"))
    is_there = verb.lemma in load_words("standing_trial") or tree.child(verb, "cop") is not None
    return is_there and any(w.lemma in load_words("trials") for w in own)
