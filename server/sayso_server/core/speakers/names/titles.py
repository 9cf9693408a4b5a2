"""Titles before names: where the title ends and the name begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.spelling import is_given_name, is_human_noun, normal
from sayso_server.core.tree import TaggedName, Tree, Word


@dataclass(frozen=True, slots=True)
class TitledName:
    """Mayor Owen Pell, in its sentence: `words[:cut]` is the title. `after` is the text after the name."""

    tree: Tree
    words: tuple[Word, ...]
    cut: int
    after: str
    label: str = ""
    """The label of the name tagger: PER, ORG, LOC; empty where there is none."""

    @property
    def own(self) -> tuple[Word, ...]:
        """The words of the name itself."""
        return self.words[self.cut :]


def tagged_words(tree: Tree) -> dict[int, TaggedName]:
    """The tagger's name of each word that is part of one, by the index of the word."""
    return {i: name for name in tree.names for i in range(name.first, name.end)}


def person_in_run(run: Sequence[Word], tagged: Mapping[int, TaggedName]) -> int:
    """Ann in "Harbour Watch Ann Orr": where a person's name begins, by the tagger; 0 if nowhere, or at once."""
    for i, word in enumerate(run[1:], 1):
        name = tagged.get(word.index)
        if name is not None and name.type == "PER" and name.first == word.index:
            if run[i - 1].lower == "of" and len(run) - i > 2:  # Mayor of Carrow Ann Orr, tagged from Carrow on
                return next((j for j in range(i, len(run) - 1) if is_given_name(normal(run[j].text))), len(run) - 2)
            begins = is_given_name(normal(word.text)) or len(run) - i == 2
            if len(run) - i > 1 and begins and not _continues_name(normal(run[i - 1].text)):
                return i
    return 0


def _continues_name(before: str) -> bool:
    """Whether the next word belongs to the same name as this one: a given name, an initial, a particle."""
    return is_given_name(before) or len(before) == 1 or before in load_words("name_particles", "inside_names")


def is_title(words: Sequence[Word]) -> bool:
    """Whether the words before a name are a title: Judge, Secretary of State, Ecologist."""
    last = normal(words[-1].text)
    jobs = load_words("roles", "honorifics")
    if last in jobs or is_human_noun(last):
        return True
    following = load_words("name_prepositions")
    return any(normal(w.text) in jobs and words[i + 1].lower in following for i, w in enumerate(words[:-1]))


def title_length(run: Sequence[Word], tagged: Mapping[int, TaggedName]) -> int:
    """2 in "Prime Minister Owen Pell": how many words before the name are its title.

    The title ends with the last word that is a job title.
    """
    jobs = load_words("roles", "honorifics")
    person = person_in_run(run, tagged)
    if person and is_title(run[:person]):  # US Secretary of State Ann Orr
        return person
    cut = 0
    for i, word in enumerate(run[:-1]):
        if normal(word.text) in jobs and run[i + 1].lower not in load_words("after_unfinished_titles"):
            cut = i + 1
    if cut and normal(run[cut - 1].text) == "general" and normal(run[cut].text) in load_words("general_things"):
        cut -= 1  # General Electric
    is_of = len(run) > 3 and run[1].lower == "of" and run[2].lower != "the"
    if not cut and is_of and normal(run[0].text) in jobs:
        return 3  # Secretary of State Antony Blinken
    if not cut and len(run) == 3 and is_human_noun(normal(run[0].text)) and is_given_name(normal(run[1].text)):
        return 1  # Ecologist Piers Harker
    return cut


def is_office_of_person(tree: Tree, words: Sequence[Word]) -> bool:
    """The Master of the Rolls, Ann Orr, said: an office, whatever its words, since a person is in apposition to it.

    The tagger must not see a thing in its first word: the University of Carrow, Ann Orr.
    """
    tagged, following = tagged_words(tree), load_words("name_prepositions")
    after = tree.words[words[-1].index + 1 : words[-1].index + 2]
    first = tagged.get(words[0].index)
    if words[0].lower in load_words("organizations", "bodies_of") or (first is not None and first.type == "ORG"):
        return False
    if not any(w.lower in following for w in (*words, *(after if len(words) == 1 else ()))):
        return False
    for child in tree.children(words[0], "appos"):
        name = tagged.get(child.index)
        if name is not None and name.type == "PER" and name.first > words[-1].index and name.end - name.first > 1:
            return any(w.text == "," for w in tree.words[words[-1].index + 1 : name.first])
    return False


def is_bare_title(own: Sequence[Word]) -> bool:
    """Vice President, Secretary of State, US Ambassador: nobody is named. But: Martin Luther King."""
    jobs = load_words("roles")
    words = [normal(w.text) for w in own]
    if all(word in jobs or word in load_words("title_words") for word in words):
        return True
    cut = next((i for i, word in enumerate(words) if word in load_words("name_prepositions")), 0)
    if cut and (words[cut - 1] in jobs or words[cut - 1] == "member"):  # Health Minister for the Carrow Region
        return not any(w in load_words("organizations") or is_given_name(w) for w in words[: cut - 1])
    return len(words) > 1 and words[-1] in jobs and not any(is_given_name(w) for w in words) and "of" not in words
