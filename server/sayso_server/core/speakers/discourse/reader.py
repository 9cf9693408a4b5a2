"""The text read in order: who is in it so far, how salient each is, and who every pronoun stands for."""

import itertools
from dataclasses import dataclass, field

from sayso_server.core.lexicon import load_words
from sayso_server.core.sources import mention
from sayso_server.core.speakers.descriptions import link_phrase
from sayso_server.core.speakers.descriptions.people import is_abstract
from sayso_server.core.speakers.descriptions.phrase import Phrase
from sayso_server.core.speakers.discourse.pronouns import PRONOUNS, Asked, Known, Seen, candidates, rank
from sayso_server.core.speakers.entities import Entity, Link, Registry
from sayso_server.core.speakers.names.spelling import normal
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

_RECENT = 30
"""Of how many entities a pronoun is looked for."""


@dataclass
class Discourse:
    """Reads the text up to an offset and keeps whom it met. Each word is read once."""

    registry: Registry
    known: dict[int, Known] = field(default_factory=dict)
    """By id() of the entity, the one met last at the end."""
    pronouns: dict[int, Entity] = field(default_factory=dict)
    ranked: dict[int, list[tuple[float, Entity]]] = field(default_factory=dict)
    links: dict[int, Link] = field(default_factory=dict)
    """By the offset of the head of a noun phrase."""
    pending: int = -1
    """The offset of a head whose phrase is being linked."""
    _tree: int = 0
    _word: int = 0

    def read_to(self, offset: int) -> None:
        """Reads all words that begin before `offset`."""
        trees = self.registry.document.trees
        while self._tree < len(trees):
            tree = trees[self._tree]
            while self._word < len(tree.words):
                word = tree.words[self._word]
                if word.start >= offset:
                    return
                self._word += 1
                self._read(tree, word)
            self._tree, self._word = self._tree + 1, 0

    def _read(self, tree: Tree, word: Word) -> None:
        found = self.registry.name_at(word)
        if found is not None:
            if found[0] == word.start or word.index == 0:
                self.meet(self.registry.of_cluster(found[1]), tree, top_of_name(tree, word, self.registry))
        elif word.lower in PRONOUNS and word.upos in {"PRON", "DET"} and word.relation != "expl":
            self._read_pronoun(tree, word)
        elif word.upos == "NOUN" and word.start != self.pending and _may_be_met(tree, word, self.registry):
            self.link(tree, word, mention(tree, word, self.registry.document.plain))

    def _read_pronoun(self, tree: Tree, word: Word) -> None:
        options = rank(self.candidates(tree, word))
        self.ranked[word.start] = options
        if options:
            self.pronouns[word.start] = options[0][1]
            self.meet(options[0][1], tree, word)

    def candidates(self, tree: Tree, word: Word) -> list[tuple[dict[str, float], Known]]:
        """(features, whom) of everybody whom a pronoun may stand for."""
        recent = list(itertools.islice(reversed(self.known.values()), _RECENT))
        document = self.registry.document
        quoted = document.quotation_at(word.start) is not None
        return candidates(Asked(word, tree, self._tree, document.paragraph_at(word.start), quoted), recent)

    def link(self, tree: Tree, word: Word, span: Span) -> Link:
        """Who a noun phrase stands for; the same for the same head whenever it is asked."""
        if word.start not in self.links:
            self.links[word.start] = link_phrase(Phrase(self.registry, tree, span, word, self.pronouns))
            entity = self.links[word.start].entity
            if entity is not None:
                self.meet(entity, tree, word)
        return self.links[word.start]

    def meet(self, entity: Entity, tree: Tree, word: Word) -> None:
        """Somebody is mentioned."""
        known = self._known(entity)
        quoted = self.registry.document.quotation_at(word.start) is not None
        highest = top(tree, word)
        seen = Seen(
            word.start,
            self._tree,
            self.registry.document.paragraph_at(word.start),
            highest.relation if highest.relation in {"nsubj", "obj", "iobj", "obl", "nmod"} else "",
            highest.head if highest.head >= 0 else -1,
            highest.deprel == "nmod:poss",
        )
        known.count += 1
        known.inner = seen
        if not quoted:
            known.outer = seen

    def speak(self, entity: Entity, turn: int) -> None:
        """Somebody made a statement; `turn` counts them."""
        self._known(entity).spoke = turn

    def _known(self, entity: Entity) -> Known:
        known = self.known.pop(id(entity), None) or Known(entity)
        self.known[id(entity)] = known
        return known


def top(tree: Tree, word: Word) -> Word:
    """The word whose relation tells what a mention is in its clause: the head of an apposition, of a coordination."""
    for _ in range(4):
        head = tree.head(word)
        if head is None or word.relation not in {"appos", "flat", "conj", "compound", "nmod:desc", "nmod"}:
            return word
        if word.relation in {"compound", "nmod"} and head.upos != "PROPN" and word.deprel != "nmod:desc":
            return word
        word = head
    return word


def top_of_name(tree: Tree, word: Word, registry: Registry) -> Word:
    """The word of a name that the others hang from."""
    found = registry.name_at(word)
    for ancestor in tree.ancestors(word):
        if found is None or registry.name_at(ancestor) is None or registry.name_at(ancestor)[0] != found[0]:  # type: ignore[index]
            return word
        word = ancestor
    return word


def _may_be_met(tree: Tree, word: Word, registry: Registry) -> bool:
    """Whether a noun introduces somebody: no part of a name, no predicate, nobody named in apposition."""
    lemma, lower = normal(word.lemma), normal(word.text)
    kinds = load_words("roles", "documents", "organizations", "groups", "generic_organizations")
    if (lemma not in kinds and lower not in kinds) or word.relation in {"compound", "appos"}:
        return False
    if tree.child(word, "cop") is not None or is_abstract(tree, word) or _is_title_of(tree, word, registry):
        return False
    return all(registry.name_at(c) is None for c in tree.children(word, "appos", "flat"))


def _is_title_of(tree: Tree, word: Word, registry: Registry) -> bool:
    """Director in "director Ann Orr": somebody's name follows at once, whatever the parser made of it."""
    following = tree.words[word.index + 1] if word.index + 1 < len(tree.words) else None
    found = registry.name_at(following) if following is not None and following.start - word.end <= 1 else None
    return found is not None and found[1].is_person
