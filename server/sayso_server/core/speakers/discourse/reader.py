"""Reads the text in order: the entities that it mentions, and the entity of each pronoun and noun phrase."""

import itertools
from dataclasses import dataclass, field

from sayso_server.core.coreference import Compared
from sayso_server.core.grammar.noun_phrase import mention
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.descriptions import propose
from sayso_server.core.speakers.descriptions.groups import together
from sayso_server.core.speakers.descriptions.people import is_abstract
from sayso_server.core.speakers.descriptions.phrase import Phrase
from sayso_server.core.speakers.discourse.agreement import reconsidered
from sayso_server.core.speakers.discourse.pronouns import (
    Antecedent,
    Known,
    MentionPlace,
    Pronoun,
    Ranked,
    candidates,
    gender_of,
    is_pronoun,
    kind_of_pronoun,
    rank,
)
from sayso_server.core.speakers.discourse.turns import Turn
from sayso_server.core.speakers.entities import Entity, EntityStore, Link, Proposal
from sayso_server.core.speakers.names.index import NameIndex
from sayso_server.core.speakers.names.spelling import normal
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

_RECENT = 30
"""Number of entities, those met last, that a pronoun may refer to."""
_MOST_STEPS = 4
"""Maximum number of steps from a word up to the one whose relation is its function in the clause."""


@dataclass(eq=False)
class Reader:
    """Reads the text up to an offset, each word once, and keeps the entities that it has met.

    `pronouns`, `ranked` (all candidates of a pronoun) and `links` (of noun phrases) are by the offset of the head.
    `pending` is the head of a source that is about to be linked: it is not read as a noun phrase before.
    """

    store: EntityStore
    known: dict[Entity, Known] = field(default_factory=dict)
    """Entities in the order in which they were last met."""
    pronouns: dict[int, Entity] = field(default_factory=dict)
    ranked: dict[int, list[Ranked]] = field(default_factory=dict)
    links: dict[int, Link] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    pending: int = -1
    compared: Compared | None = None
    """The coreference scores of the document; None without a coreference head."""
    _tree: int = 0
    _word: int = 0

    def read_to(self, offset: int) -> None:
        """Reads all words that begin before `offset`, except on page lines: a person named in a credit is not met."""
        trees = self.store.document.trees
        while self._tree < len(trees):
            tree = trees[self._tree]
            is_of_page = self.store.document.is_of_page(tree.span.start)  # as are all words of its paragraph
            while self._word < len(tree.words):
                word = tree.words[self._word]
                if word.start >= offset:
                    return
                self._word += 1
                if not is_of_page:
                    self._read(tree, word)
            self._tree, self._word = self._tree + 1, 0

    def _read(self, tree: Tree, word: Word) -> None:
        names = self.store.names
        found = names.at(word)
        if found is not None:
            if found.start == word.start or word.index == 0:
                head = head_of_name(tree, word, names)
                self.meet(self.store.named[found.cluster], tree, head)
                self._read_together(tree, head)
        elif word.upos == "PRON" and word.lower in load_words("relative_people"):
            self._read_relative(tree, word)
        elif word.upos in {"PRON", "DET"} and is_pronoun(word) and word.relation != "expl":
            self._read_pronoun(tree, word)
        elif word.upos == "NOUN" and word.start != self.pending and _may_be_met(tree, word, names):
            self.link(tree, word, mention(tree, word, self.store.document.plain))

    def _read_pronoun(self, tree: Tree, word: Word) -> None:
        options = rank(self.candidates(tree, word))
        self.ranked[word.start] = options
        if options:
            self.pronouns[word.start] = options[0].entity
            if kind_of_pronoun(word) == "he" and self._binds(word, options):
                self.store.bind(options[0].entity, gender_of(word))
            self.meet(options[0].entity, tree, word)

    def _read_together(self, tree: Tree, head: Word) -> None:
        """Meets a group of named people, too: Ann Orr and Owen Pell, Pell and his wife; not: Harwick and Velden."""
        others = tree.children(head, "conj")
        found = [self.store.names.at(w) for w in (head, *others)]
        if not others or any(one is not None and not one.cluster.is_person for one in found):
            return
        phrase = Phrase(
            self.store, tree, mention(tree, head, self.store.document.plain), head, self.pronouns, self.links
        )
        proposal = together(phrase)
        link = self.store.apply(proposal, phrase.span) if proposal is not None else None
        if link is not None and link.entity is not None:
            self.meet(link.entity, tree, head)

    def _read_relative(self, tree: Tree, word: Word) -> None:
        """Meets the antecedent of a relative pronoun again, with the pronoun's function: Olin in "Olin, who said"."""
        clause = next((a for a in tree.ancestors(word) if a.deprel == "acl:relcl"), None)
        antecedent = tree.head(clause) if clause is not None else None
        found = self.store.names.at(antecedent) if antecedent is not None else None
        if found is not None and found.cluster.is_person:
            self.meet(self.store.named[found.cluster], tree, word)

    def _binds(self, word: Word, options: list[Ranked]) -> bool:
        """Whether a pronoun shows the gender of its antecedent: not in a quotation, nor if a rival has this gender."""
        rivals = (one.entity for one in options[1:])
        return self.store.document.quotation_at(word.start) is None and not any(rival.gender for rival in rivals)

    def candidates(self, tree: Tree, word: Word) -> list[Antecedent]:
        """The entities that a pronoun may refer to."""
        recent = list(itertools.islice(reversed(self.known.values()), _RECENT))
        document = self.store.document
        quoted = document.quotation_at(word.start) is not None
        pronoun = Pronoun(word, tree, self._tree, document.story_paragraph_at(word.start), quoted)
        return candidates(pronoun, recent, self.compared)

    def link(self, tree: Tree, word: Word, span: Span) -> Link:
        """The link of a noun phrase; always the same for one head."""
        if word.start not in self.links:
            phrase = Phrase(self.store, tree, span, word, self.pronouns, self.links)
            proposal = self._reconsidered(propose(phrase), phrase)
            link = self.links[word.start] = self.store.apply(proposal, span)
            if link.entity is not None and not self.store.document.is_of_page(word.start):
                self.meet(link.entity, tree, word)
        return self.links[word.start]

    def _reconsidered(self, proposal: Proposal, phrase: Phrase) -> Proposal:
        """A proposal of a known entity, checked with the coreference head."""
        if self.compared is None:
            return proposal
        recent = [known.entity for known in itertools.islice(reversed(self.known.values()), _RECENT)]
        compared, known = self.compared, self.known

        def share(entity: Entity) -> float | None:
            return compared.share(phrase.head.start, known[entity].offsets) if entity in known else None

        return reconsidered(proposal, phrase, recent, share)

    def entity_of(self, word: Word) -> Entity | None:
        """The entity of a word that is a name, a pronoun or the head of a noun phrase, in the text read so far."""
        found = self.store.names.at(word)
        if found is not None:
            return self.store.named[found.cluster]
        link = self.links.get(word.start)
        return self.pronouns.get(word.start) or (link.entity if link is not None else None)

    def meet(self, entity: Entity, tree: Tree, word: Word) -> None:
        """Records a mention of an entity."""
        known = self._known(entity)
        document = self.store.document
        top = part_of_clause(tree, word)
        place = MentionPlace(
            word.start,
            self._tree,
            document.story_paragraph_at(word.start),
            top.relation if top.relation in {"nsubj", "obj", "iobj", "obl", "nmod"} else "",
            top.head if top.head >= 0 else -1,
            top.deprel == "nmod:poss",
        )
        known.count += 1
        known.offsets.append(word.start)
        known.last = place
        if document.quotation_at(word.start) is None:
            known.last_outside = place

    def take_turn(self, turn: Turn) -> None:
        """Records a statement and its speaker."""
        self.turns.append(turn)
        self._known(turn.entity).spoke = len(self.turns)

    def _known(self, entity: Entity) -> Known:
        known = self.known.pop(entity, None) or Known(entity)
        self.known[entity] = known
        return known


def part_of_clause(tree: Tree, word: Word) -> Word:
    """The word whose relation is the function of a mention in its clause: the head of an apposition or coordination."""
    for _ in range(_MOST_STEPS):
        head = tree.head(word)
        if head is None or word.relation not in {"appos", "flat", "conj", "compound", "nmod:desc", "nmod"}:
            return word
        if word.relation in {"compound", "nmod"} and head.upos != "PROPN" and word.deprel != "nmod:desc":
            return word
        word = head
    return word


def head_of_name(tree: Tree, word: Word, names: NameIndex) -> Word:
    """The head word of a name."""
    found = names.at(word)
    for ancestor in tree.ancestors(word):
        if found is None or names.at(ancestor) is not found:
            return word
        word = ancestor
    return word


def _may_be_met(tree: Tree, word: Word, names: NameIndex) -> bool:
    """Whether a noun introduces an entity: not in a name, not a predicate, not with a name in apposition."""
    lemma, lower = normal(word.lemma), normal(word.text)
    kinds = load_words("roles", "documents", "organizations", "groups", "generic_organizations")
    if (lemma not in kinds and lower not in kinds) or word.relation in {"compound", "appos"}:
        return False
    if tree.child(word, "cop") is not None or is_abstract(tree, word) or _is_title(tree, word, names):
        return False
    return all(names.at(c) is None for c in tree.children(word, "appos", "flat"))


def _is_title(tree: Tree, word: Word, names: NameIndex) -> bool:
    """Whether a person's name directly follows a noun, whatever its relation: director in "director Ann Orr"."""
    following = tree.words[word.index + 1] if word.index + 1 < len(tree.words) else None
    found = names.at(following) if following is not None and following.start - word.end <= 1 else None
    return found is not None and found.cluster.is_person
