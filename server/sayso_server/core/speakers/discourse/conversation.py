"""Quotations without a cue: the same speaker continues, or the two speakers of a conversation alternate."""

from sayso_server.core.selection.choice import Chosen
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.discourse.reader import Reader
from sayso_server.core.speakers.discourse.turns import NEAR, Turn, called
from sayso_server.core.speakers.entities import Entities, Entity, Link
from sayso_server.core.statement import Span, SpeakerType

_GAP = 8
"""Characters before a quotation in which to look for its colon."""
_MAIN = frozenset({"root", "conj", "parataxis"})
_MOST_PARAGRAPHS = 1
"""Maximum number of paragraphs from the last statement, or from an action, to a quotation without a cue."""


def without_cue(reader: Reader, item: Chosen) -> Link:
    """The speaker of a quotation without a cue."""
    document, start = reader.store.document, item.candidate.content[0].start
    last = reader.turns[-1] if reader.turns else None
    label = _label(reader.store, start)
    if label is not None:
        return Link(label, rules.LABEL)
    actor = _acts_before(reader, start, last)
    if actor is not None:
        return Link(actor, rules.ACTS_JUST_BEFORE)
    is_introduced = document.plain[max(0, start - _GAP) : start].rstrip()[-1:] == ":"
    if last is None or is_introduced:
        return Link(None, rules.NOBODY_SPOKE)
    if document.steps(last.end, start) > _MOST_PARAGRAPHS:
        is_answer = last.entity.type is SpeakerType.PERSON and _is_answer(reader, last, start)
        return Link(last.entity, rules.SPEAKER_GOES_ON) if is_answer else Link(None, rules.NOBODY_SPOKE)
    if document.paragraph_at(start) == document.paragraph_at(last.end) or not _changes(reader, last, item):
        return Link(last.entity, rules.SPEAKER_GOES_ON)
    return Link(_other_speaker(reader, last), rules.TURNS_TAKEN)


def _is_answer(reader: Reader, last: Turn, start: int) -> bool:
    """“…,” Olin said. ¶ What next? ¶ “A small place.” Only a question without quotation marks is between."""
    document = reader.store.document
    own, before = document.paragraph_at(start), document.paragraph_at(last.end)
    between = document.paragraphs[before + 1 : own]
    is_question = len(between) == 1 and between[0].of(document.plain).rstrip().endswith("?")
    opens = document.plain[document.paragraphs[own].start : start].strip() == ""
    return is_question and opens and not document.quotations_within(between[0])


def _label(entities: Entities, start: int) -> Entity | None:
    """The entity whose name and a colon precede a quotation: Moss: “Some of those bolts came out in my hand.”"""
    document = entities.document
    line = document.paragraphs[document.paragraph_at(start)].start
    before = document.plain[line:start].rstrip()
    named = entities.names.from_to(line, start)
    if not before.endswith(":") or not named or named[0].end != line + len(before) - 1:
        return None
    return entities.named[named[0].cluster]


def _acts_before(reader: Reader, start: int, last: Turn | None) -> Entity | None:
    """The one person who acts between the last statement and this one: Mayor Pell looked tired. “We lost two crews.”"""
    document = reader.store.document
    tree = document.story_tree_before(start)
    if tree is None or document.steps(tree.span.start, start) > _MOST_PARAGRAPHS:
        return None
    begin = tree.span.start if last is None else max(tree.span.start, last.end, last.offset)
    for word in tree.between(begin, start):  # “…,” she said. “…” Her brother nodded. “…” may be read as one sentence
        verb = tree.head(word)
        if word.deprel == "nsubj" and verb is not None and begin <= verb.start and verb.deprel in _MAIN:
            named = [word, *tree.children(word, "appos")]  # her neighbour, her neighbour Len Tran
            found = (entity for one in named if (entity := reader.entity_of(one)) is not None)
            return next((entity for entity in found if entity.type is SpeakerType.PERSON), None)
    return None


def _changes(reader: Reader, last: Turn, item: Chosen) -> bool:
    """Whether another speaker answers: after a question, if the last speaker is addressed, if speakers alternate."""
    if not last.quoted or last.entity.type is not SpeakerType.PERSON:
        return False
    return last.asks or last.switched or called(reader.store, reader.turns, item) is last.entity


def _other_speaker(reader: Reader, last: Turn) -> Entity | None:
    """The other of two speakers: the one that the last speaker addressed, or the previous speaker."""
    if last.addressee is not None and last.addressee is not last.entity:
        return last.addressee
    spoke = (entity for turn in reversed(reader.turns[-NEAR:]) for entity in (turn.entity, turn.addressee))
    return next((e for e in spoke if e and e is not last.entity and e.type is SpeakerType.PERSON), None)


def addressee_of(reader: Reader, item: Chosen) -> Entity | None:
    """The named person that a statement addresses: by the cue's object, or in the words themselves."""
    for span in item.candidate.addressees:
        entity = _entity_in(reader, span)
        if entity is not None and entity.type is SpeakerType.PERSON and entity.cluster is not None:
            return entity
    return called(reader.store, reader.turns, item)


def target_of(reader: Reader, item: Chosen) -> Entity | None:
    """The person that a statement is addressed to or aimed at: Tom in "told Tom that …" and "accused Tom of lying"."""
    cue = item.candidate.cue
    tree = reader.store.document.tree_at(cue.spans[0].start) if cue is not None else None
    if cue is None or tree is None:
        return addressee_of(reader, item)
    for verb in tree.between(cue.spans[0].start, cue.spans[0].end):
        for word in tree.children(verb, "obj", "iobj"):
            reader.read_to(word.end)
            entity = reader.entity_of(word)
            if entity is not None and entity.type is SpeakerType.PERSON:
                return entity
    return addressee_of(reader, item)


def _entity_in(reader: Reader, span: Span) -> Entity | None:
    """The entity of a noun phrase that was read before, or of the only name in it."""
    tree = reader.store.document.tree_at(span.start)
    words = tree.between(span.start, span.end) if tree is not None else []
    for word in words:
        if word.start in reader.links:
            return reader.links[word.start].entity
    named = reader.store.names.inside(span)
    return reader.store.named[named[0]] if len(named) == 1 else None
