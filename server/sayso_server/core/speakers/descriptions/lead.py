"""A bare role or body in a headline or lead (a councillor has said …), and its name in the text after it."""

from sayso_server.core import lexicon
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.fit import fit, words_wanted
from sayso_server.core.speakers.descriptions.phrase import Phrase
from sayso_server.core.speakers.entities import Proposal
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.index import Occurrence
from sayso_server.core.speakers.names.spelling import is_human_noun, unabbreviated
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree

_MOST_PARAGRAPHS = 2
"""Number of paragraphs in a headline and a lead."""
_NAMED_WITHIN = 5
"""Number of paragraphs in which the name must appear."""
_WORDS_LEFT_OUT = frozenset({"former", "ex"})
"""Words of a description that do not tell one holder of a role from another."""


def role_in_lead(phrase: Phrase) -> Proposal | None:
    """The one person with a role named later, if no one is named before: a councillor has said …. Cllr Mara Olin …"""
    document, start = phrase.entities.document, phrase.span.start
    lemma = unabbreviated(phrase.lemma)
    determiner = phrase.tree.child(phrase.head, "det", "nmod:poss")
    is_new = determiner is None or determiner.lower in load_words("indefinite_determiners") - {"another"}
    if not is_new or phrase.is_plural or phrase.names or not is_human_noun(lemma):
        return None
    if len(document.paragraphs) < 2 or document.story_paragraph_at(start) >= _MOST_PARAGRAPHS:
        return None
    names = phrase.entities.names
    if phrase.tree.children(phrase.head, "nmod", "acl", "acl:relcl", "conj"):
        return None
    end = next((p.start for p in document.paragraphs[_NAMED_WITHIN:]), len(document.plain))
    if any(found.cluster.is_person for found in names.before(phrase.tree.span.end, 1)):
        return None
    later = dict.fromkeys(found.cluster for found in names.from_to(phrase.tree.span.end, end))
    fitting = [c for c in later if c.is_person and _fits(phrase, c, lemma)]
    return Proposal(phrase.entities.named[fitting[0]], rules.ROLE_IN_LEAD) if len(fitting) == 1 else None


def named_after_lead(phrase: Phrase) -> Proposal | None:
    """The person whom a lead leaves for the next paragraph: The finance minister said …. ¶ “…,” said Owen Pell.

    Its first sentence with a person names only one, in full and without a role, who speaks; no one is named before.
    """
    document, names = phrase.entities.document, phrase.entities.names
    if phrase.is_plural or not phrase.is_definite or not is_human_noun(unabbreviated(phrase.lemma)):
        return None
    lead = document.paragraph_at(phrase.span.start)
    if document.story_paragraph_at(phrase.span.start) >= _MOST_PARAGRAPHS or lead + 1 >= len(document.paragraphs):
        return None
    following = document.paragraphs[lead + 1]
    if any(found.cluster.is_person for found in names.from_to(0, following.start)):
        return None
    return _speaker_in(phrase, following)


def named_next(phrase: Phrase) -> Proposal | None:
    """The business secretary said …. Oliver Penn told …: the person whom the text first names in the next sentence.

    Only a phrase of several words, in a paragraph that names no one before.
    """
    document, names = phrase.entities.document, phrase.entities.names
    is_human = is_human_noun(unabbreviated(phrase.lemma))
    if phrase.is_plural or not phrase.is_definite or not is_human or not phrase.modifiers or phrase.names:
        return None
    paragraph = document.paragraphs[document.paragraph_at(phrase.span.start)]
    if any(found.cluster.is_person for found in names.from_to(paragraph.start, phrase.tree.span.end)):
        return None
    after = document.trees_within(Span(phrase.tree.span.end, paragraph.end))
    opens = names.at(after[0].words[0]) if after else None
    is_first = opens is not None and opens.cluster.mentions[0].span.start == opens.start
    return _speaker_in(phrase, after[0].span) if is_first else None


def _speaker_in(phrase: Phrase, part: Span) -> Proposal | None:
    """The one person in the first sentence with a name in a part of the text, if named in full, who speaks there."""
    document, names = phrase.entities.document, phrase.entities.names
    people = [one for one in names.from_to(part.start, part.end) if one.cluster.is_person]
    tree = document.tree_at(people[0].start) if people else None
    if tree is None or any(one.cluster is not people[0].cluster for one in people if one.start < tree.span.end):
        return None
    is_bare = len(people[0].mention.key) > 1 and not people[0].cluster.words - load_words("dropped_honorifics")
    named = phrase.entities.named[people[0].cluster]
    return Proposal(named, rules.NAMED_AFTER_LEAD) if is_bare and _speaks(tree, people[0]) else None


def _speaks(tree: Tree, found: Occurrence) -> bool:
    """Whether a name is the subject of a reporting verb, without an apposition (not: Owen Pell, an analyst, said)."""
    subjects = [w for w in tree.between(found.start, found.end) if w.relation == "nsubj"]
    verbs = [tree.head(w) for w in subjects if not tree.children(w, "appos", "nmod")]
    return any(verb is not None and lexicon.verb(verb.lemma.lower()) is not None for verb in verbs)


def body_in_headline(phrase: Phrase) -> Proposal | None:
    """The one body named later with a headline's words: Kesterian academy opens. The Royal Kesterian Academy …"""
    document = phrase.entities.document
    if len(document.paragraphs) < 2 or document.paragraph_at(phrase.span.start) > 0 or phrase.is_plural:
        return None
    if (
        phrase.lemma not in load_words("organizations")
        or phrase.tree.child(phrase.head, "det", "nmod:poss") is not None
    ):
        return None
    words = words_wanted(phrase)
    later = (one.cluster for one in phrase.entities.names.from_to(phrase.tree.span.end, len(document.plain)))
    bodies = [c for c in dict.fromkeys(later) if not c.is_person and {*words, phrase.lemma} <= set(c.key)]
    return Proposal(phrase.entities.named[bodies[0]], rules.BODY_IN_HEADLINE) if words and len(bodies) == 1 else None


def _fits(phrase: Phrase, found: NameCluster, lemma: str) -> bool:
    """Whether the role is given with the name, and nothing contradicts the other words."""
    wanted = words_wanted(phrase) - _WORDS_LEFT_OUT
    return fit(phrase, found, lemma, wanted) is not None or found.words == {lemma}
