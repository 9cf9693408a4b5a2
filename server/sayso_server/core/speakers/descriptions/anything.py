"""Any other phrase: an entity of unknown type, or no one."""

import re

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.phrase import Phrase, description
from sayso_server.core.speakers.entities import Proposal
from sayso_server.core.statement import SpeakerType


def anything(phrase: Phrase) -> Proposal:
    """The entity of any other phrase: @carrowfc, the storm. No one, if it is a pronoun or has no word with meaning."""
    words = [w.lower() for w in re.findall(r"[^\W\d_]+", phrase.bare)]
    empty = all(len(w) == 1 or w in load_words("stop_words", "empty_heads") for w in words)
    if phrase.head.upos in {"PRON", "DET"} or empty:
        return Proposal(None, rules.UNRESOLVED_PRONOUN)
    kind = SpeakerType.ORGANIZATION if "@" in phrase.text else SpeakerType.UNKNOWN
    text = description(phrase, "of")
    return phrase.entities.describe(rules.DESCRIPTION, kind, text, phrase.lemma, definite=phrase.is_definite)
