"""Epithets of a named person: the Italian, the defendant, the pensioner."""

from collections.abc import Iterator, Sequence

from sayso_server.core.lexicon import is_form_of, load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.fit import gender_agrees, surroundings
from sayso_server.core.speakers.descriptions.phrase import Phrase
from sayso_server.core.speakers.descriptions.topic import is_another, is_of_main_clause, reports, subjects
from sayso_server.core.speakers.entities import Proposal, Rival
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.spelling import countries, is_demonym, is_human_noun, normal
from sayso_server.core.tree import Tree, Word

_BEFORE = 3000
"""Characters before an epithet that are searched for the person."""
_MOST_SENTENCES = 3
"""Number of sentences before an epithet in which the person may be named."""


def epithet(phrase: Phrase) -> Proposal | None:
    """The person for whom the text has another word, if no one else can be meant."""
    if not phrase.is_definite or phrase.is_plural or _is_qualified(phrase) or any(c.is_person for c in phrase.names):
        return None
    called = _called(phrase)
    if called is not None:
        return _proposal(phrase, [called])
    if phrase.is_introduced:
        return None
    if phrase.lower in load_words("court_epithets"):
        found = list(dict.fromkeys(_charged(phrase)))
        return _proposal(phrase, found) if len(found) == 1 else None
    if _is_of_one_person(phrase.lower) and not phrase.names and not _is_met_with_others(phrase):
        return _proposal(phrase, _of_country(phrase, _named_last(phrase)))
    if _is_personal(phrase):
        found = [c for c in _named_last(phrase, is_alone=True) if gender_agrees(phrase.lemma, c)]
        return _proposal(phrase, found) if len(found) == 1 else None
    if phrase.lower == "witness":
        found = list(dict.fromkeys(_testified(phrase)))[:1]
        return _proposal(phrase, found)
    return None


def _is_qualified(phrase: Phrase) -> bool:
    """Whether an epithet is qualified, and so a new description: the pensioner from Harwick, the driver's daughter."""
    own = phrase.qualifiers("nmod", "acl", "acl:relcl", "nmod:poss", "appos", "conj")
    return any(w.upos != "NUM" for w in own)


def _is_met_with_others(phrase: Phrase) -> bool:
    """Whether a sentence has both the noun and a named person, who is someone else: Ann Orr met the Italian."""
    for tree in phrase.sentences_before(_BEFORE):
        if any(w.lower == phrase.lower and w.upos in {"NOUN", "PROPN"} for w in tree.words):
            named = phrase.entities.names.from_to(tree.span.start, tree.span.end)
            if any(one.cluster.is_person for one in named):
                return True
    return False


def _is_personal(phrase: Phrase) -> bool:
    """Whether a noun is an epithet for a person: the ex-swimmer, the mother-of-three."""
    return phrase.lower.removeprefix("ex-").partition("-of-")[0] in load_words("personal_epithets")


def _called(phrase: Phrase) -> NameCluster | None:
    """The one person whom the text has called by this noun: Owen Pell, a miner. No one, if it has another miner."""
    found: set[NameCluster] = set()
    for tree in phrase.sentences_before(_BEFORE):
        for word in tree.words:
            if word.upos != "NOUN" or normal(word.lemma) != phrase.lemma or is_another(phrase, tree, word):
                continue
            named = _named_by(phrase, tree, word)
            if named is not None:
                found.add(named)
            elif tree.child(word, "det") is not None or word.xpos == "NNS":
                return None
    return next(iter(found)) if len(found) == 1 else None


def _named_by(phrase: Phrase, tree: Tree, word: Word) -> NameCluster | None:
    """The person in apposition to a noun, or whose predicate the noun is."""
    around = [*tree.children(word, "appos"), *([tree.head(word)] if word.relation == "appos" else [])]
    if tree.child(word, "cop") is not None:
        around += tree.children(word, "nsubj")
    named = (phrase.entities.names.at(other) for other in around if other is not None)
    return next((one.cluster for one in named if one is not None and one.cluster.is_person), None)


def _is_of_one_person(word: str) -> bool:
    """Whether a demonym can denote one person: Italian, which has a plural; not Dutch, which is one."""
    return is_demonym(word) and (word.endswith("an") or f"{word}s" in countries())


def _proposal(phrase: Phrase, found: Sequence[NameCluster]) -> Proposal | None:
    """A proposal of the first of those who may be meant; the others are rivals."""
    named = phrase.entities.named
    if not found:
        return None
    return Proposal(
        named[found[0]], rules.EPITHET, tuple(Rival(named[c], 1.0) for c in found[1:]), share=1 / len(found)
    )


def _named_last(phrase: Phrase, *, is_alone: bool = False) -> list[NameCluster]:
    """The people in the last sentence that names any, the subject first; empty if it is too far away.

    `is_alone`: also empty if the sentence has someone else: Ann Orr hurt a man.
    """
    names = phrase.entities.names
    for tree in phrase.sentences_before(_BEFORE)[:_MOST_SENTENCES]:
        found = [one for one in names.from_to(tree.span.start, tree.span.end) if one.cluster.is_person]
        if found and is_alone and any(_is_introduced(tree, word) for word in tree.words):
            return []
        if found:
            main = [s for s in subjects(phrase, tree) if is_of_main_clause(tree, s.verb)]
            told = [s.person for s in reversed(main) if reports(s.verb)]
            return list(dict.fromkeys([*told, *(s.person for s in main), *(one.cluster for one in found)]))
    return []


def _is_introduced(tree: Tree, word: Word) -> bool:
    """Whether a word introduces a person without a name, other than those named in the sentence: a man."""
    determiner = tree.child(word, "det")
    is_new = determiner is not None and determiner.lower in load_words("indefinite_determiners")
    is_other = word.relation != "appos" and tree.child(word, "cop") is None
    return is_new and is_other and is_human_noun(normal(word.lemma))


def _of_country(phrase: Phrase, people: Sequence[NameCluster]) -> list[NameCluster]:
    """The people who may be of the country: those said to be, else those for whom no country is given."""
    wanted = countries()[phrase.lower]
    told = {c: {countries()[w] for w in surroundings(phrase, c) if w in countries()} for c in people}
    return [c for c in people if wanted in told[c]] or [c for c in people if not told[c]]


def _charged(phrase: Phrase) -> Iterator[NameCluster]:
    """Named people who deny or admit something, or who are charged, arrested, tried: the defendant."""
    for tree in phrase.sentences_before(_BEFORE):
        for word, verb, found in subjects(phrase, tree):
            verbs = load_words("charged_with" if word.deprel == "nsubj:pass" else "pleading")
            if is_form_of(verb.lemma, verbs) or _is_on_trial(tree, verb):
                yield found
        for word in tree.words:
            head = tree.head(word) if word.relation == "nmod" else None
            named = phrase.entities.names.at(word)
            if head is not None and head.lemma in load_words("proceedings_of") and named and named.cluster.is_person:
                yield named.cluster


def _testified(phrase: Phrase) -> Iterator[NameCluster]:
    """Named people who testify or give evidence, the last first: the witness."""
    for tree in phrase.sentences_before(_BEFORE):
        verbs = [w for w in tree.words if w.lemma == "testify" or _gives_evidence(tree, w)]
        heads = {i for verb in verbs for i in (verb.index, verb.head)}
        yield from (s.person for s in subjects(phrase, tree) if s.verb.index in heads)


def _gives_evidence(tree: Tree, verb: Word) -> bool:
    return verb.lemma == "give" and any(w.lemma in load_words("testimony") for w in tree.children(verb, "obj"))


def _is_on_trial(tree: Tree, verb: Word) -> bool:
    """Whether a verb puts its subject on trial: stood trial, is on trial, faces a charge, appeared in court."""
    own = (verb, *tree.children(verb, "obj", "obl"))
    is_there = verb.lemma in load_words("standing_trial") or tree.child(verb, "cop") is not None
    return is_there and any(w.lemma in load_words("trials") for w in own)
