"""Phrases that describe one person: the senator, the 54-year-old, a spokesman for the ministry."""

import re
from collections.abc import Sequence
from dataclasses import replace

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.fit import ALL_GIVEN, alike_jobs, fit, words_wanted
from sayso_server.core.speakers.descriptions.organizations import named_before
from sayso_server.core.speakers.descriptions.phrase import Phrase, description
from sayso_server.core.speakers.descriptions.topic import speaker_before, topic
from sayso_server.core.speakers.entities import Entity, Proposal, Rival
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.spelling import is_human_noun, normal, unabbreviated
from sayso_server.core.statement import SpeakerType
from sayso_server.core.tree import Tree, Word

_AGE = re.compile(r"\b(\d\d?)-year-old\b")
_NAMES_BEFORE = 200
"""Number of names before a description that are considered."""
_TEXT_AFTER = 6000
"""Characters after a description whose names are considered: a summary precedes the text."""
_MOST_RIVALS = 3
_FITS = 0.0
"""A named person fits a description above this margin."""
_FITS_HEADLINE = 1.4
"""The same for a description without an article: Hong Kong leader."""


def of_age(phrase: Phrase) -> Proposal | None:
    """The named person of an age, else the one named last whose age is not given: the 54-year-old."""
    match = _AGE.search(phrase.text)
    if match is None or not phrase.is_definite:
        return None
    if phrase.lemma not in {"old", "year-old", f"{match[1]}-year-old", "year"}:
        return None
    start, named = phrase.span.start, phrase.entities.named
    people = [c for c in _people(phrase) if c.named_before(start) >= 0]
    for rule, age in ((rules.AGE, match[1]), (rules.AGE_OF_NOBODY_ELSE, "")):
        fitting = [c for c in people if c.age == age]
        if fitting:
            last = topic(phrase)
            found = last if last in fitting else max(fitting, key=lambda c: c.named_before(start))
            return Proposal(named[found], rule)
    return None


def office_holder(phrase: Phrase) -> Proposal | None:
    """The named person whom a job title fits best: the senator, the Israeli leader, the company's chief executive."""
    lemma = unabbreviated(phrase.lemma)
    if lemma not in load_words("roles") and lemma not in alike_jobs():
        return None
    wanted = words_wanted(phrase)
    is_certain = phrase.is_definite or phrase.owner is not None
    if not is_certain and not _is_headline_office(phrase, wanted):
        return None
    least = _FITS if is_certain else _FITS_HEADLINE
    fits = ((fit(phrase, c, lemma, wanted), c) for c in _people(phrase))
    scored = [(s, c) for s, c in fits if s is not None and s.margin > least]
    if not scored:
        return None
    scored.sort(key=lambda item: (item[0].margin, item[1].named_before(phrase.span.start)), reverse=True)
    last = speaker_before(phrase) if len(scored) > 1 else None
    scored.sort(key=lambda item: item[1] is not last)  # of two attorneys, the one who has just spoken
    named = phrase.entities.named
    (best, found), *others = scored
    equals = sum(s.margin == best.margin for s, _ in scored)
    return Proposal(
        named[found],
        rules.JOB_TITLE if best.margin >= ALL_GIVEN else rules.JOB_TITLE_COUNTRY_UNTOLD,
        tuple(Rival(named[c], s.margin) for s, c in others[:_MOST_RIVALS]),
        share=1 / equals,
        evidence=best.evidence,
    )


def _is_headline_office(phrase: Phrase, wanted: set[str]) -> bool:
    """Whether a phrase without an article is an office: Hong Kong leader; in a headline also transport secretary."""
    document = phrase.entities.document
    named = any(w.text[:1].isupper() for w in phrase.modifiers)
    is_headline = document.paragraph_at(phrase.span.start) == 0 and len(document.paragraphs) > 1
    return (
        bool(wanted)
        and (named or is_headline)
        and not phrase.is_plural
        and phrase.tree.child(phrase.head, "det") is None
    )


def _people(phrase: Phrase) -> Sequence[NameCluster]:
    """Named people: first those named before the phrase, then those named later."""
    names = phrase.entities.names
    near = names.before(phrase.span.start, _NAMES_BEFORE)
    after = names.from_to(phrase.span.end, phrase.span.end + _TEXT_AFTER)
    return list(dict.fromkeys(found.cluster for found in (*near, *after) if found.cluster.is_person))


def described_person(phrase: Phrase) -> Proposal | None:
    """A person without a name: a spokesman for the ministry, the driver, one veteran pacer."""
    lemma = unabbreviated(phrase.lemma)
    is_of_age = _AGE.search(phrase.text) is not None and lemma.endswith(("old", "year"))
    is_member = phrase.lower in load_words("party_members")
    if not (is_human_noun(lemma) or is_of_age or is_member) or lemma in load_words("overseers"):
        return None
    if is_abstract(phrase.tree, phrase.head):
        return None
    if lemma in load_words("spokespeople"):
        return _spokesperson(phrase, lemma)
    return _described(phrase, lemma, description(phrase, "of"))


def _described(phrase: Phrase, lemma: str, text: str, affiliation: Entity | None = None) -> Proposal:
    rule = rules.DESCRIBED_PERSON_DEFINITE if phrase.points_back else rules.DESCRIBED_PERSON
    found = phrase.entities.describe(rule, SpeakerType.PERSON, text, lemma, definite=phrase.is_definite)
    return replace(found, affiliation=affiliation)


def _spokesperson(phrase: Phrase, lemma: str) -> Proposal:
    """A spokesperson, new or known: a spokesman for the ministry; an agency spokesman; the spokesman."""
    text = description(phrase, "for")
    employer = _employer(phrase)
    if employer is not None and employer.display not in text and phrase.possessor is None:
        text = f"{lemma} for {'' if employer.display.startswith('the ') else 'the '}{employer.display}"
    elif phrase.is_definite and len(phrase.bare.split()) == 1:
        again = phrase.entities.described(SpeakerType.PERSON, lemma)
        if again:
            return Proposal(again[-1], rules.SAME_DESCRIPTION)
    return _described(phrase, lemma, text, employer or _organization_named(phrase))


def _employer(phrase: Phrase) -> Entity | None:
    """The employer in "an agency spokesman": the agency that was named."""
    for word in phrase.modifiers:
        kind = normal(word.lemma)
        if word.relation == "compound" and kind in load_words("generic_organizations"):
            return named_before(phrase, kind)
    return None


def _organization_named(phrase: Phrase) -> Entity | None:
    """The organization in "the Carrow Institute's spokesman" and "a spokesman for the Carrow Institute"."""
    if phrase.owner is not None and phrase.owner.type is SpeakerType.ORGANIZATION:
        return phrase.owner
    named = [c for c in phrase.names if not c.is_person]
    return phrase.entities.named[named[0]] if named else None


def is_abstract(tree: Tree, word: Word) -> bool:
    """Whether a noun is abstract: justice in "she demanded justice", not in "the justice"."""
    return word.lower == "justice" and word.text.islower() and tree.child(word, "det") is None
