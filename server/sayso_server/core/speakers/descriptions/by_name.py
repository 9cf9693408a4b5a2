"""Phrases that contain the name of the person or thing that they refer to."""

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.phrase import Phrase
from sayso_server.core.speakers.entities import Proposal
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.index import Occurrence
from sayso_server.core.speakers.names.spelling import is_demonym, is_human_noun, normal
from sayso_server.core.tree import Word

_LEAD = 24
"""Characters before a name in which to look for a comma: one of them, Sen. Ada Prowse."""

_ABBREVIATED = 3
"""Number of words in an abbreviation with its brackets."""


def by_name(phrase: Phrase, found: Occurrence) -> Proposal:
    """The entity of a name; others with this name are rivals."""
    generation = _of_generation(phrase, found)
    if generation is not None:
        return Proposal(phrase.entities.named[generation], rules.SURNAME)
    entity = phrase.entities.named[found.cluster]
    level = _level(phrase, found)
    display = f"{level} {entity.display}" if level and not entity.display.startswith(level) else ""
    rivals = phrase.entities.rivals_of(found)
    personhood = tuple((f"person: {feature}", added) for feature, added in found.mention.evidence)
    return Proposal(entity, found.rule, rivals, evidence=personhood, display=display)


def _of_generation(phrase: Phrase, found: Occurrence) -> NameCluster | None:
    """The elder or younger of two with one surname: the elder Penn is the parent, or the one who is not the child."""
    before = phrase.tree.between(phrase.span.start, found.start)[-1:]
    is_elder = bool(before) and before[0].lower in load_words("elder")
    if not (is_elder or (before and before[0].lower in load_words("younger"))) or len(found.mention.key) > 1:
        return None
    surname = found.mention.key[-1]
    same = [c for c in phrase.entities.names.clusters if c.is_person and c.key[-1] == surname and len(c.key) > 1]
    own, other = load_words("older_kin"), load_words("younger_kin")
    if not is_elder:
        own, other = other, own
    chosen = [c for c in same if c.words & own] or [c for c in same if not c.words & other]
    return chosen[0] if len(same) > 1 and len(chosen) == 1 else None


def _level(phrase: Phrase, found: Occurrence) -> str:
    """The level of government before a name, which belongs to it: state in "the state Transportation Department"."""
    lead = phrase.plain[phrase.span.start : found.start].split()
    return lead[-1] if not found.cluster.is_person and lead and lead[-1] in load_words("levels") else ""


def name_after_job_title(phrase: Phrase) -> Proposal | None:
    """The person named after a job title: the institute's director, Ann Orr; Carrow Institute scientist Ann Orr."""
    named = phrase.entities.names.from_to(phrase.head.end, phrase.span.end)
    if not named or not named[-1].cluster.is_person or named[-1].end < phrase.span.end or phrase.is_plural:
        return None
    between = [w for w in phrase.tree.between(phrase.head.start, named[-1].start) if w.text != ","]
    if not between or between[-1].xpos == "NNS" or not is_human_noun(normal(between[-1].lemma)):
        return None
    ties = {"ADP", "VERB", "PRON"} | (set() if phrase.tree.words[between[-1].index - 1].upos == "ADJ" else {"CCONJ"})
    if any(w.upos in ties and phrase.entities.names.at(w) is None for w in between):
        return None
    return by_name(phrase, named[-1])


def name_before_verb(phrase: Phrase) -> Proposal | None:
    """The person between a cut source and its verb: Drivers' union Aslef general secretary | Ann Orr | said."""
    verb = phrase.tree.head(phrase.head)
    between = phrase.tree.between(phrase.span.end, verb.start) if verb is not None and verb.upos == "VERB" else []
    if not between or phrase.plain[phrase.span.end : between[0].start] not in {" ", ""}:
        return None
    is_abbreviated = [w.text for w in between[0:3:2]] == ["(", ")"] and len(between) > _ABBREVIATED
    if is_abbreviated:  # Member of the council (MC) Ann Orr
        between = between[_ABBREVIATED:]
    if any(w.upos not in {"ADJ", "NOUN", "PROPN"} and w.text != "-" for w in between):
        return None
    found = phrase.entities.names.at(between[-1])
    is_person = found is not None and found.cluster.is_person and found.end == between[-1].end
    lead = [w for w in between if found is not None and w.end <= found.start]
    titles = [phrase.head, *lead] if is_abbreviated else lead
    is_titled = bool(titles) and is_human_noun(normal(titles[-1].lemma))
    return by_name(phrase, found) if found is not None and is_person and is_titled else None


def name_at_head(phrase: Phrase) -> Proposal | None:
    """The name that heads the phrase: Kirby, Sen. Ada Prowse, the White House."""
    found = phrase.entities.names.at(phrase.head)
    if found is None:
        return _titled(phrase)
    if _is_only_place(phrase, found.cluster):
        return None
    return _one_of(phrase, found.cluster) or by_name(phrase, found)


def _titled(phrase: Phrase) -> Proposal | None:
    """The person after a title that the parser takes for the head: Mayor of London Ann Orr."""
    for found in phrase.entities.names.from_to(phrase.head.end, phrase.span.end):
        title = found.mention.title
        before = [w for w in phrase.tree.words if w.start < found.start][-len(title) :] if title else []
        if found.cluster.is_person and phrase.head in before:
            return by_name(phrase, found)
    return None


def _one_of(phrase: Phrase, found: NameCluster) -> Proposal | None:
    """The person in apposition to the name of a group: a Republican, Ann Orr."""
    first = phrase.tree.between(phrase.span.start, phrase.head.start)[:1]
    if found.is_person or not first or first[0].lower not in load_words("one_of_several"):
        return None
    named = (phrase.entities.names.at(c) for c in phrase.tree.children(phrase.head, "appos"))
    return next((by_name(phrase, n) for n in named if n is not None and n.cluster.is_person), None)


def _is_only_place(phrase: Phrase, found: NameCluster) -> bool:
    """Whether the name is only that of a people or party, and so no one's: Kesterian in "the Kesterian", the Tory."""
    is_member = phrase.lower in load_words("party_members") and phrase.head.xpos in {"NN", "NNP", "JJ"}
    if is_member and phrase.is_definite and not found.is_person:
        return True
    return len(found.key) == 1 and is_demonym(found.key[0]) and not found.is_person and phrase.head.upos != "PROPN"


def name_in_apposition(phrase: Phrase) -> Proposal | None:
    """The name in apposition: her manager, Bex Tolliver; one manufacturer, Pellucid; a spokesman, Jonas Wickery."""
    lemma = phrase.lemma
    for child in phrase.tree.children(phrase.head, "appos", "flat", "nmod", "list", "dep", "conj"):
        found = phrase.entities.names.at(child) or _after_title(phrase, child)
        if found is None or child.start >= phrase.span.end or _is_attached(phrase, child):
            continue
        if child.relation == "appos":
            if lemma in load_words("documents") - load_words("publishing_documents"):
                continue
            return by_name(phrase, found)
        kinds = load_words("roles", "organizations", "generic_organizations")
        is_one = not phrase.is_plural or child.relation == "flat" or not found.cluster.is_person
        follows = child.index > phrase.head.index and is_one and (lemma in kinds or child.relation == "flat")
        at_once = child.start - phrase.head.end <= 1 and lemma in load_words("organizations")
        if follows and (found.cluster.is_person or at_once):
            return by_name(phrase, found)
    found_at_end = _person_after_comma(phrase) or _name_at_end(phrase) or _name_after_title(phrase)
    return found_at_end or _name_of_two_jobs(phrase)


def _after_title(phrase: Phrase, child: Word) -> Occurrence | None:
    """Marsh in "her teacher, a Miss Marsh", where the parser sees an apposition to the title."""
    if normal(child.text) not in load_words("honorifics"):
        return None
    named = (phrase.entities.names.at(w) for w in phrase.tree.children(child, "appos", "flat"))
    return next((one for one in named if one is not None and one.cluster.is_person), None)


def _is_attached(phrase: Phrase, child: Word) -> bool:
    """Whether a preposition, a possessive mark or a conjunction ties the name: Ortiz's aide, the spokesman for Olin."""
    before = [w for w in phrase.tree.children(child, "case", "cc") if w.index < child.index]
    return bool(before) or child.deprel == "nmod:poss"


def _person_after_comma(phrase: Phrase) -> Proposal | None:
    """The person named at the end of the phrase, after a comma: one of them, Sen. Ada Prowse."""
    if not phrase.names or phrase.is_plural or not (is_human_noun(phrase.lemma) or phrase.lower == "one"):
        return None
    last = phrase.names[-1]
    found = next(n for n in phrase.entities.names.from_to(phrase.span.start, phrase.span.end) if n.cluster is last)
    before = phrase.plain[max(0, found.start - _LEAD) : found.start].rpartition(",")
    after_comma = before[1] == "," and all(_is_honorific(w) for w in before[2].split())
    if last.is_person and after_comma and found.end >= phrase.span.end - 1:
        return by_name(phrase, found)
    return None


def _is_honorific(word: str) -> bool:
    """Whether a word is an honorific or part of one: Senator, the, Very, Rev."""
    return word == "the" or normal(word) in load_words("honorifics", "titles_with_article")


def _name_at_end(phrase: Phrase) -> Proposal | None:
    """The person named at the end, if nothing separates the name from the head: study co-author Seth John."""
    named = phrase.entities.names.from_to(phrase.head.start, phrase.span.end)
    found = next((n for n in named if n.end >= phrase.span.end), None)
    if found is None or not found.cluster.is_person or found.start <= phrase.head.start:
        return None
    between = phrase.tree.between(phrase.head.end, found.start)
    is_titled = bool(between) and normal(between[-1].lemma) in load_words("roles")
    ties = {"ADP", "PART", "VERB", "PUNCT", "PRON"} | (set() if is_titled else {"CCONJ"})
    if any(w.upos in ties for w in between) or phrase.is_plural:
        return None
    return by_name(phrase, found)


def _name_after_title(phrase: Phrase) -> Proposal | None:
    """The person named before the head: ex-Prime Minister Ann Orr, the president of the council."""
    named = phrase.entities.names.from_to(phrase.span.start, phrase.span.end)
    if not named or not named[0].cluster.is_person or phrase.is_plural or named[0].end >= phrase.head.start:
        return None
    after = next((w for w in phrase.tree.words if w.start >= named[0].end), None)
    is_job = phrase.lemma in load_words("roles") and after is not None and after.text == ","
    if not is_job and not (after is not None and after.deprel == "acl"):
        return None
    lead = phrase.tree.between(phrase.span.start, named[0].start)
    is_title = all(_is_of_title(w) for w in lead if w.upos not in {"DET", "PUNCT"})
    return by_name(phrase, named[0]) if is_title else None


def _name_of_two_jobs(phrase: Phrase) -> Proposal | None:
    """The person with two jobs, of which the second has no article: Carrow mother and former teacher Ann Orr, 42."""
    tree, second = phrase.tree, next(iter(phrase.tree.children(phrase.head, "conj")), None)
    if second is None or second.start >= phrase.span.end or tree.children(second, "det", "nmod:poss"):
        return None
    if any(w.xpos == "NNS" or not is_human_noun(normal(w.lemma)) for w in (phrase.head, second)):
        return None
    named = phrase.entities.names.from_to(second.end, phrase.span.end)
    found = next((one for one in named if one.cluster.is_person), None)
    before = tree.between(second.start, found.start) if found is not None else []
    if found is None or any(w.text == "," or w.upos == "VERB" for w in before) or before[-1].upos in {"ADP", "CCONJ"}:
        return None
    return by_name(phrase, found)


def _is_of_title(word: Word) -> bool:
    """Whether a word can be part of a title: Ex-Prime, Minister, veteran."""
    known = load_words("roles", "honorifics", "title_words")
    bare = normal(word.text).removeprefix("ex-")
    return bare in known or bare == "ex" or word.upos == "ADJ"
