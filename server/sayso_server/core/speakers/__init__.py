"""Who is behind each source mention. The rules run from precise to loose, and each leaves its name on the result."""

from collections.abc import Sequence

from sayso_server.core.choice import Chosen
from sayso_server.core.document import Document
from sayso_server.core.sources import RELATIVE, mention
from sayso_server.core.speakers.discourse.conversation import addressee_of, without_cue
from sayso_server.core.speakers.discourse.pronouns import FIRST, HE, PRONOUNS, RULES, kind_of_pronoun
from sayso_server.core.speakers.discourse.reader import Discourse
from sayso_server.core.speakers.entities import Entity, Link, Registry, Turn
from sayso_server.core.statement import Kind, Span, SpeakerType
from sayso_server.core.tree import Tree, Word

_LEAST = 0.05
"""Somebody less probable is no alternative."""


def resolve(document: Document, chosen: Sequence[Chosen]) -> tuple[list[Link], Registry]:
    """A link for every statement, in order, and the registry of the speakers."""
    discourse = Discourse(Registry(document))
    links: list[Link] = []
    for item in chosen:
        parent = links[item.parent].entity if item.parent is not None and item.parent < len(links) else None
        link = _link(discourse, item, parent)
        links.append(link)
        if link.entity is not None:
            _note(discourse, item, link.entity)
    return links, discourse.registry


def _link(discourse: Discourse, item: Chosen, parent: Entity | None) -> Link:
    found = item.candidate
    if found.source is not None and found.source_head is not None:
        tree = discourse.registry.document.tree_at(found.source_head.start)
        if any(span.overlaps(found.source) for span in found.content):
            return Link(None, "source in its own content")
        if tree is not None:
            return _source_link(discourse, tree, found.source, found.source_head, parent)
    discourse.read_to(found.content[0].start)
    return without_cue(discourse, item) if found.follows else Link(None, "no source")


def _source_link(discourse: Discourse, tree: Tree, source: Span, head: Word, parent: Entity | None) -> Link:
    """The speaker behind a mention: first person, relative, pronoun or noun phrase."""
    if tree.children(head, "det") and tree.children(head, "det")[0].lower in {"no", "any", "every", "neither"}:
        return Link(None, "nobody in particular")
    is_first = head.lower in FIRST and head.text != "US"
    if is_first and parent is not None:
        return Link(parent, "first person")
    if is_first:
        return Link(None, "first person of nobody")
    if head.lower in RELATIVE and head.upos == "PRON":
        antecedent = _antecedent(tree, head)
        if antecedent is None:
            return Link(None, "no antecedent")
        discourse.read_to(antecedent.end)
        return discourse.link(tree, antecedent, mention(tree, antecedent, discourse.registry.document.plain))
    if head.lower in PRONOUNS:
        return _pronoun(discourse, tree, head, parent)
    discourse.pending = head.start
    discourse.read_to(max(source.end, head.end))
    return discourse.link(tree, head, source)


def _antecedent(tree: Tree, relative: Word) -> Word | None:
    """The noun that a relative clause hangs from."""
    clause = next((a for a in [relative, *tree.ancestors(relative)] if a.deprel == "acl:relcl"), None)
    return tree.head(clause) if clause is not None else None


def _pronoun(discourse: Discourse, tree: Tree, head: Word, parent: Entity | None) -> Link:
    """The most probable of those whom the pronoun may stand for; in quoted words not who says them."""
    discourse.read_to(head.end)
    quoted = discourse.registry.document.quotation_at(head.start) is not None
    options = discourse.ranked.get(head.start, [])
    if quoted and parent is not None and parent.type is SpeakerType.PERSON:
        options = [(p, e) for p, e in options if e is not parent]
    asked = None if quoted else _asked(discourse, head)
    if asked is not None and (not options or options[0][1] is discourse.registry.turns[-1].entity):
        return Link(asked, "turns taken")
    if not options:
        return Link(None, "no antecedent")
    total = sum(p for p, _ in options)
    (best, entity), *others = [(p / total, e) for p, e in options]
    discourse.pronouns[head.start] = entity
    rivals = tuple((e, p) for p, e in others[:4] if p >= _LEAST)
    return Link(entity, RULES[kind_of_pronoun(head)], rivals, share=best)


def _asked(discourse: Discourse, head: Word) -> Entity | None:
    """“Where is the boat, Mr. Marsh?” Olin asked. “In the harbour,” he said: whom the last speaker asked."""
    registry = discourse.registry
    last = registry.turns[-1] if registry.turns else None
    if last is None or not last.asks or last.addressee is None or kind_of_pronoun(head) != "he":
        return None
    near = registry.document.paragraph_at(head.start) - last.paragraph <= 1
    fits = last.addressee.gender in {"", "m" if head.lower in HE else "f"}
    return last.addressee if near and fits and last.addressee is not last.entity else None


def _note(discourse: Discourse, item: Chosen, entity: Entity) -> None:
    """The mention, and whose turn it was if the statement stands in nobody else's words."""
    found, registry = item.candidate, discourse.registry
    if found.source is not None:
        entity.mentions.append(found.source)
    if item.parent is not None:
        return
    offset = (found.source or found.content[0]).start
    taken = found.follows and bool(registry.turns) and registry.turns[-1].entity is not entity
    turn = Turn(
        paragraph=registry.document.paragraph_at(offset),
        offset=offset,
        entity=entity,
        end=max(found.content[-1].end, found.cue.spans[-1].end if found.cue else 0),
        quoted=item.kind is Kind.DIRECT,
        asks="?" in registry.document.plain[found.content[-1].end - 2 : found.content[-1].end],
        addressee=addressee_of(discourse, item),
        switched=taken,
    )
    registry.turns.append(turn)
    discourse.speak(entity, len(registry.turns))
