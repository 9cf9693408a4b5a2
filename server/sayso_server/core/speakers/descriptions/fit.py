"""Decides whether a description fits a named person, by features that `data/description_fit.json` weighs."""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import cache

from sayso_server.core.lexicon import load_table, load_words
from sayso_server.core.scoring import Scored, load_scorer
from sayso_server.core.speakers.descriptions.phrase import Phrase
from sayso_server.core.speakers.entities import Entity
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.spelling import STEM, countries, normal, same_stem

ALL_GIVEN = 1.5
"""Minimum margin if the whole description is given with the name."""
_MOST_CLUSTERS = 200
"""Number of names in the text that are compared with a demonym."""
_LOOKED_AT = 3
"""Number of names of a person, from the first on, around which the text is read."""
_AROUND = 60
"""Characters before and after a name that are read."""
_WORDS_BEFORE = 3
"""Words before the title of a name that may show its place."""
_WORDS_AFTER = 6
"""Words after a name that may show its place: of Kesteria."""


def fit(phrase: Phrase, found: NameCluster, lemma: str, wanted: AbstractSet[str]) -> Scored | None:
    """How well a person fits a job title; None if not at all.

    A margin of `ALL_GIVEN` or more means that the text gives the job title and the rest of the description with the
    name.
    """
    features = _features(phrase, found, lemma, wanted)
    return load_scorer("description_fit").weigh(features) if features else None


def words_wanted(phrase: Phrase) -> set[str]:
    """The words of a description except its head, in normal form: israeli, lead, company."""
    words = re.findall(r"[^\W_]+(?:['’.][^\W_]+)*", phrase.bare)
    known = {n for w in words if (n := normal(w)) and n not in load_words("not_of_descriptions") and not n.isdigit()}
    return known - {phrase.lemma, phrase.lower}


def _features(phrase: Phrase, found: NameCluster, lemma: str, wanted: AbstractSet[str]) -> Mapping[str, float]:
    """The named features of a fit; empty if there is none."""
    words = found.words
    if not is_alike(lemma, words) or not gender_agrees(lemma, found):
        return {}
    owner = phrase.owner
    if owner is not None and (owner.cluster is found or not _belongs(found, owner)):
        return {}
    missing = [] if owner else _missing(phrase, found, wanted)
    late = float(found.mentions[0].span.start > phrase.span.start)
    if not missing:
        return {
            "all words fit": 1.0,
            "same job title": float(lemma in words),
            "words that fit": float(len(wanted)),
            "named later": late,
            "another rank": float(bool(words & load_words("ranks") - wanted)),
        }
    if _leads_country(phrase, found, lemma, missing):
        return {"leads a country that is not given": 1.0, "named later": late}
    return {}


def _missing(phrase: Phrase, found: NameCluster, wanted: AbstractSet[str]) -> list[str]:
    """The words of a description that are not given with the name."""
    around = found.words | surroundings(phrase, found)
    return [m for m in wanted if not any(same_stem(m, w) for w in around)]


@cache
def _kinds() -> Mapping[str, frozenset[str]]:
    """Job titles that may mean the same job, by one of them."""
    return {key: others | {key} for key, others in load_table("alike_jobs").items()}


@cache
def alike_jobs() -> frozenset[str]:
    """All job titles that may mean the same job as another: boss."""
    return frozenset().union(*_kinds().values())


def is_alike(lemma: str, words: AbstractSet[str]) -> bool:
    """Whether the job of a description can be one of `words`: leader and president."""
    if lemma in words:
        return True
    if words & _kinds()["leader"] == {"minister"} and not words & {"prime", "first"}:
        return False  # a minister for fisheries is not a leader
    return any(lemma in kind and words & kind for kind in _kinds().values())


def gender_agrees(lemma: str, found: NameCluster) -> bool:
    """Whether the genders agree: the spokeswoman is not a man."""
    female, male = lemma in load_words("female"), lemma in load_words("male")
    return not (female and found.gender == "m") and not (male and found.gender == "f")


def _belongs(found: NameCluster, owner: Entity) -> bool:
    """Whether the possessor may be the person's employer: the company's chief executive is not just any."""
    own = {normal(w) for w in owner.display.split()}
    given = {normal(w) for title in found.offices for w in title.split()}
    unnamed = given & load_words("employers_untold")
    return bool(own & given) or bool(unnamed) or not given & load_words("employer_prepositions")


def _leads_country(phrase: Phrase, found: NameCluster, lemma: str, missing: Iterable[str]) -> bool:
    """Whether a leader fits except for the country, which the text does not give: the Kesterian leader."""
    leaders = load_words("heads_of_government")
    if lemma not in leaders and lemma != "leader":
        return False
    known = bool(found.words & leaders) and all(_is_of_country(phrase, m) for m in missing)
    return known and not _has_country(found, missing)


def _is_of_country(phrase: Phrase, word: str) -> bool:
    """Whether a word is the demonym of a place in the text: Morvanian if there is Morvane."""
    if word in countries():
        return True
    places = (c for c in phrase.entities.names.clusters[:_MOST_CLUSTERS] if not c.is_person)
    return len(word) > STEM and any(same_stem(word, n) for c in places for n in c.key[:1])


def _has_country(found: NameCluster, wanted: Iterable[str]) -> bool:
    """Whether a leader's own country is given with the name, and is not the wanted one."""
    own = {w for w in found.words if w in countries()}
    return bool(own) and not any(same_stem(w, o) for w in wanted for o in own)


def surroundings(phrase: Phrase, found: NameCluster) -> set[str]:
    """The words around a name: Israeli in "Israeli Prime Minister Benjamin …", and Kesteria after "of"."""
    plain = phrase.plain
    out: set[str] = set()
    for mention in found.mentions[:_LOOKED_AT]:
        span = mention.span
        before = plain[max(0, span.start - _AROUND) : span.start].split()
        after = re.split(r"[.;:!?]\s", plain[span.end : span.end + _AROUND])[0].split()
        says_where = bool(after) and after[0] in load_words("origin_prepositions")
        near = [*before[-(len(mention.title) + _WORDS_BEFORE) :], *(after[:_WORDS_AFTER] if says_where else [])]
        out |= {normal(w.strip(",.;:")) for w in near}
    return out
