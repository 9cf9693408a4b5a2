"""Phrases that refer to an organization: the agency, Time magazine, the club's board."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cache

from sayso_server.core import lexicon
from sayso_server.core.lexicon import is_form_of, load_table, load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.phrase import Phrase, description
from sayso_server.core.speakers.entities import Entity, Proposal, Rival
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.index import Occurrence
from sayso_server.core.speakers.names.spelling import countries, normal
from sayso_server.core.statement import Span, SpeakerType
from sayso_server.core.tree import Tree

_NAMES_BEFORE = 200
"""Number of names before a description that are considered."""
_MOST_CLUSTERS = 200
"""Number of name clusters whose job titles are searched."""
_PLACES = 5
"""A cluster is a place if its first names, up to this number, are all places."""
_ACTING = 8
"""Number of names in a cluster after which to look for a verb of saying."""
_AFTER = 24
"""Characters after a name in which to look for it."""
_BEFORE_NAME = 40
"""Characters before a name in which to look for a noun that explains it."""
_OFTEN = 3
"""A thing named this often counts as an organization."""
_BEFORE = 1500
"""Characters before a description in which to look for an organization whose name does not show its kind."""
_MOST_SENTENCES = 3
"""Number of sentences before the description in which to look for it."""


def organization(phrase: Phrase) -> Proposal | None:
    """The organization of a noun, named before or only described: the agency, the venue, the company."""
    lemma = phrase.lemma
    is_known = lemma in load_words("organizations") or lemma in load_table("kinds")
    if not is_known and not _is_in_name(phrase):
        return None
    named = _name_of_its_kind(phrase)
    if named is not None:
        return Proposal(named, rules.NAME_OF_ITS_KIND)
    if phrase.is_definite and phrase.possessor is None and len(phrase.bare.split()) == 1:
        again = named_before(phrase, lemma)
        if again is not None:
            return Proposal(again, rules.ORGANIZATION_AGAIN)
        only = None if phrase.is_introduced else _only_company(phrase)
        if only is not None:
            return Proposal(only, rules.ORGANIZATION_UNTOLD)
    if lemma not in load_words("organizations") and phrase.lower not in load_words("collectives"):
        return None
    rule = rules.DESCRIBED_ORGANIZATION_DEFINITE if phrase.points_back else rules.DESCRIBED_ORGANIZATION
    place = _place_of(phrase)
    text = f"{place} {phrase.bare}" if place else description(phrase, "of")
    is_again = phrase.is_definite or phrase.lower in load_words("collectives")  # police, for the Harwick police
    return phrase.entities.describe(rule, SpeakerType.ORGANIZATION, text, lemma, definite=is_again)


def _is_in_name(phrase: Phrase) -> bool:
    """Whether the noun is in the name of an organization named before: the guild, after the Guild of Midwives."""
    near = phrase.entities.names.before(phrase.span.start, _NAMES_BEFORE)
    return any(one.mention.label == "ORG" and phrase.lemma in one.cluster.key for one in near)


def _place_of(phrase: Phrase) -> str:
    """The place of the police, if the text has named no other place: Carrow; else empty."""
    if phrase.lower not in load_words("collectives") or len(phrase.words) > 1:
        return ""
    if phrase.entities.described(SpeakerType.ORGANIZATION, phrase.lemma):
        return ""
    named = phrase.entities.names.before(phrase.tree.span.end, _NAMES_BEFORE)
    places = {one.cluster for one in named if not one.cluster.is_person and one.cluster.is_place}
    place = next(iter(places)) if len(places) == 1 else None
    is_town = place is not None and not _is_country(place) and any(n.is_place for n in place.sample)
    return place.display if place is not None and is_town else ""


def _name_of_its_kind(phrase: Phrase) -> Entity | None:
    """The entity of a name that the noun only explains: Time magazine, the Interfax news agency."""
    if phrase.lemma not in load_words("explaining") or phrase.possessor is not None:
        return None
    lead = [w for w in phrase.tree.between(phrase.span.start, phrase.head.start) if w.lower != "news"]
    found = phrase.entities.names.at(lead[-1]) if lead else None
    if found is None or found.cluster.is_person or found.cluster.is_place or _is_country(found.cluster):
        return None
    return phrase.entities.named[found.cluster]


def named_before(phrase: Phrase, lemma: str) -> Entity | None:
    """The organization named last whose name shows that it is of the kind: the agency."""
    start = phrase.span.start
    near = phrase.entities.names.before(start, _NAMES_BEFORE)
    before = [c for c in dict.fromkeys(n.cluster for n in near) if not c.is_person and not _is_country(c)]
    words = load_table("kinds").get(lemma, frozenset()) | {lemma}
    explained = {
        n.cluster for n in near if lemma in {_following(phrase.plain, n.end), _preceding(phrase.plain, n.start)}
    }
    matching = [c for c in before if words & set(c.key) or c in explained]
    if not matching and lemma in load_words("any_organization"):
        matching = [c for c in before if _is_organization(phrase, c) and not _is_public(c, lemma) and not _is_seat(c)]
    last = max(matching, key=lambda c: c.named_before(start), default=None)
    if last is None:
        return _described_before(phrase, words - {lemma})
    is_far = phrase.entities.document.steps(last.named_before(start), start) > 1
    is_company = lemma in load_words("companies")
    options = [c for c in before if c in matching or (is_company and _may_be(c, {lemma}))]
    lead = _speaker_of_lead(phrase, options) if is_far else None
    return phrase.entities.named[lead or last]


def _described_before(phrase: Phrase, kinds: AbstractSet[str]) -> Entity | None:
    """An organization whose name is of nouns, and so only a description: the Finance Authority, for the regulator."""
    found = [e for kind in sorted(kinds) for e in phrase.entities.described(SpeakerType.ORGANIZATION, kind)]
    return next((e for e in reversed(found) if e.display[:1].isupper() and " " in e.display), None)


def _speaker_of_lead(phrase: Phrase, options: Sequence[NameCluster]) -> NameCluster | None:
    """Whose news it is: the organization that says or announces something at the beginning of the text."""
    document, names = phrase.entities.document, phrase.entities.names
    end = next((p.end for p in document.paragraphs[1:2]), len(document.plain))
    for tree in document.trees_within(Span(0, end)):
        for word in tree.words:
            verb, found = tree.head(word), names.at(word)
            is_subject = word.relation == "nsubj" and verb is not None and lexicon.verb(verb.lemma.lower()) is not None
            if is_subject and found is not None and found.cluster in options:
                return found.cluster
    return None


def _following(plain: str, end: int) -> str:
    """The word after an offset."""
    return plain[end : end + _AFTER].partition(" ")[2].partition(" ")[0].rstrip(".,;:")


def _preceding(plain: str, start: int) -> str:
    """The word before an offset, also in an apposition: the charity Halvex; the regulator, the Halvex."""
    words = plain[max(0, start - _BEFORE_NAME) : start].split()
    if words[-1:] == ["the"] and words[-2:-1] and words[-2].endswith(","):
        words.pop()
    return words[-1].rstrip(",").lower() if words and plain[start - 1] == " " else ""


def organization_untold(phrase: Phrase) -> Proposal | None:
    """The organization named last, if its name does not show its kind: the charity, after the RNLI."""
    lemma = phrase.lemma
    if lemma not in load_words("untold_organizations") or not phrase.is_definite or _is_qualified(phrase):
        return None
    is_bare = len(phrase.bare.split()) == 1
    if phrase.is_introduced or (is_bare and named_before(phrase, lemma) is not None):
        return None
    if any(entity.display != lemma for entity in phrase.entities.described(SpeakerType.ORGANIZATION, lemma)):
        return None  # a miners' union was described before
    kinds = load_table("kinds").get(lemma, frozenset()) | {lemma}
    found = _called_so(phrase) or _named_last(phrase, kinds)
    if not found or (not is_bare and len(found) > 1):
        return None
    named = phrase.entities.named
    rivals = tuple(Rival(named[c], 1.0) for c in found[1:])
    kind = "" if lemma in load_words("any_organization") - load_words("companies") else lemma
    return Proposal(named[found[0]], rules.ORGANIZATION_UNTOLD, rivals, share=1 / len(found), kind=kind)


def _is_qualified(phrase: Phrase) -> bool:
    """Whether a description is qualified: the company that …, the group's bank, the Harwick charity."""
    own = phrase.qualifiers("nmod", "nmod:poss", "acl", "acl:relcl", "appos", "conj")
    return bool(own) or any(not c.is_place for c in phrase.names)


def _called_so(phrase: Phrase) -> list[NameCluster]:
    """The organization named last of those that the text has called by this noun before."""
    start, named = phrase.span.start, phrase.entities.named
    near = dict.fromkeys(one.cluster for one in phrase.entities.names.before(start, _NAMES_BEFORE))
    found = [c for c in near if not c.is_person and named[c].head == phrase.lemma]
    return sorted(found, key=lambda c: -c.named_before(start))[:1]


def _named_last(phrase: Phrase, kinds: AbstractSet[str]) -> list[NameCluster]:
    """The organizations in the last sentence that names any, the subject first."""
    names = phrase.entities.names
    for tree in [phrase.tree, *phrase.sentences_before(_BEFORE)][: _MOST_SENTENCES + 1]:
        overseers = _overseers(phrase, tree)
        found = [
            one.cluster
            for one in names.from_to(tree.span.start, min(tree.span.end, phrase.span.start))
            if _may_be(one.cluster, kinds)
            and _may_be_called(phrase, one.cluster)
            and (not _seems_place(one) or _is_owned(tree, one))
        ]
        if found:
            subjects = [w for w in tree.words if w.relation == "nsubj" and w.head >= 0]
            first = [one.cluster for w in subjects if (one := names.at(w)) is not None and one.cluster in found]
            ordered = dict.fromkeys([*first, *found])
            if phrase.lemma in load_words("overseers"):
                return [c for c in ordered if overseers is None or c in overseers]
            is_company = phrase.lemma in load_words("companies")
            return sorted(
                ordered,
                key=lambda c: (
                    is_company and (c in (overseers or ()) or "article before" in dict(c.mentions[0].evidence))
                ),
            )
    return []


def _only_company(phrase: Phrase) -> Entity | None:
    """The company, long after Halvex: the only one that the text has named, by the tagger's account."""
    if phrase.lemma not in load_words("companies"):
        return None
    near = dict.fromkeys(one.cluster for one in phrase.entities.names.before(phrase.span.start, _NAMES_BEFORE))
    bodies = [c for c in near if not c.is_person and any(n.label == "ORG" for n in c.sample)]
    found = [c for c in bodies if _may_be(c, {phrase.lemma}) and _may_be_called(phrase, c)]
    return phrase.entities.named[found[0]] if len(found) == 1 and not found[0].is_place else None


def _overseers(phrase: Phrase, tree: Tree) -> Sequence[NameCluster] | None:
    """The regulators in a sentence, the subjects of fine, investigate, raid; None if it has no such verb."""
    verbs = [w for w in tree.words if w.upos == "VERB" and is_form_of(w.lemma, load_words("overseeing"))]
    subjects = (phrase.entities.names.at(s) for verb in verbs for s in tree.children(verb, "nsubj"))
    return [one.cluster for one in subjects if one is not None] if verbs else None


def _may_be_called(phrase: Phrase, found: NameCluster) -> bool:
    """Whether this noun agrees with an earlier one for the organization: a union is not a company."""
    before = phrase.entities.named[found].head
    if not before or before == phrase.lemma or phrase.lemma in load_words("any_organization") - load_words("companies"):
        return True
    companies = load_words("companies")
    return before in companies and phrase.lemma in companies


def _seems_place(found: Occurrence) -> bool:
    """Whether a name is tagged as a place, or "in" or "near" precedes it."""
    return found.mention.label == "LOC" or (found.mention.is_place and found.mention.label != "ORG")


def _is_owned(tree: Tree, found: Occurrence) -> bool:
    """Whether a name is the object of holdings, and so not a place: shares in Corvane."""
    inside = (w for w in tree.words if found.start <= w.start < found.end)
    heads = (tree.head(w) for w in inside if w.relation == "nmod")
    return any(head is not None and normal(head.lemma) in load_words("holdings") for head in heads)


def _is_seat(found: NameCluster) -> bool:
    """Whether a name is a seat of government, and so not a company: the White House, No 10."""
    return "_".join(found.key) in load_words("seats_of_government")


def _may_be(found: NameCluster, kinds: AbstractSet[str]) -> bool:
    """Whether a name can be an organization of these kinds: not of another kind, and not a thing or a country."""
    if found.is_person or _is_country(found) or _is_seat(found):
        return False
    if kinds & load_words("companies"):
        return not set(found.key) & load_words("thing_words", "public_bodies")
    other = load_words("organizations", "thing_words", "outlets", "documents") - load_words("any_organization") - kinds
    return not set(found.key) & other


def _is_public(found: NameCluster, lemma: str) -> bool:
    """Whether a company is meant, but the name is a public body: Parliament."""
    return lemma in load_words("companies") and bool(set(found.key) & load_words("public_bodies"))


def _is_country(found: NameCluster) -> bool:
    return found.key[0] in countries() and len(found.key) == 1


def _is_organization(phrase: Phrase, found: NameCluster) -> bool:
    """Whether a name is not a place or thing: it speaks, has a president or a company's name, or is named often."""
    if set(found.key) & load_words("thing_words") or all(n.is_place for n in found.mentions[:_PLACES]):
        return False
    if len(found.mentions) >= _OFTEN or set(found.key) & load_words("company_words", "organizations"):
        return True
    after = (re.split(r"[.!?]\s", phrase.plain[n.span.end : n.span.end + _AFTER])[0] for n in found.mentions[:_ACTING])
    if _speaking().search(" ".join(after).lower()) is not None:
        return True
    people = (c for c in phrase.entities.names.clusters[:_MOST_CLUSTERS] if c.is_person)
    return found.display in " ".join(title for c in people for title in c.job_titles)


@cache
def _speaking() -> re.Pattern[str]:
    """Matches the text after a name that speaks or has officers: Pellucid said, Pellucid's president."""
    officers = "|".join(sorted(load_words("beginnings_of_officers")))
    return re.compile(rf" said| says|['’]s (?:{officers})")
