"""Descriptions of people, groups and organizations, and the names that they stand for."""

import re

from sayso_server.core.lexicon import load_table, load_words
from sayso_server.core.speakers.descriptions.phrase import Phrase, full_description, who_has
from sayso_server.core.speakers.entities import Entity, Link
from sayso_server.core.speakers.names.aliases import Cluster
from sayso_server.core.speakers.names.spelling import ABBREVIATED, countries, is_human_noun, normal, same_stem
from sayso_server.core.statement import SpeakerType
from sayso_server.core.tree import Tree, Word

_AGE = re.compile(r"\b(\d\d?)-year-old\b")
_LOOKED_AT = 200
"""How many of the names met last are looked at for a role."""
_ANY_ORGANIZATION = frozenset(
    {"company", "firm", "group", "organization", "organisation", "agency", "maker", "startup"}
)
_ALIKE = (
    frozenset(
        {"leader", "head", "chief", "president", "premier", "minister", "chancellor", "chairman", "king", "queen"}
    ),
    frozenset(
        {"lawmaker", "legislator", "senator", "representative", "congressman", "congresswoman", "mp", "politician"}
    ),
    frozenset({"executive", "ceo", "chief", "boss"}),
    frozenset({"lawyer", "attorney", "counsel", "barrister", "solicitor"}),
    frozenset({"professor", "scientist", "researcher", "academic"}),
    frozenset({"spokesman", "spokeswoman", "spokesperson"}),
    frozenset({"officer", "detective", "sergeant", "inspector", "constable"}),
    frozenset({"judge", "justice"}),
    frozenset({"doctor", "physician"}),
    frozenset({"coach", "manager"}),
)


def group(phrase: Phrase) -> Link | None:
    """Residents, two officials briefed on the speech, the company's bankers."""
    if not (phrase.is_plural or _is_couple(phrase) or _is_number(phrase)) or phrase.lower in load_words("collectives"):
        return None
    entity = phrase.registry.of_description(
        SpeakerType.GROUP, full_description(phrase, "of"), phrase.lemma, definite=phrase.is_definite
    )
    return Link(entity, _rule("group", phrase))


def _is_number(phrase: Phrase) -> bool:
    """A number of senators."""
    plural = any(w.xpos in {"NNS", "NNPS"} for w in phrase.tree.children(phrase.head, "nmod"))
    return plural and phrase.lemma in load_words("quantities")


def _rule(name: str, phrase: Phrase) -> str:
    """The driver may have a name elsewhere; a driver hardly."""
    return f"{name}, definite" if phrase.is_definite or phrase.possessor is not None else name


def _is_couple(phrase: Phrase) -> bool:
    """A woman and her boyfriend."""
    others = [w for w in phrase.tree.children(phrase.head, "conj") if w.end <= phrase.span.end]
    return any(is_human_noun(normal(w.lemma)) for w in others) and is_human_noun(phrase.lemma)


def office_holder(phrase: Phrase) -> Link | None:
    """The senator, the Israeli leader, the company's chief executive: the named person whose role fits best."""
    lemma = ABBREVIATED.get(phrase.lemma, phrase.lemma)
    if lemma not in load_words("roles"):
        return None
    wanted = _wanted(phrase)
    least = 0.0
    if not phrase.is_definite and not who_has(phrase):
        if not _is_headline_office(phrase, wanted):
            return None
        least = 1.4
    scored = [(s, c) for c in _people(phrase) if (s := _fit(phrase, c, lemma, wanted)) > least]
    if not scored:
        return None
    scored.sort(key=lambda item: (item[0], item[1].named_before(phrase.span.start)), reverse=True)
    registry = phrase.registry
    best = [c for s, c in scored if s == scored[0][0]]
    rule = "role" if scored[0][0] >= 1.5 else "role, country untold"
    others = tuple((registry.of_cluster(c), s) for s, c in scored[1:4])
    return Link(registry.of_cluster(scored[0][1]), rule, others, share=1 / len(best))


def _is_headline_office(phrase: Phrase, wanted: set[str]) -> bool:
    """Hong Kong leader, without an article."""
    named = any(w.text[:1].isupper() for w in phrase.modifiers)
    return bool(wanted) and named and not phrase.is_plural and phrase.tree.child(phrase.head, "det") is None


def _people(phrase: Phrase) -> list[Cluster]:
    """Named people: those met before, else those whom the text names later (a summary above the text)."""
    near = phrase.registry.names_before(phrase.span.start, _LOOKED_AT)
    before = {id(c): c for _, _, c in near if c.is_person}
    behind = {
        id(c): c for _, _, c in phrase.registry.named_from(phrase.span.end, phrase.span.end + 6000) if c.is_person
    }
    return [*before.values(), *(c for i, c in behind.items() if i not in before)]


def _wanted(phrase: Phrase) -> set[str]:
    """What stands beside the head, normal: israeli, lead, company."""
    words = re.findall(r"[^\W_]+(?:['’.][^\W_]+)*", phrase.bare())
    return {n for w in words if (n := normal(w)) and n not in _PASSED and not n.isdigit()} - {
        phrase.lemma,
        phrase.lower,
    }


_RANKS = frozenset({"deputy", "vice", "former", "ex", "acting", "elect"})
_PASSED = frozenset({"the", "a", "an", "of", "for", "at", "in", "his", "her", "its", "their", "then", "year", "old"})


def _fit(phrase: Phrase, found: Cluster, lemma: str, wanted: set[str]) -> float:
    """How well a person fits a role; 0 if not at all.

    2 and more: the role stands beside the name, and whatever else the description says stands there too.
    """
    words = found.words
    exact = lemma in words
    alike = exact or any(lemma in kinds and words & kinds for kinds in _ALIKE)
    if not exact and words & _ALIKE[0] == {"minister"} and not words & {"prime", "first"}:
        return 0.0  # a minister for fisheries is no leader
    female, male = lemma in load_words("female"), lemma in load_words("male")
    if not alike or (female and found.gender == "m") or (male and found.gender == "f"):
        return 0.0
    owner = who_has(phrase)
    around = words | _surroundings(phrase, found)
    if owner is not None:
        around |= {normal(w) for w in owner.display.split()}
        if owner.cluster is found or not _belongs(found, owner, around):
            return 0.0
    missing = [] if owner else [m for m in wanted if not any(same_stem(m, w) for w in around)]
    late = 0.5 if found.names[0].span.start > phrase.span.start else 0.0
    other_rank = 0.3 * bool(words & _RANKS - wanted)
    if not missing:
        return 2.0 + 0.5 * exact + 0.1 * len(wanted) - late - other_rank
    head_of_government = lemma in {"leader", *load_words("heads_of_government")} and words & load_words(
        "heads_of_government"
    )
    if head_of_government and all(_is_of_country(phrase, m) for m in missing) and not _has_country(found, missing):
        return 1.0 - late
    return 0.0


def _belongs(found: Cluster, owner: Entity, around: set[str] | frozenset[str]) -> bool:
    """Whether the possessor stands beside the name as well: the company's chief executive is not any."""
    own = {normal(w) for w in owner.display.split()}
    beside = {normal(w) for r in found.roles for w in r.split()}
    generic = {"company", "firm", "agency", "group", "club", "team", "party", "bank", "organization", "its", "their"}
    return bool(own & beside) or bool(beside & generic) or not any(w in beside for w in ("of", "for", "at"))


def _is_of_country(phrase: Phrase, word: str) -> bool:
    """A demonym of a place that the text names: Morvanian where there is Morvane."""
    if word in countries():
        return True
    named = (n for c in phrase.registry.clusters[:_LOOKED_AT] if not c.is_person for n in c.key[:1])
    return len(word) > 5 and any(same_stem(word, n) for n in named)


def _has_country(found: Cluster, wanted: list[str]) -> bool:
    """Whether a leader's own country, another than the wanted, stands beside the name."""
    own = {w for w in found.words if w in countries()}
    return bool(own) and not any(same_stem(w, o) for w in wanted for o in own)


def _surroundings(phrase: Phrase, found: Cluster) -> set[str]:
    """The words around a name: Israeli in "Israeli Prime Minister Benjamin …", and Kesteria behind "of"."""
    plain = phrase.registry.document.plain
    out: set[str] = set()
    for name in found.names[:3]:
        before = plain[max(0, name.span.start - 60) : name.span.start].split()
        behind = re.split(r"[.;:!?]\s", plain[name.span.end : name.span.end + 60])[0].split()
        near = [
            *before[-(len(name.title) + 3) :],
            *(behind[:6] if behind[:1] and behind[0] in {"of", "for", "from"} else []),
        ]
        out |= {normal(w.strip(",.;:")) for w in near}
    return out


def of_age(phrase: Phrase) -> Link | None:
    """The 54-year-old: the person of that age; if no age is told, whoever was last named or spoke."""
    match = _AGE.search(phrase.text)
    if (
        match is None
        or not phrase.is_definite
        or phrase.lemma not in {"old", "year-old", f"{match[1]}-year-old", "year"}
    ):
        return None
    registry = phrase.registry
    people = [c for c in _people(phrase) if c.named_before(phrase.span.start) >= 0]
    same = [c for c in people if c.age == match[1]]
    if same:
        return Link(registry.of_cluster(max(same, key=lambda c: c.named_before(phrase.span.start))), "age")
    open_ones = [c for c in people if not c.age]
    if not open_ones:
        return None
    return Link(
        registry.of_cluster(max(open_ones, key=lambda c: c.named_before(phrase.span.start))), "age of nobody else"
    )


def described_person(phrase: Phrase) -> Link | None:
    """Somebody unnamed: a spokesman for the ministry, the driver, one veteran pacer."""
    lemma = ABBREVIATED.get(phrase.lemma, phrase.lemma)
    is_of_age = _AGE.search(phrase.text) is not None and lemma.endswith(("old", "year"))
    if (not is_human_noun(lemma) and not is_of_age) or is_abstract(phrase.tree, phrase.head):
        return None
    speaks = lemma in load_words("spokespeople")
    organization = _employer(phrase) if speaks else None
    text = full_description(phrase, "for" if speaks else "of")
    if organization is not None and organization.display not in text and phrase.possessor is None:
        text = f"{lemma} for {'' if organization.display.startswith('the ') else 'the '}{organization.display}"
    elif speaks and phrase.is_definite and len(phrase.bare().split()) == 1:
        again = next(reversed([e for k in load_words("spokespeople") for e in _unnamed(phrase, k) if k == lemma]), None)
        if again is not None:
            return Link(again, "same description")
    entity = phrase.registry.of_description(SpeakerType.PERSON, text, lemma, definite=phrase.is_definite)
    if speaks and entity.affiliation is None:
        entity.affiliation = organization or _named_organization(phrase)
    return Link(entity, _rule("described person", phrase))


def is_abstract(tree: Tree, word: Word) -> bool:
    """Justice in "she demanded justice", and not the justice."""
    return word.lower == "justice" and word.text.islower() and tree.child(word, "det") is None


def _unnamed(phrase: Phrase, head: str) -> list[Entity]:
    return phrase.registry.described(SpeakerType.PERSON, head)


def _employer(phrase: Phrase) -> Entity | None:
    """An agency spokesman: the agency that was named."""
    for word in phrase.modifiers:
        if word.relation == "compound" and normal(word.lemma) in load_words("generic_organizations"):
            return _named_before(phrase, normal(word.lemma))
    return None


def _named_organization(phrase: Phrase) -> Entity | None:
    named = [c for c in phrase.names if not c.is_person]
    owner = who_has(phrase)
    if owner is not None and owner.type is SpeakerType.ORGANIZATION:
        return owner
    return phrase.registry.of_cluster(named[0]) if named else None


def organization(phrase: Phrase) -> Link | None:
    """The agency, the venue, the company: one named before; else one that is only described."""
    lemma = phrase.lemma
    known = load_table("kinds")
    if lemma not in load_words("organizations") and lemma not in known:
        return None
    named = _named_kind(phrase)
    if named is not None:
        return Link(named, "name of its kind")
    if phrase.is_definite and phrase.possessor is None and len(phrase.bare().split()) == 1:
        entity = _named_before(phrase, lemma)
        if entity is not None:
            return Link(entity, "organization again")
    if lemma not in load_words("organizations") and phrase.lower not in load_words("collectives"):
        return None
    entity = phrase.registry.of_description(
        SpeakerType.ORGANIZATION, full_description(phrase, "of"), lemma, definite=phrase.is_definite
    )
    return Link(entity, _rule("described organization", phrase))


def _named_kind(phrase: Phrase) -> Entity | None:
    """Time magazine, the Interfax news agency: a name that the noun only explains."""
    if phrase.lemma not in load_words("explaining") or phrase.possessor is not None:
        return None
    lead = [w for w in phrase.tree.between(phrase.span.start, phrase.head.start) if w.lower != "news"]
    named = phrase.registry.name_at(lead[-1]) if lead else None
    if named is None or named[1].is_person or named[1].is_place or _is_country(named[1]):
        return None
    return phrase.registry.of_cluster(named[1])


def _named_before(phrase: Phrase, lemma: str) -> Entity | None:
    """The organization named last whose name or description says that it is one of these."""
    registry, start = phrase.registry, phrase.span.start
    near = registry.names_before(start, _LOOKED_AT)
    before = [c for c in {id(c): c for _, _, c in near if not c.is_person}.values() if not _is_country(c)]
    words = load_table("kinds").get(lemma, frozenset()) | {lemma}
    matching = [c for c in before if words & set(c.key)]
    if not matching and lemma in _ANY_ORGANIZATION:
        matching = [c for c in before if _speaks_or_acts(phrase, c)]
    last = max(matching, key=lambda c: c.named_before(start), default=None)
    return registry.of_cluster(last) if last is not None else None


def _is_country(found: Cluster) -> bool:
    return found.key[0] in countries() and len(found.key) == 1


def _speaks_or_acts(phrase: Phrase, found: Cluster) -> bool:
    """A company, and no place, river or bill: it is a subject, has a president, or bears a company's name."""
    if set(found.key) & load_words("thing_words") or all(n.is_place for n in found.names[:5]):
        return False
    plain = phrase.registry.document.plain
    beside = " ".join(plain[n.span.end : n.span.end + 24] for n in found.names[:8]).lower()
    people = " ".join(r for c in phrase.registry.clusters[:_LOOKED_AT] if c.is_person for r in c.roles)
    return (
        bool(set(found.key) & load_words("company_words", "organizations"))
        or re.search(r" said| says|['’]s (?:chief|president|owner|spokes)", beside) is not None
        or found.display in people
        or len(found.names) > 2
    )


def described(phrase: Phrase) -> Link | None:
    """Whatever else heads the phrase; nobody, if it is a pronoun or holds no word."""
    word: Word = phrase.head
    words = [w.lower() for w in re.findall(r"[^\W\d_]+", phrase.bare())]
    empty = all(w in load_words("stop_words") or len(w) == 1 or w in {"latter", "former", "ones"} for w in words)
    if word.upos in {"PRON", "DET"} or empty:
        return Link(None, "unresolved pronoun")
    kind = SpeakerType.ORGANIZATION if "@" in phrase.text else SpeakerType.UNKNOWN
    entity = phrase.registry.of_description(
        kind, full_description(phrase, "of"), phrase.lemma, definite=phrase.is_definite
    )
    return Link(entity, "description")
