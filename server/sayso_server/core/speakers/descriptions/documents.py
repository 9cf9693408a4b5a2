"""Phrases that refer to a document: a readout of the call, the statement, Frontrow's filing."""

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.phrase import Phrase, description
from sayso_server.core.speakers.entities import Entity, NewEntity, Proposal
from sayso_server.core.speakers.names.index import Occurrence
from sayso_server.core.speakers.names.spelling import normal
from sayso_server.core.statement import SpeakerType


def document(phrase: Phrase) -> Proposal | None:
    """The document that a phrase refers to, known or new: a readout of the call; the statement; Frontrow's filing."""
    writings = load_words("documents", "writings")
    if not {phrase.lemma, phrase.lower} & writings or phrase.lower in load_words("groups"):
        return None
    return _same(phrase) or _continued(phrase) or _new(phrase)


def _new(phrase: Phrase) -> Proposal:
    text = description(phrase, "by")
    return Proposal(NewEntity(SpeakerType.DOCUMENT, text, phrase.lemma, issuer=_issuer(phrase)), rules.DOCUMENT)


def _same(phrase: Phrase) -> Proposal | None:
    """The latest known document of the same kind whose description agrees: the report, after a report."""
    same = [e for e in phrase.entities.recent_documents() if e.head == phrase.lemma]
    bare = phrase.bare
    if not same or phrase.possessor is not None:
        return None
    if not phrase.is_definite and bare.split()[0].lower() != phrase.lemma:
        return None
    words = set(bare.lower().split()) - {phrase.lemma}
    agreeing = [e for e in same if words <= set(e.display.lower().split())]
    is_short = len(words) < 2 or any(c.relation == "acl" for c in phrase.modifiers)
    best = agreeing or (same if is_short else [])
    if not best:
        return None
    fuller = len(bare.split()) > len(best[-1].display.split())
    return Proposal(best[-1], rules.SAME_DOCUMENT, display=bare if fuller else "")


def _continued(phrase: Phrase) -> Proposal | None:
    """The latest document that a general noun can refer to: the statement."""
    if not phrase.is_definite or len(phrase.bare.split()) != 1 or phrase.lemma not in load_words("continued_documents"):
        return None
    fitting = [e for e in phrase.entities.recent_documents() if not _is_other_kind(e, phrase)]
    return Proposal(fitting[-1], rules.DOCUMENT_CONTINUED) if fitting else None


def _is_other_kind(entity: Entity, phrase: Phrase) -> bool:
    """Whether a noun cannot refer to a document of this kind: a tweet is not a study; an audit ends in a report."""
    if phrase.lemma == "report" and entity.head in load_words("inquiries"):
        return False
    return entity.head not in load_words("continued_documents") and phrase.lemma not in load_words("vague_documents")


def _issuer(phrase: Phrase) -> Entity | None:
    """The issuer of a document: its possessor, the name after "by" or "from", an office in its name."""
    if phrase.owner is not None:
        return phrase.owner
    loose = None
    for found in phrase.entities.names.from_to(phrase.span.start, phrase.span.end):
        before = _word_before(phrase, found)
        if found.end > phrase.span.end or before in load_words("about_prepositions"):
            continue
        is_person = found.cluster.is_person
        if before in load_words("issuing_prepositions") and not (before == "of" and is_person):
            return phrase.entities.named[found.cluster]
        if not is_person and loose is None:
            loose = phrase.entities.named[found.cluster]
    return loose


def _word_before(phrase: Phrase, found: Occurrence) -> str:
    """The word before a name with its title and article: by in "by the Hon. Minister Ann Orr"."""
    lead = [w for w in phrase.plain[phrase.span.start : found.start].lower().split() if w != "the"]
    lead = lead[: len(lead) - len(found.mention.title)]
    lead = [w for w in lead if normal(w) not in load_words("honorifics")]
    return lead[-1] if lead else ""
