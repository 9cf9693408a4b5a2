"""Phrases that hold the name of whom they mean."""

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.descriptions.phrase import Phrase, cleaned, undetermined
from sayso_server.core.speakers.entities import Entity, Link
from sayso_server.core.speakers.names.aliases import Cluster
from sayso_server.core.speakers.names.spelling import is_demonym, is_human_noun, normal
from sayso_server.core.statement import Span, SpeakerType
from sayso_server.core.tree import Word


def coordinated_names(phrase: Phrase) -> Link | None:
    """Ann Orr and Owen Pell: a group."""
    heads = [phrase.head, *phrase.tree.children(phrase.head, "conj")]
    found = [named for head in heads if (named := phrase.registry.name_at(head)) and head.start < phrase.span.end]
    people = list({id(c): c for _, c in found}.values())
    if len(people) < 2 or len(people) != len(heads):
        return None
    names = [c.display for c in people]
    together = ", ".join(names[:-1]) + " and " + names[-1]
    entity = phrase.registry.of_description(SpeakerType.GROUP, together, "and", definite=True)
    return Link(entity, "coordinated names")


def name_behind_role(phrase: Phrase) -> Link | None:
    """The Carrow Institute's director, Ann Orr; Carrow Institute scientist Ann Orr: wherever the head is."""
    named = phrase.registry.named_from(phrase.head.end, phrase.span.end)
    if not named or not named[-1][2].is_person or named[-1][1] < phrase.span.end or phrase.is_plural:
        return None
    between = [w for w in phrase.tree.between(phrase.head.start, named[-1][0]) if w.text != ","]
    if not between or between[-1].xpos == "NNS" or not is_human_noun(normal(between[-1].lemma)):
        return None
    ties = {"ADP", "VERB", "PRON"} | (set() if phrase.tree.words[between[-1].index - 1].upos == "ADJ" else {"CCONJ"})
    if any(w.upos in ties and phrase.registry.name_at(w) is None for w in between):
        return None
    return name_link(phrase, named[-1][0], named[-1][2])


def name_at_head(phrase: Phrase) -> Link | None:
    """The name that heads the phrase: Kirby, Sen. Ada Prowse, the White House."""
    found = phrase.registry.name_at(phrase.head)
    if found is None:
        return _titled(phrase)
    if _is_only_place(phrase, found[1]):
        return None
    return _name_of_one(phrase, found[1]) or name_link(phrase, *found)


def _titled(phrase: Phrase) -> Link | None:
    """Mayor of London Ann Orr: the parser sees the head in the title."""
    for start, _, found in phrase.registry.named_from(phrase.head.end, phrase.span.end):
        title = found.title_at(start)
        before = [w for w in phrase.tree.words if w.start < start][-len(title) :] if title else []
        if found.is_person and phrase.head in before:
            return name_link(phrase, start, found)
    return None


def _name_of_one(phrase: Phrase, found: Cluster) -> Link | None:
    """A Republican, Ann Orr: one of those whom the head names."""
    first = phrase.tree.between(phrase.span.start, phrase.head.start)[:1]
    if found.is_person or not first or first[0].lower not in {"a", "an", "one", "another"}:
        return None
    named = (phrase.registry.name_at(c) for c in phrase.tree.children(phrase.head, "appos"))
    return next((name_link(phrase, *n) for n in named if n is not None and n[1].is_person), None)


def _is_only_place(phrase: Phrase, found: Cluster) -> bool:
    """Kesterian in "the Kesterian": a people's name alone is nobody's."""
    return len(found.key) == 1 and is_demonym(found.key[0]) and not found.is_person and phrase.head.upos != "PROPN"


def name_link(phrase: Phrase, start: int, found: Cluster) -> Link:
    """The speaker of that name; who else may be meant where two have it."""
    registry = phrase.registry
    rivals = registry.rivals.get(start, ())
    sieve = registry.sieves.get(start, "name")
    others = tuple((registry.of_cluster(r), 1.0) for r in rivals)
    entity = registry.of_cluster(found)
    _add_level(phrase, start, found, entity)
    return Link(entity, sieve, others)


def _add_level(phrase: Phrase, start: int, found: Cluster, entity: Entity) -> None:
    """The state Transportation Department: what stands between article and name belongs to it."""
    lead = phrase.registry.document.plain[phrase.span.start : start].split()
    level = [w for w in lead if w in load_words("levels")]
    if not found.is_person and level and lead[-1] == level[-1] and not entity.display.startswith(level[-1]):
        entity.display = f"{level[-1]} {entity.display}"


def name_in_apposition(phrase: Phrase) -> Link | None:
    """Her manager, Bex Tolliver; one manufacturer, Pellucid; a spokesman for the ministry, Jonas Wickery."""
    lemma = phrase.lemma
    kinds = load_words("roles", "organizations", "generic_organizations")
    for child in phrase.tree.children(phrase.head, "appos", "flat", "nmod", "list", "dep", "conj"):
        found = phrase.registry.name_at(child)
        if found is None or child.start >= phrase.span.end or _is_attached(phrase, child):
            continue
        follows = child.index > phrase.head.index and (lemma in kinds or child.relation == "flat")
        at_once = child.start - phrase.head.end <= 1 and lemma in load_words("organizations")
        if child.relation == "appos" or (follows and (found[1].is_person or at_once)):
            if child.relation == "appos" and lemma in load_words("documents") - {"site", "website", "paper"}:
                continue
            return name_link(phrase, *found)
    return _person_behind_comma(phrase) or _name_at_end(phrase) or _name_behind_title(phrase)


def _is_attached(phrase: Phrase, child: Word) -> bool:
    """Whether a preposition, a possessive mark or a conjunction ties the name: Ortiz's aide, the spokesman for Olin."""
    before = [w for w in phrase.tree.children(child, "case", "cc") if w.index < child.index]
    return bool(before) or child.deprel == "nmod:poss"


def _name_behind_title(phrase: Phrase) -> Link | None:
    """Ex-Prime Minister Ann Orr, the president of the council: the name wherever the parser sees the head."""
    named = phrase.registry.named_from(phrase.span.start, phrase.span.end)
    if not named or not named[0][2].is_person or phrase.is_plural or named[0][1] >= phrase.head.start:
        return None
    start, end, found = named[0]
    behind = next((w for w in phrase.tree.words if w.start >= end), None)
    is_role = phrase.lemma in load_words("roles") and behind is not None and behind.text == ","
    if not is_role and not (behind is not None and behind.deprel == "acl"):
        return None
    lead = [w for w in phrase.tree.between(phrase.span.start, start) if w.upos not in {"DET", "PUNCT"}]
    known = load_words("roles", "honorifics", "title_words") | {"ex"}
    is_title = all((n := normal(w.text)) in known or n.removeprefix("ex-") in known or w.upos == "ADJ" for w in lead)
    return name_link(phrase, start, found) if is_title else None


def coordination(phrase: Phrase) -> Link | None:
    """The president and Congress, Owen Pell and his wife: a group. Not: the chairman and chief executive."""
    others = [w for w in phrase.tree.children(phrase.head, "conj") if w.end <= phrase.span.end]
    joined = [c.lower for w in others for c in phrase.tree.children(w, "cc")]
    if phrase.is_plural or "and" not in joined or not all(_stands_alone(phrase, w) for w in others):
        return None
    own = phrase.registry.name_at(phrase.head)
    if own is not None and any(phrase.registry.name_at(w) == own for w in others):  # Health and Human Services
        return None
    if phrase.head.upos not in {"NOUN", "PROPN"} or not _stands_alone(phrase, phrase.head):
        return None
    named = {s: (e, c.display) for s, e, c in phrase.registry.named_from(phrase.span.start, phrase.span.end)}
    entity = phrase.registry.of_description(SpeakerType.GROUP, _with_full_names(phrase, named), "and", definite=True)
    return Link(entity, "coordination")


def _stands_alone(phrase: Phrase, word: Word) -> bool:
    """Whether a conjunct is somebody of its own: it has a name, an article, a possessor."""
    return phrase.registry.name_at(word) is not None or bool(phrase.tree.children(word, "det", "nmod:poss"))


def _with_full_names(phrase: Phrase, named: dict[int, tuple[int, str]]) -> str:
    plain, out, position = phrase.registry.document.plain, "", phrase.span.start
    for start, (end, display) in named.items():
        if end <= phrase.span.end:
            out += plain[position:start] + display
            position = end
    text = cleaned(out + plain[position : phrase.span.end])
    return undetermined(text, phrase.tree.between(phrase.span.start, phrase.span.end))


def _name_at_end(phrase: Phrase) -> Link | None:
    """Study co-author Seth John: a person's name that ends the phrase, tied to the head by nothing."""
    found = next(
        (f for f in phrase.registry.named_from(phrase.head.start, phrase.span.end) if f[1] >= phrase.span.end), None
    )
    if found is None or not found[2].is_person or found[0] <= phrase.head.start:
        return None
    between = phrase.tree.between(phrase.head.end, found[0])
    is_titled = bool(between) and normal(between[-1].lemma) in load_words("roles")
    ties = {"ADP", "PART", "VERB", "PUNCT", "PRON"} | (set() if is_titled else {"CCONJ"})
    if any(w.upos in ties for w in between) or phrase.is_plural:
        return None
    return name_link(phrase, found[0], found[2])


def _person_behind_comma(phrase: Phrase) -> Link | None:
    """A name that ends the phrase behind a comma, whatever the parser made of it."""
    if not phrase.names or (phrase.lemma not in load_words("roles") and phrase.lower != "one"):
        return None
    last = phrase.names[-1]
    start, end = next((s, e) for s, e, c in phrase.registry.named_from(phrase.span.start, phrase.span.end) if c is last)
    plain = phrase.registry.document.plain
    lead = plain[max(0, start - 24) : start]
    before = lead.rpartition(",")
    behind_comma = before[1] == "," and all(normal(w) in load_words("honorifics") for w in before[2].split())
    if last.is_person and behind_comma and Span(start, end).end >= phrase.span.end - 1:
        return name_link(phrase, start, last)
    return None
