"""A noun phrase that may refer to an entity, and its wording as a description."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from sayso_server.core import lexicon
from sayso_server.core.grammar.noun_phrase import mention
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.entities import Entities, Entity, Link
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.spelling import is_demonym, normal
from sayso_server.core.statement import Span, SpeakerType
from sayso_server.core.tree import Tree, Word

_MOST_OWNER_WORDS = 6
"""Maximum number of words in a possessor that can follow a description: bankers of Harrowmere Foods."""
_INTRODUCED = 3000
"""Characters before a phrase in which to look for its introduction."""


@dataclass(frozen=True)
class Phrase:
    """A noun phrase in its sentence, and the entities known before it.

    `pronouns` are the entities that earlier pronouns refer to, by offset: her of "her manager"; `links` are those of
    earlier noun phrases: the party of "the party's leader".
    """

    entities: Entities
    tree: Tree
    span: Span
    head: Word
    pronouns: Mapping[int, Entity]
    links: Mapping[int, Link] = field(default_factory=dict)

    @property
    def plain(self) -> str:
        """The text of the document."""
        return self.entities.document.plain

    @cached_property
    def words(self) -> list[Word]:
        """The words of the phrase."""
        return self.tree.between(self.span.start, self.span.end)

    @cached_property
    def text(self) -> str:
        """The phrase as written, with single spaces."""
        return cleaned(self.plain[self.span.start : self.end])

    @cached_property
    def end(self) -> int:
        """The end of the description: before a participle whose clause is the content (a motion claiming …)."""
        words = self.words
        if len(words) > 1 and words[-1].deprel == "advmod" and words[-1].start > self.head.start:
            above = self.tree.head(words[-1])  # the media falsely describing
            if above is not None and above.start >= self.span.end:
                return words[-2].end
        comma = self._comma_of_apposition
        if comma is not None:
            return comma.start
        cut = bool(words) and words[-1].deprel == "acl" and words[-1].xpos in {"VBG", "VBN"} and len(words) > 1
        return words[-2].end if cut and words[-2].end > self.head.start else self.span.end

    @cached_property
    def _comma_of_apposition(self) -> Word | None:
        """The comma in "a spokesman for Halvex, the owner"; None where the apposition is a name."""
        for word in self.words:
            for apposed in self.tree.children(word, "appos"):
                first = self.tree.words[min(self.tree.subtree(apposed))]
                comma = first if first.text == "," else self.tree.words[first.index - 1]
                is_inside = self.head.end < comma.start < self.span.end and comma.text == ","
                if is_inside and self.entities.names.at(apposed) is None:
                    return comma
        return None

    @cached_property
    def lemma(self) -> str:
        """The lemma of the head, lower case."""
        lemma = normal(self.head.lemma)
        unread = self.head.xpos in {"NNS", "NNPS"} and lemma == self.lower and lemma.endswith("s")
        return lemma[:-1] if unread else lemma

    @cached_property
    def lower(self) -> str:
        """The head, lower case."""
        return normal(self.head.text)

    @cached_property
    def is_definite(self) -> bool:
        """Whether it refers back: the statement, that report."""
        return _definite().match(self.text) is not None

    @property
    def points_back(self) -> bool:
        """Whether someone named elsewhere may be meant: the driver, her driver; hardly: a driver."""
        return self.is_definite or self.possessor is not None

    @cached_property
    def is_introduced(self) -> bool:
        """Whether the text has introduced it with an indefinite article: the couple, after "a couple"."""
        start = self.span.start
        for tree in self.entities.document.trees_within(Span(max(0, start - _INTRODUCED), start)):
            for word in tree.words:
                if word.start < start and normal(word.lemma) == self.lemma:
                    determiner = tree.child(word, "det")
                    if determiner is not None and determiner.lower in load_words("indefinite_determiners"):
                        return True
        return False

    def sentences_before(self, reach: int) -> list[Tree]:
        """The sentences of the story before that of the phrase, at most `reach` characters back, the nearest first."""
        document, start = self.entities.document, self.tree.span.start
        found = document.trees_within(Span(max(0, start - reach), start))
        return [t for t in reversed(found) if t.span.start < start and not document.is_of_page(t.span.start)]

    @property
    def is_plural(self) -> bool:
        """Whether several are meant: officials, the media."""
        return self.head.xpos in {"NNS", "NNPS"} or self.lower in load_words("groups")

    @property
    def is_reporting(self) -> bool:
        """Whether it is the subject of a reporting verb."""
        verb = self.tree.head(self.head) if self.head.relation == "nsubj" else None
        return verb is not None and lexicon.verb(verb.lemma.lower()) is not None

    @cached_property
    def names(self) -> list[NameCluster]:
        """The clusters named in it."""
        return self.entities.names.inside(self.span)

    @cached_property
    def modifiers(self) -> list[Word]:
        """Adjectives, nouns and numbers before the head."""
        kinds = ("amod", "compound", "nummod", "nmod")
        return [w for w in self.tree.children(self.head, *kinds) if w.index < self.head.index and w.upos != "DET"]

    def qualifiers(self, *relations: str) -> list[Word]:
        """The dependents of the head that specify it; not a relative clause after a comma: the Swede, who came late."""
        words = self.tree.words
        found = self.tree.children(self.head, *relations)
        firsts = (words[min(self.tree.subtree(w))] for w in found)
        commas = [f.text == "," or words[max(0, f.index - 1)].text == "," for f in firsts]
        return [w for w, comma in zip(found, commas, strict=True) if not (comma and w.deprel == "acl:relcl")]

    @cached_property
    def possessor(self) -> Word | None:
        """The possessor: her in "her manager", company in "the company's bankers"."""
        return next((w for w in self.tree.children(self.head, "nmod:poss") if w.start >= self.span.start), None)

    @cached_property
    def owner(self) -> Entity | None:
        """The entity of the possessor, if it is a name, or a pronoun or noun that was resolved to one."""
        word = self.possessor
        if word is None:
            return None
        if word.lower == "whose":  # Owen Pell, whose lawyer said …
            clause = next((w for w in self.tree.ancestors(word) if w.deprel in {"acl:relcl", "appos"}), None)
            word = self.tree.head(clause) or word if clause is not None else word
        if word.start in self.pronouns:
            return self.pronouns[word.start]
        found = self.entities.names.at(word)
        if found is not None:
            return self.entities.named[found.cluster]
        linked = self.links[word.start].entity if word.start in self.links else None
        return linked if linked is not None and linked.cluster is not None else None

    @cached_property
    def bare(self) -> str:
        """The phrase without article and determiners: manager for "her manager"."""
        return undetermined(self.text, self.words)

    @cached_property
    def joined(self) -> list[Word]:
        """Heads of noun phrases joined to this one: boyfriend in "a woman and her boyfriend"."""
        others = (w for w in self.tree.children(self.head, "conj") if w.end <= self.span.end)
        return [w for w in others if not self.is_inside_name(w)]

    def is_inside_name(self, word: Word) -> bool:
        """Whether a word is coordinated inside one name: Rescue in "Olin of Carrow Fire and Rescue"."""
        found, coordinator = self.entities.names.at(word), self.tree.child(word, "cc")
        return found is not None and coordinator is not None and found.start < coordinator.start

    def of(self, word: Word) -> "Phrase":
        """The phrase of another word of the sentence."""
        return Phrase(self.entities, self.tree, mention(self.tree, word, self.plain), word, self.pronouns, self.links)


def description(phrase: Phrase, by: str) -> str:
    """The phrase with its references resolved: bankers of Harrowmere Foods, spokesman for Anton Grieve.

    `by` is the preposition before a possessor.
    """
    return _with_owner(phrase, by) or _with_full_names(phrase)


def _with_owner(phrase: Phrase, by: str) -> str:
    """The phrase with its possessor named: bankers of Harrowmere, for "the company's bankers"; empty if unknown."""
    owner, word = phrase.owner, phrase.possessor
    if owner is None or word is None or not owner.display or owner.type is SpeakerType.DOCUMENT:
        return ""
    end = max(w.end for w in (word, *phrase.tree.children(word, "flat")))  # Pell in "Owen Pell's aide"
    rest = re.sub(r"^\s*['’]s?\s", "", phrase.plain[end : phrase.end]).strip()
    short = len(owner.display.split()) <= _MOST_OWNER_WORDS
    return f"{cleaned(rest)} {by} {owner.display}" if rest and short else ""


def _with_full_names(phrase: Phrase) -> str:
    """The phrase with full names: aide to Anton Grieve, for "an aide to Mr. Grieve"."""
    out, position, plain = "", phrase.span.start, phrase.plain
    for found in phrase.entities.names.from_to(phrase.span.start, phrase.span.end):
        full = found.cluster.is_person and len(found.cluster.key) > 1
        is_head = phrase.head.span.overlaps(Span(found.start, found.end))
        if found.end <= phrase.span.end and full and not is_head:
            out += _honorific().sub("", plain[position : found.start]) + found.cluster.display
            position = found.end
    return undetermined(cleaned(out + plain[position : phrase.end]), phrase.words)


def cleaned(text: str) -> str:
    """A phrase without the parts that a description does not need.

    White space becomes single. A day, a possessive ending, "herself" at the end, and words of the clause around it go.
    """
    text = re.sub(r"^[\"“”’]+\s+", "", text)
    text = re.sub(r"^(?:among|including) (?:them|whom) ", "", text)
    text = re.sub(r", \d\d?$", "", text)
    text = _aside().sub("", _joining().sub("", " ".join(text.rpartition("))")[2].split())))
    text = _day().sub("", _reflexive().sub("", text)).partition(": ")[0]
    return re.sub(r"(?<=s)['’]s$|(?<=[a-z])['’]s?$", "", text)


def undetermined(text: str, words: Sequence[Word]) -> str:
    """A description without its article; a capital that only opens the sentence becomes small (not: Speaker 2)."""
    bare = _determiner().sub("", text)
    is_name = any(w.text[:1].isupper() or w.text.isdigit() for w in words[1:2])
    if bare == text and words and _only_begins(words[0]) and not is_name:
        return bare[:1].lower() + bare[1:]
    return bare or text


def _only_begins(word: Word) -> bool:
    """Whether a word is capitalised only because it opens the sentence: Officials, but not Kesterian."""
    if word.upos == "PROPN" or not word.text[1:].islower() or is_demonym(word.lower):
        return False
    if word.lower in load_words("capitalized"):
        return False
    return word.upos != "ADJ" or not word.lower.endswith(tuple(load_words("adjective_endings")))


def _any_of(words: str | Sequence[str]) -> str:
    """A regular expression for any word of a list, or of the given words; "along_with" is two words."""
    known = load_words(words) if isinstance(words, str) else words
    return "|".join(re.escape(word.replace("_", " ")) for word in sorted(known))


@cache
def _determiner() -> re.Pattern[str]:
    return re.compile(rf"^(?:{_any_of('determiners')})\s+(?!(?:among|at|from|in|of|on|with)\b)", re.I)


@cache
def _definite() -> re.Pattern[str]:
    return re.compile(rf"(?:{_any_of('definite_determiners')})\b", re.I)


@cache
def _day() -> re.Pattern[str]:
    """Matches a day: on Friday, at the end or before "by" or "from"."""
    days = _any_of([word.capitalize() for word in load_words("calendar") if word.endswith("day")])
    return re.compile(rf",? (?:(?:{_any_of('before_days')}) )*(?:{days})(?=$| (?:{_any_of('after_days')})\b)")


@cache
def _joining() -> re.Pattern[str]:
    """Matches words that join a phrase to the one before it, if the parser put them into the phrase: and, currently."""
    return re.compile(rf"^(?:(?:{_any_of('joining_words')})\s+)+(?=\w+\s|\w+$)", re.I)


@cache
def _aside() -> re.Pattern[str]:
    """Matches a part of the clause that the parser put into the phrase: along with …"""
    return re.compile(rf"(?:(?:\s+\w+ed)?\s+via\s|,\s+(?:{_any_of('aside_prepositions')})\s).*$", re.S)


@cache
def _reflexive() -> re.Pattern[str]:
    return re.compile(rf",? (?:{_any_of('emphasizing_pronouns')})$")


@cache
def _honorific() -> re.Pattern[str]:
    titles = _any_of([word.capitalize() for word in load_words("dropped_honorifics")])
    return re.compile(rf"\b(?:{titles})\.? $")
