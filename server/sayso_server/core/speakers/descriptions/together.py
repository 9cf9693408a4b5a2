"""Phrases for several named people together: the couple, both, the three."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from sayso_server.core.lexicon import load_table, load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.fit import gender_agrees
from sayso_server.core.speakers.descriptions.groups import as_group, together
from sayso_server.core.speakers.descriptions.phrase import Phrase
from sayso_server.core.speakers.entities import Proposal
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.tree import Tree, Word

_BEFORE = 1500
"""Characters before a phrase in which to look for the names of the people."""
_MOST_SENTENCES = 4
"""Number of sentences, including that of the phrase, in which to look for them."""


@cache
def _counts() -> Mapping[str, int]:
    """The number of people that each word means: couple, trio."""
    return {word: int(count) for count, words in load_table("counted_groups").items() for word in words}


def named_together(phrase: Phrase) -> Proposal | None:
    """The last named people of the number in a phrase, together: Mara Olin and Owen Pell were freed. The pair said …"""
    count = _count(phrase)
    if count is None:
        return None
    since: set[NameCluster] = set()
    for tree in [phrase.tree, *phrase.sentences_before(_BEFORE)][:_MOST_SENTENCES]:
        people = _people(phrase, tree)
        for head, own in _coordinations(phrase, tree):
            if len(own) == count and _agree(phrase, own) and since <= {c for c in own if c is not None}:
                found = together(
                    Phrase(phrase.entities, tree, phrase.span, head, phrase.pronouns, phrase.links).of(head)
                )
                return replace(found, rule=rules.NAMED_TOGETHER) if found is not None else None
        since |= set(people)
        if len(people) == count and since <= set(people) and _agree(phrase, people):
            return as_group(phrase.entities, people, rules.NAMED_TOGETHER)
        if len(since) > count:
            return None
    return None


def _count(phrase: Phrase) -> int | None:
    """The number of people meant: the couple, both, all three, the two of them; None for a couple from Harwick."""
    count = _counts().get(phrase.lower)
    if phrase.lemma in load_words("female", "male"):  # the two women
        numbers = (w.lower for w in phrase.tree.children(phrase.head, "nummod", "det"))
        count = next((_counts()[n] for n in numbers if n in _counts()), None)
    own = phrase.tree.children(phrase.head, "nmod", "acl", "acl:relcl", "compound", "nmod:poss", "appos", "conj")
    is_all = phrase.text.lower().startswith(("all ", "both"))
    if count is None or phrase.names or own or not (phrase.is_definite or is_all):
        return None
    return None if phrase.is_introduced else count


def _agree(phrase: Phrase, people: Sequence[NameCluster | None]) -> bool:
    """Whether the genders agree: the two women."""
    return all(c is None or gender_agrees(phrase.lemma, c) for c in people)


def _people(phrase: Phrase, tree: Tree) -> list[NameCluster]:
    """The people named in a sentence before the phrase, each once."""
    found = phrase.entities.names.from_to(tree.span.start, min(tree.span.end, phrase.span.start))
    return list(dict.fromkeys(one.cluster for one in found if one.cluster.is_person))


def _coordinations(phrase: Phrase, tree: Tree) -> Iterator[tuple[Word, Sequence[NameCluster | None]]]:
    """The heads of coordinations with a person's name in a sentence, with the people; None is one without a name."""
    names = phrase.entities.names
    for word in tree.words:
        others = tree.children(word, "conj")
        found = [names.at(w) for w in (word, *others)]
        first = found[0]
        if others and word.start < phrase.span.start and first is not None and first.cluster.is_person:
            yield word, [one.cluster if one is not None else None for one in found]
