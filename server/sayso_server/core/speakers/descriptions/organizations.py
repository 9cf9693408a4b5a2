"""Phrases that mean an organization: the agency, Time magazine, the club's board."""

import re
from functools import cache

from sayso_server.core.lexicon import load_table, load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.phrase import Phrase, description
from sayso_server.core.speakers.entities import Entity, Proposal
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.spelling import countries
from sayso_server.core.statement import SpeakerType

_NAMES_BEFORE = 200
"""How many of the names before a description are looked at."""
_MOST_CLUSTERS = 200
"""Of how many clusters of names the job titles are looked at."""
_PLACES = 5
"""A cluster whose first names, so many, are all places is a place."""
_ACTING = 8
"""After how many names of a cluster a verb of saying is looked for."""
_AFTER = 24
"""Characters after a name in which it is looked for."""
_OFTEN = 3
"""A thing named so often is taken for an organization."""


def organization(phrase: Phrase) -> Proposal | None:
    """The agency, the venue, the company: one named before; else one that is only described."""
    lemma = phrase.lemma
    if lemma not in load_words("organizations") and lemma not in load_table("kinds"):
        return None
    named = _name_of_its_kind(phrase)
    if named is not None:
        return Proposal(named, rules.NAME_OF_ITS_KIND)
    if phrase.is_definite and phrase.possessor is None and len(phrase.bare.split()) == 1:
        again = named_before(phrase, lemma)
        if again is not None:
            return Proposal(again, rules.ORGANIZATION_AGAIN)
    if lemma not in load_words("organizations") and phrase.lower not in load_words("collectives"):
        return None
    rule = rules.DESCRIBED_ORGANIZATION_DEFINITE if phrase.points_back else rules.DESCRIBED_ORGANIZATION
    text = description(phrase, "of")
    return phrase.entities.describe(rule, SpeakerType.ORGANIZATION, text, lemma, definite=phrase.is_definite)


def _name_of_its_kind(phrase: Phrase) -> Entity | None:
    """Time magazine, the Interfax news agency: a name that the noun only explains."""
    if phrase.lemma not in load_words("explaining") or phrase.possessor is not None:
        return None
    lead = [w for w in phrase.tree.between(phrase.span.start, phrase.head.start) if w.lower != "news"]
    found = phrase.entities.names.at(lead[-1]) if lead else None
    if found is None or found.cluster.is_person or found.cluster.is_place or _is_country(found.cluster):
        return None
    return phrase.entities.named[found.cluster]


def named_before(phrase: Phrase, lemma: str) -> Entity | None:
    """The agency: the organization named last whose name says that it is one."""
    start = phrase.span.start
    near = phrase.entities.names.before(start, _NAMES_BEFORE)
    before = [c for c in dict.fromkeys(n.cluster for n in near) if not c.is_person and not _is_country(c)]
    words = load_table("kinds").get(lemma, frozenset()) | {lemma}
    matching = [c for c in before if words & set(c.key)]
    if not matching and lemma in load_words("any_organization"):
        matching = [c for c in before if _is_organization(phrase, c)]
    last = max(matching, key=lambda c: c.named_before(start), default=None)
    return phrase.entities.named[last] if last is not None else None


def _is_country(found: NameCluster) -> bool:
    return found.key[0] in countries() and len(found.key) == 1


def _is_organization(phrase: Phrase, found: NameCluster) -> bool:
    """Not a place, river or bill: it speaks, has a president, has the name of a company, or is named often."""
    if set(found.key) & load_words("thing_words") or all(n.is_place for n in found.mentions[:_PLACES]):
        return False
    if len(found.mentions) >= _OFTEN or set(found.key) & load_words("company_words", "organizations"):
        return True
    after = (phrase.plain[n.span.end : n.span.end + _AFTER] for n in found.mentions[:_ACTING])
    if _speaking().search(" ".join(after).lower()) is not None:
        return True
    people = (c for c in phrase.entities.names.clusters[:_MOST_CLUSTERS] if c.is_person)
    return found.display in " ".join(title for c in people for title in c.job_titles)


@cache
def _speaking() -> re.Pattern[str]:
    """Pellucid said, Pellucid's president."""
    officers = "|".join(sorted(load_words("beginnings_of_officers")))
    return re.compile(rf" said| says|['’]s (?:{officers})")
