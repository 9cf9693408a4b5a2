"""The person a text has just been about: the named subject of the sentences before a phrase."""

from collections.abc import Iterator
from typing import NamedTuple

from sayso_server.core import lexicon
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.descriptions.phrase import Phrase
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.spelling import is_human_noun, normal
from sayso_server.core.tree import Tree, Word

_BEFORE = 1500
"""Maximum number of characters between the person's name and the phrase."""
_MOST_SENTENCES = 3
"""Number of earlier sentences searched."""


class Subject(NamedTuple):
    """A named person as subject: its head word, its verb, the person."""

    word: Word
    verb: Word
    person: NameCluster


def subjects(phrase: Phrase, tree: Tree) -> Iterator[Subject]:
    """The named people who are subjects in a sentence; the parts of a coordination are separate subjects."""
    for word in tree.words:
        verb = tree.head(word) if word.relation == "nsubj" else None
        for part in (word, *tree.children(word, "conj")) if verb is not None else ():
            found = phrase.entities.names.at(part)
            if verb is not None and found is not None and found.cluster.is_person:
                yield Subject(word, verb, found.cluster)


def is_of_main_clause(tree: Tree, verb: Word) -> bool:
    """Whether a verb is the root of its sentence or coordinated with it: Orr scored, and Pell said it was late."""
    head = tree.head(verb)
    return verb.deprel == "root" or (verb.relation in {"conj", "parataxis"} and head is not None and head.head < 0)


def reports(verb: Word) -> bool:
    """Whether a verb is a reporting verb."""
    return lexicon.verb(verb.lemma.lower()) is not None


def topic(phrase: Phrase) -> NameCluster | None:
    """The named person who is the last subject before a phrase; subjects of reporting verbs come first.

    None if that subject has no name, or if several people are named and none of them is a subject.
    """
    before = phrase.sentences_before(_BEFORE)[:_MOST_SENTENCES]
    for tree in (phrase.tree, *before):
        found = list(_outside(phrase, tree))
        main = [s for s in found if is_of_main_clause(tree, s.verb)]
        told = [s for s in main if reports(s.verb)]
        if main:
            return (told[-1] if told else main[0]).person
        if any(_is_unnamed(phrase, tree, word) for word in tree.words):
            return None
        if len({s.person for s in found}) == 1:
            return found[0].person
        named = phrase.entities.names.from_to(tree.span.start, min(tree.span.end, phrase.span.start))
        quoted = phrase.entities.document.quotation_at
        people = {one.cluster for one in named if one.cluster.is_person and quoted(one.start) is None}
        if people:
            return people.pop() if len(people) == 1 else None
    return None


def speaker_before(phrase: Phrase) -> NameCluster | None:
    """The named person who is the topic, if they have spoken in the same paragraph before the phrase."""
    document, found = phrase.entities.document, topic(phrase)
    paragraph = document.paragraph_at(phrase.span.start)
    near = (t for t in phrase.sentences_before(_BEFORE) if document.paragraph_at(t.span.start) == paragraph)
    has_spoken = any(s.person is found and reports(s.verb) for tree in near for s in _outside(phrase, tree))
    return found if has_spoken else None


def is_another(phrase: Phrase, tree: Tree, word: Word) -> bool:
    """Whether noun and phrase are both specified, and differently: general secretary, the shadow health secretary."""
    own = {normal(w.lemma) for w in phrase.modifiers} - load_words("once")
    other = {normal(w.lemma) for w in tree.children(word, "amod", "compound")} - load_words("once")
    return bool(own and other) and not own & other


def _outside(phrase: Phrase, tree: Tree) -> Iterator[Subject]:
    """The people who are subjects before a phrase and outside quotations, by name, pronoun or description."""
    quoted = phrase.entities.document.quotation_at
    named = {s.word.index: s for s in subjects(phrase, tree)}
    for word in tree.words:
        verb = tree.head(word) if word.relation == "nsubj" else None
        if verb is None or word.start >= phrase.span.start or quoted(word.start) is not None:
            continue
        link = phrase.links.get(word.start)
        entity = phrase.pronouns.get(word.start) or (link.entity if link is not None else None)
        if word.index in named:
            yield named[word.index]
        elif entity is not None and entity.cluster is not None and entity.cluster.is_person:
            yield Subject(word, verb, entity.cluster)


def _is_unnamed(phrase: Phrase, tree: Tree, word: Word) -> bool:
    """Whether a word is a human subject without a name before a phrase, outside quotations: a boy, the judge, they."""
    verb = tree.head(word) if word.relation == "nsubj" else None
    if verb is None or word.start >= phrase.span.start or not is_of_main_clause(tree, verb):
        return False
    pronouns = load_words("he_pronouns", "she_pronouns", "they_pronouns")
    is_human = word.lower in pronouns or (word.upos == "NOUN" and is_human_noun(normal(word.lemma)))
    return is_human and phrase.entities.document.quotation_at(word.start) is None
