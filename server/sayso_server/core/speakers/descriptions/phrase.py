"""Noun phrases: who or what they stand for, by sieves from precise to loose."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sayso_server.core.lexicon import load_words
from sayso_server.core.sources import mention
from sayso_server.core.speakers.entities import Entity, Link, Registry
from sayso_server.core.speakers.names.aliases import Cluster
from sayso_server.core.speakers.names.spelling import is_demonym, normal
from sayso_server.core.statement import Span, SpeakerType
from sayso_server.core.tree import Tree, Word

_DETERMINERS = re.compile(
    r"^(?:the|a|an|this|that|these|those|its|his|her|their|our|my|your|some|one|another|any|other)\s+(?!of\b)", re.I
)
_DAY = re.compile(
    r",? (?:on |last |this |next |early |late )*(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
    r"(?=$| (?:by|from|in|of)\b)"
)
_JOINED = re.compile(r"^(?:(?:and|or|but|nor|also|currently|now|then|even|both|either)\s+)+(?=\w+\s|\w+$)", re.I)
"""What joins a phrase to the one before it, where the parser hung it on the phrase."""
_ASIDE = re.compile(
    r"(?:\s+via\s|,\s+(?:among|following|after|before|during|with|along with|as well as|amid|such as)\s).*$", re.S
)
"""What belongs to the clause and not to the phrase, where the parser hung it there."""
_REFLEXIVE = re.compile(r",? (?:himself|herself|itself|themselves)$")
_DEFINITE = re.compile(r"(?:the|this|that|those|these)\b", re.I)


_LONGEST_OWNER = 7


@dataclass(frozen=True)
class Phrase:
    """A noun phrase in its sentence, and the registry that it is looked up in.

    `pronouns` are the possessors and others that were resolved before it, by offset.
    """

    registry: Registry
    tree: Tree
    span: Span
    head: Word
    pronouns: dict[int, Entity]

    @cached_property
    def text(self) -> str:
        """As written, white space single."""
        return cleaned(self.registry.document.plain[self.span.start : self.end])

    @cached_property
    def end(self) -> int:
        """Where the description ends: without a participle whose clause is the content (a motion claiming …)."""
        words = self.tree.between(self.span.start, self.span.end)
        cut = bool(words) and words[-1].deprel == "acl" and words[-1].xpos in {"VBG", "VBN"} and len(words) > 1
        return words[-2].end if cut and words[-2].end > self.head.start else self.span.end

    @cached_property
    def lemma(self) -> str:
        """The lemma of the head, lower case."""
        lemma = normal(self.head.lemma)
        unread = self.head.xpos in {"NNS", "NNPS"} and lemma == self.lower and lemma.endswith("s")
        return lemma[:-1] if unread else lemma

    @property
    def lower(self) -> str:
        """The head, lower case."""
        return normal(self.head.text)

    @cached_property
    def is_definite(self) -> bool:
        """Whether it points back: the statement, that report."""
        return _DEFINITE.match(self.text) is not None

    @property
    def is_plural(self) -> bool:
        """Whether the head is."""
        return self.head.xpos in {"NNS", "NNPS"} or self.lower in load_words("groups")

    @cached_property
    def names(self) -> list[Cluster]:
        """Who is named in it."""
        return self.registry.names_in(self.span)

    @cached_property
    def modifiers(self) -> list[Word]:
        """What stands before the head: adjectives, nouns, numbers."""
        kinds = ("amod", "compound", "nummod", "nmod")
        return [w for w in self.tree.children(self.head, *kinds) if w.index < self.head.index and w.upos != "DET"]

    @cached_property
    def possessor(self) -> Word | None:
        """Her in "her manager", company in "the company's bankers"."""
        return next((w for w in self.tree.children(self.head, "nmod:poss") if w.start >= self.span.start), None)

    def bare(self) -> str:
        """Without article and determiners."""
        return undetermined(self.text, self.tree.between(self.span.start, self.span.end))

    def of(self, word: Word) -> "Phrase":
        """The phrase of another word of the sentence."""
        span = mention(self.tree, word, self.registry.document.plain)
        return Phrase(self.registry, self.tree, span, word, self.pronouns)


def cleaned(text: str) -> str:
    """White space single; without a day, a possessive ending, "herself" behind, and what is not of the phrase."""
    text = re.sub(r"^[\"“”’]+\s+", "", text)
    text = re.sub(r", \d\d?$", "", text)
    text = _ASIDE.sub("", _JOINED.sub("", " ".join(text.rpartition("))")[2].split())))
    text = _DAY.sub("", _REFLEXIVE.sub("", text)).partition(": ")[0]
    return re.sub(r"(?<=s)['’]s$|(?<=[a-z])['’]s?$", "", text)


def undetermined(text: str, words: Sequence[Word]) -> str:
    """A description without its article; a capital that only begins the sentence is none."""
    bare = _DETERMINERS.sub("", text)
    if bare == text and words and _only_begins(words[0]) and not any(w.text[:1].isupper() for w in words[1:2]):
        return bare[:1].lower() + bare[1:]
    return bare or text


def _only_begins(word: Word) -> bool:
    """Whether a word has its capital only because it begins the sentence: Officials, but not Kesterian."""
    if word.upos == "PROPN" or not word.text[1:].islower() or is_demonym(word.lower):
        return False
    return word.upos != "ADJ" or not word.lower.endswith(("an", "ese", "ish", "i", "ch"))


Sieve = Callable[[Phrase], Link | None]


def who_has(phrase: Phrase) -> Entity | None:
    """The possessor, where the text tells who it is: a name, a pronoun, "the company's"."""
    word = phrase.possessor
    if word is None:
        return None
    if word.start in phrase.pronouns:
        return phrase.pronouns[word.start]
    found = phrase.registry.name_at(word)
    if found is not None:
        return phrase.registry.of_cluster(found[1])
    return None


def full_description(phrase: Phrase, by: str) -> str:
    """The description with its references resolved: bankers of Harrowmere Foods, spokesman for Anton Grieve.

    `by` is the preposition that joins a possessor.
    """
    owner = who_has(phrase)
    word = phrase.possessor
    if owner is not None and word is not None and owner.display:
        rest = phrase.registry.document.plain[word.end : phrase.end]
        rest = re.sub(r"^\s*['’]s?\s", "", rest).strip()
        if rest and owner.type is not SpeakerType.DOCUMENT and len(owner.display.split()) < _LONGEST_OWNER:
            return f"{cleaned(rest)} {by} {owner.display}"
    out, position = "", phrase.span.start
    plain = phrase.registry.document.plain
    for start, end, found in phrase.registry.named_from(phrase.span.start, phrase.span.end):
        if (
            end <= phrase.span.end
            and found.is_person
            and len(found.key) > 1
            and not phrase.head.span.overlaps(Span(start, end))
        ):
            before = re.sub(r"\b(?:Mr|Mrs|Ms|Dr)\.? $", "", plain[position:start])
            out += before + found.display
            position = end
    text = cleaned(out + plain[position : phrase.end])
    return undetermined(text, phrase.tree.between(phrase.span.start, phrase.span.end))
