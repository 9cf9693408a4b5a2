"""Spouses with a shared surname: Ana and Owen Pell own the farm. Her husband …"""

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.fit import gender_agrees
from sayso_server.core.speakers.descriptions.phrase import Phrase
from sayso_server.core.speakers.entities import Proposal
from sayso_server.core.speakers.names.clusters import NameCluster


def spouse(phrase: Phrase) -> Proposal | None:
    """Ana and Owen Pell own the farm. Her husband said …: Owen Pell, who shares her surname."""
    owner = phrase.owner.cluster if phrase.owner is not None else None
    if owner is None or phrase.lemma not in load_words("spouses") or phrase.names:
        return None
    near = phrase.entities.names.before(phrase.span.start, len(phrase.entities.names.occurrences))
    people = dict.fromkeys(one.cluster for one in near if one.cluster.is_person and one.cluster is not owner)
    found = [c for c in people if _is_spouse(c, owner) and gender_agrees(phrase.lemma, c)]
    return Proposal(phrase.entities.named[found[0]], rules.EPITHET) if len(found) == 1 else None


def _is_spouse(found: NameCluster, owner: NameCluster) -> bool:
    """Whether two people share a surname that is given once for both, or one is described as a husband or wife."""
    if min(len(found.key), len(owner.key)) < 2 or found.key[-1] != owner.key[-1]:
        return False
    is_pair = any(n.has_given_surname for c in (found, owner) for n in c.sample)
    return is_pair or bool(found.words & load_words("spouses"))
