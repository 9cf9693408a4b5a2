"""Elegant variation: a new description of the person just named, such as the Vermont senator or the former striker."""

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.fit import gender_agrees, is_alike, surroundings
from sayso_server.core.speakers.descriptions.phrase import Phrase
from sayso_server.core.speakers.descriptions.topic import is_another, reports, speaker_before, subjects, topic
from sayso_server.core.speakers.entities import Proposal
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.spelling import countries, is_human_noun, normal, unabbreviated
from sayso_server.core.statement import SpeakerType
from sayso_server.core.tree import Word

_BEFORE = 3000
"""Maximum number of characters back to a statement of an office holder."""


def variation(phrase: Phrase) -> Proposal | None:
    """Ann Orr was glad. The Harwick striker said …: the person whom the sentence before is about.

    Applies to phrases that the text has not used before and that say where a person is from, or what they used to be;
    any other, if that person spoke just before in the same paragraph.
    An office (the Harwick mayor) may be another person's: it is linked only to someone who has spoken and has no other.
    """
    lemma = unabbreviated(phrase.lemma)
    is_member = phrase.lower in load_words("party_members")
    is_human = is_member or is_human_noun(lemma) or lemma.partition("-of-")[0] in load_words("personal_epithets")
    if not phrase.is_definite or phrase.is_plural or not is_human or phrase.possessor is not None:
        return None
    if _is_qualified(phrase) or phrase.is_introduced:
        return None
    if any(c.is_person for c in phrase.names) and not is_member:
        return None
    if _answers(phrase) or phrase.entities.described(SpeakerType.PERSON, lemma):
        return None
    found = topic(phrase)
    if found is None or not gender_agrees(lemma, found) or not _is_of_country(phrase, found):
        return None
    if not _tells_quality(phrase, lemma) and not _speaks_again(phrase, lemma, found):
        return None
    if lemma in load_words("roles") - load_words("personal_epithets") and not _may_hold(phrase, found, lemma):
        return None
    return Proposal(phrase.entities.named[found], rules.EPITHET)


def _answers(phrase: Phrase) -> bool:
    """Whether the verb is one of answering: the other speaker is meant, not the last one."""
    verb = phrase.tree.head(phrase.head)
    return verb is not None and verb.lemma in load_words("answering_verbs")


def _is_qualified(phrase: Phrase) -> bool:
    """Whether more words describe the head: the driver and his wife; not: the Tory from Carrow."""
    own = phrase.qualifiers("nmod", "acl", "acl:relcl", "appos", "conj")
    is_member = phrase.lower in load_words("party_members") or is_alike("lawmaker", {phrase.lemma})
    return any(not (is_member and phrase.tree.child(w, "case") is not None) for w in own)


def _speaks_again(phrase: Phrase, lemma: str, found: NameCluster) -> bool:
    """Ann Orr said it was late. The statistician said …: she has just spoken, and the noun is new.

    A bare role that needs no introduction (the judge), and one of a body (the FBI director), is someone else's.
    """
    lead = _lead(phrase)
    is_other = lemma in load_words("implied_roles") and not lead
    is_of_body = lemma in load_words("roles") and any(_is_of_body(phrase, w) for w in lead)
    if not phrase.is_reporting or is_other or is_of_body or lemma in load_words("hosts"):
        return False
    for tree in phrase.sentences_before(_BEFORE):
        same = (w for w in tree.words if w.xpos == "NN" and normal(w.lemma) == lemma)
        if any(not is_another(phrase, tree, w) for w in same):
            return False
    return speaker_before(phrase) is found


def _lead(phrase: Phrase) -> list[Word]:
    """The words between the article and the head noun."""
    return phrase.tree.between(phrase.span.start, phrase.head.start)[1:]


def _tells_quality(phrase: Phrase, lemma: str) -> bool:
    """Whether "former" or a name precedes the head, or it is a party's.

    Before an office, a body's name does not count (the FBI director).
    """
    lead = _lead(phrase)
    if phrase.lower in load_words("party_members"):
        return True
    if any(w.lower in load_words("once") for w in lead):
        return True
    named = [w for w in lead if w.text[:1].isupper() and normal(w.text) not in load_words("roles", "title_words")]
    return bool(named) and (lemma not in load_words("roles") or not any(_is_of_body(phrase, w) for w in named))


def _is_of_body(phrase: Phrase, word: Word) -> bool:
    """Whether a word is an acronym or tagged as an organization, and no country or party: FBI, Treasury."""
    found, text = phrase.entities.names.at(word), normal(word.text)
    if text in load_words("party_adjectives") or text in countries():
        return False
    return (word.text.isupper() and len(word.text) > 1) or (found is not None and found.mention.label == "ORG")


def _is_of_country(phrase: Phrase, found: NameCluster) -> bool:
    """Whether the person may come from the country that the phrase names."""
    wanted = {countries()[text] for w in _lead(phrase) if (text := normal(w.text)) in countries()}
    told = {countries()[w] for w in surroundings(phrase, found) if w in countries()}
    return not wanted or not told or bool(wanted & told)


def _may_hold(phrase: Phrase, found: NameCluster, lemma: str) -> bool:
    """Whether the person may hold the office: they have spoken, and no other office is given with their name."""
    own = found.words & load_words("roles")
    is_past = any(w.lower in load_words("once") for w in _lead(phrase))  # the former minister, now an MP
    is_besides = is_past or lemma in load_words("roles_besides_others")
    if is_past and phrase.is_reporting:
        return True
    if lemma not in load_words("implied_roles") and speaker_before(phrase) is found:
        return True
    if own and not is_besides and not is_alike(lemma, found.words):
        return False
    if speaker_before(phrase) is found:
        return True
    before = (phrase.tree, *phrase.sentences_before(_BEFORE))
    return any(s.person is found and reports(s.verb) for tree in before for s in subjects(phrase, tree))
