"""Links the source of a statement to a speaker: a first person, a pronoun or a noun phrase."""

from typing import NamedTuple

from sayso_server.core.grammar.noun_phrase import mention
from sayso_server.core.grammar.subject import is_relative
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.groups import as_group, name_of_part
from sayso_server.core.speakers.discourse.author import author
from sayso_server.core.speakers.discourse.pronouns import PRONOUN_RULES, genders_of, is_pronoun, kind_of_pronoun
from sayso_server.core.speakers.discourse.reader import Reader
from sayso_server.core.speakers.discourse.turns import NEAR
from sayso_server.core.speakers.entities import Entity, Link, Rival
from sayso_server.core.statement import Span, SpeakerType
from sayso_server.core.tree import Tree, Word

_LEAST = 0.05
"""Minimum probability of an alternative."""
_MOST_RIVALS = 4
_MOST_PARAGRAPHS = 1
"""Maximum number of paragraphs from a question to its answer."""


class Reported(NamedTuple):
    """What a source has said.

    `parent` is the speaker of the statement that contains this one, `cue` the lemma of the cue;
    `named` are those whom its content names in the words of the text: a pronoun before it does not mean them.
    """

    parent: Entity | None
    cue: str
    named: frozenset[Entity]


def link_source(reader: Reader, tree: Tree, source: Span, head: Word, told: Reported) -> Link:
    """The link of a source."""
    determiner = tree.child(head, "det")
    is_nobody = determiner is not None and determiner.lower in load_words("determiners_of_nobody")
    if is_nobody and reader.store.names.at(head) is None:  # no official; not: No 10
        return Link(None, rules.NOBODY_IN_PARTICULAR)
    if head.lower in load_words("first_person_pronouns") and head.text != "US":
        return _first_person(reader, head, told.parent)
    if is_relative(head) and head.upos == "PRON":
        return _relative(reader, tree, head)
    if is_pronoun(head):
        return _with_others(reader, tree, source, head, _pronoun(reader, head, told))
    reader.pending = head.start
    reader.read_to(max(source.end, head.end))
    return reader.link(tree, head, source)


def _first_person(reader: Reader, head: Word, parent: Entity | None) -> Link:
    """The link of I and we inside a statement: I is not an organization, we in a document are its issuers.

    Outside all statements, they are the author of a text that was announced.
    """
    if parent is None and (found := author(reader, head.start)) is not None:
        return Link(found, rules.FIRST_PERSON_OF_TEXT)
    if parent is not None and parent.type is SpeakerType.DOCUMENT and parent.issuer is not None:
        parent = parent.issuer
    silent = {SpeakerType.UNKNOWN} | ({SpeakerType.ORGANIZATION} if head.lower == "i" else set())
    if parent is None or parent.type in silent:
        return Link(None, rules.FIRST_PERSON_OF_NOBODY)
    return Link(parent, rules.FIRST_PERSON)


def antecedent_of_which(reader: Reader, tree: Tree, head: Word, verb: Word) -> Word:
    """The antecedent of "which", if the parser took a person: the fund in "Olin of the Carrow Fund, which …"."""
    which = next((w for w in tree.children(verb, "nsubj") if w.lower == "which"), None)
    is_clause = which is not None and verb.deprel == "acl:relcl" and verb.head == head.index
    return _thing_before(reader, tree, head, which) if which is not None and is_clause else head


def _relative(reader: Reader, tree: Tree, head: Word) -> Link:
    """The link of a relative pronoun, to its antecedent: who in "Olin, who said"."""
    clause = next((a for a in [head, *tree.ancestors(head)] if a.deprel == "acl:relcl"), None)
    antecedent = tree.head(clause) if clause is not None else None
    if antecedent is None:
        return Link(None, rules.NO_ANTECEDENT)
    if head.lower == "which":
        antecedent = _thing_before(reader, tree, antecedent, head)
    reader.read_to(antecedent.end)
    return reader.link(tree, antecedent, mention(tree, antecedent, reader.store.document.plain))


def _thing_before(reader: Reader, tree: Tree, antecedent: Word, which: Word) -> Word:
    """The last thing named before "which", if the antecedent is a person: the fund in "Olin of the fund, which …"."""
    names = reader.store.names
    found = names.at(antecedent)
    if found is None or not found.cluster.is_person:
        return antecedent
    between = ((word, names.at(word)) for word in reversed(tree.between(found.end, which.start)))
    return next((word for word, other in between if other is not None and not other.cluster.is_person), antecedent)


def _pronoun(reader: Reader, head: Word, told: Reported) -> Link:
    """The link of a pronoun, to its most probable entity; in a quotation, not to the speaker of the quotation."""
    reader.read_to(head.end)
    quoted = reader.store.document.quotation_at(head.start) is not None
    options, parent, cue = reader.ranked.get(head.start, []), told.parent, told.cue
    if quoted and parent is not None and parent.type is SpeakerType.PERSON:
        options = [one for one in options if one.entity is not parent]
    options = [one for one in options if one.entity not in told.named] or options
    asked = None if quoted else _asked(reader, head, cue)
    if asked is not None and (not options or options[0].entity is reader.turns[-1].entity):
        return Link(asked, rules.TURNS_TAKEN)
    guest = _guest(reader, head, cue, options[0].entity) if options and not quoted else None
    if guest is not None:
        return Link(guest, rules.GUEST_GOES_ON)
    if not options:
        return Link(None, rules.NO_ANTECEDENT)
    total = sum(one.probability for one in options)
    best, *others = options
    reader.pronouns[head.start] = best.entity
    rivals = (Rival(one.entity, one.probability / total) for one in others[:_MOST_RIVALS])
    return Link(
        best.entity,
        PRONOUN_RULES[kind_of_pronoun(head)],
        tuple(rival for rival in rivals if rival.weight >= _LEAST),
        share=best.probability / total,
        evidence=best.evidence,
    )


def _with_others(reader: Reader, tree: Tree, source: Span, head: Word, link: Link) -> Link:
    """The link to a group of the pronoun's antecedent and the people named with it: he and Owen Pell."""
    own = link.entity.cluster if link.entity is not None else None
    joined = [w for w in tree.children(head, "conj") if w.start < source.end]
    has_comma = any(w.text == "," for w in tree.between(head.end, joined[-1].start)) if joined else False
    if not has_comma and sum(tree.child(w, "cc") is not None for w in joined) <= 1:
        joined = joined[-1:]  # he and the port's director Owen Pell: "port" and "director" are not other people
    others = [name_of_part(reader.store.names, w) for w in joined]
    named = [found.cluster for found in others if found is not None and found.cluster.is_person]
    people = list(dict.fromkeys(cluster for cluster in (own, *named) if cluster is not None))
    if own is None or not named or len(named) < len(others) or len(people) < 2:
        return link
    return reader.store.apply(as_group(reader.store, people, rules.COORDINATED_NAMES), source)


def _asked(reader: Reader, head: Word, cue: str) -> Entity | None:
    """The person that the last speaker asked: “Where is the boat, Mr. Marsh?” Olin asked. “In the harbour,” he said.

    An answer comes from the person who was addressed, a denial from the person who was accused.
    """
    last = reader.turns[-1] if reader.turns else None
    cue = cue.replace(" ", "_")
    if last is None or kind_of_pronoun(head) != "he" or cue in load_words("going_on_verbs"):
        return None
    answers = cue in load_words("answering_verbs") or (last.charges and cue in load_words("denials"))
    target = last.target if answers or last.asks else None
    if target is None or target is last.entity or target.gender not in genders_of(head):
        return None
    return target if reader.store.document.steps(last.offset, head.start) <= _MOST_PARAGRAPHS else None


def _guest(reader: Reader, head: Word, cue: str, best: Entity) -> Entity | None:
    """The guest who spoke before the host and continues: “Lucky you,” the host quipped. She went on: …"""
    words = {best.head} | (best.cluster.words if best.cluster is not None else frozenset())
    if cue.replace(" ", "_") not in load_words("going_on_verbs") or not words & load_words("hosts"):
        return None
    spoke = [turn.entity for turn in reader.turns[-NEAR:]]
    if not spoke or spoke[-1] is not best:
        return None
    others = (e for e in reversed(spoke) if e is not best and e.type is SpeakerType.PERSON)
    return next((e for e in others if e.gender in genders_of(head)), None)
