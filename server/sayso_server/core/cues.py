"""Where a word, or a phrase, can report something."""

from collections.abc import Iterator
from dataclasses import dataclass

from sayso_server.core import lexicon
from sayso_server.core.lexicon import Entry, Frame
from sayso_server.core.statement import Cue, CueClass, Kind, Polarity, Span
from sayso_server.core.tree import Tree, Word

PARTICLES = frozenset({"compound", "advmod", "obl", "xcomp", "case", "obj"})


@dataclass(frozen=True)
class Site:
    """A cue in its sentence: the words of the cue, head first, and what the lexicon knows of it."""

    tree: Tree
    words: tuple[Word, ...]
    entry: Entry

    @property
    def head(self) -> Word:
        """The word that governs the cue's arguments."""
        return self.words[0]

    def cue(self, cue_class: CueClass) -> Cue:
        """The cue as it is returned."""
        return Cue(join(self.words), self.entry.lemma, cue_class)

    def class_of(self, *frames: Frame) -> CueClass | None:
        """The class under the first of the frames that the cue has."""
        return next((self.entry.frames[f] for f in frames if f in self.entry.frames), None)


@dataclass(frozen=True)
class Candidate:
    """A possible statement, before speakers are known and before the choice among overlapping ones."""

    rule: str
    content: tuple[Span, ...]
    cue: Cue | None
    site: Site | None
    source: Span | None
    source_head: Word | None
    addressees: tuple[Span, ...] = ()
    polarity: Polarity = Polarity.AFFIRMED
    sentence: Span | None = None
    kind: Kind | None = None
    """Where the rule knows it; else the quotation marks tell."""
    follows: bool = False
    """A quotation without a cue of its own: the speaker before it goes on."""


def join(words: tuple[Word, ...]) -> tuple[Span, ...]:
    """The spans of words in text order, neighbours joined."""
    out: list[Span] = []
    for word in sorted(words, key=lambda w: w.start):
        if out and word.start - out[-1].end <= 1:
            out[-1] = Span(out[-1].start, word.end)
        else:
            out.append(word.span)
    return tuple(out)


def sites(tree: Tree) -> Iterator[Site]:
    """Every possible cue of a sentence, in text order."""
    for word in tree.words:
        if word.lower == "according" and word.index + 1 < len(tree.words) and tree.words[word.index + 1].lower == "to":
            entry = Entry("according to", {Frame.PHRASE: CueClass.SAY})
            yield Site(tree, (word, tree.words[word.index + 1]), entry)
        elif word.upos in {"VERB", "AUX"}:
            yield from _verb_sites(tree, word)
        elif word.upos == "NOUN" and (entry_of_noun := lexicon.noun(word.lemma.lower())):
            yield Site(tree, (word,), entry_of_noun)
        elif word.upos in {"ADJ", "NOUN", "PROPN"} and word.xpos.startswith("VB") and lexicon.verb(word.lemma.lower()):
            yield from _verb_sites(tree, word)


def _verb_sites(tree: Tree, word: Word) -> Iterator[Site]:
    lemma = word.lemma.lower()
    for child in tree.children(word):
        if child.relation in PARTICLES and (entry := lexicon.phrase(lemma, child.lemma.lower())):
            yield Site(tree, (word, child), entry)
            return
        for case in tree.children(child, "case"):
            if child.relation == "obl" and (entry := lexicon.phrase(lemma, case.lemma.lower())):
                yield Site(tree, (word, case), entry)
                return
    if entry := lexicon.verb(lemma):
        yield Site(tree, (word,), entry)
