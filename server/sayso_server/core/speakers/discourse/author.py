"""The author of a text that the article quotes in full: the Senator's remarks follow. I rise to …"""

from collections.abc import Sequence

from sayso_server.core.grammar.noun_phrase import mention
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.descriptions.groups import coordinated_names
from sayso_server.core.speakers.descriptions.phrase import Phrase
from sayso_server.core.speakers.discourse.reader import Reader
from sayso_server.core.speakers.entities import Entity
from sayso_server.core.speakers.names.spelling import normal
from sayso_server.core.statement import Span, SpeakerType
from sayso_server.core.tree import Tree, Word

_BEFORE = 8000
"""Characters before a first person in which to look for the announcement of its text."""
_NEAR = 8
"""Words after its noun in which a text is announced: the letter in full:"""
_SENTENCES = 8
"""Number of sentences, up to and including the announcement, that may name the author."""


def author(reader: Reader, end: int) -> Entity | None:
    """The person who says I and we at this offset, after an announcement: the letter that she sent follows."""
    document = reader.store.document
    reader.read_to(end)
    trees = document.trees_within(Span(max(0, end - _BEFORE), end))
    trees = [tree for tree in trees if tree.span.start < end and not document.is_of_page(tree.span.start)]
    last = next((i for i in reversed(range(len(trees))) if _announces(trees[i], end)), None)
    if last is None:
        return None
    near = reversed(trees[max(0, last - _SENTENCES + 1) : last + 1])
    found = (entity for tree in near if (entity := _issuer(reader, tree, end)) is not None)
    return next(found, None)


def _texts(tree: Tree, end: int) -> Sequence[Word]:
    """The nouns of a sentence for a text that can be quoted in full."""
    texts = load_words("announced_texts")
    return [w for w in tree.words if w.end <= end and w.upos == "NOUN" and normal(w.lemma) in texts]


def _announces(tree: Tree, end: int) -> bool:
    """Whether a sentence says that a text follows: the text of the letter: …; her remarks are found below."""
    for noun in _texts(tree, end):
        before = tree.words[max(0, noun.index - 1) : noun.index]
        after = tree.words[noun.index + 1 : noun.index + 1 + _NEAR]
        if any(w.lower in load_words("announcing") for w in (*before, *after)) or any(w.text == ":" for w in after):
            return True
    return False


def _issuer(reader: Reader, tree: Tree, end: int) -> Entity | None:
    """The issuer of a text that a sentence names: the Senator's remarks; Owen Pell sent a letter, writes in it."""
    for noun in _texts(tree, end):
        owner = tree.child(noun, "nmod:poss")
        verb = tree.head(noun)
        issues = verb is not None and verb.lemma in load_words("issuing_verbs") and noun.relation in {"obj", "obl"}
        subject = tree.child(verb, "nsubj") if verb is not None and issues else None
        for word in (owner, subject):
            entity = _entity_of(reader, tree, word) if word is not None else None
            if entity is not None and entity.type in {SpeakerType.PERSON, SpeakerType.GROUP, SpeakerType.ORGANIZATION}:
                return entity
    return None


def _entity_of(reader: Reader, tree: Tree, word: Word) -> Entity | None:
    """The entity of a word, or of a coordination: Owen Pell and Mara Olin."""
    span = mention(tree, word, reader.store.document.plain)
    group = coordinated_names(Phrase(reader.store, tree, span, word, reader.pronouns, reader.links))
    if group is not None:
        return reader.store.apply(group, span).entity
    return reader.entity_of(word) or reader.link(tree, word, span).entity
