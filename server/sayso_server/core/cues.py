"""Possible cues: the words and phrases that can report a statement."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sayso_server.core import lexicon
from sayso_server.core.lexicon import Entry, Frame, load_words
from sayso_server.core.statement import Cue, CueClass, Span
from sayso_server.core.tree import Tree, Word


@dataclass(frozen=True)
class Site:
    """A possible cue in its sentence: its words, head first, and its entry in the lexicon."""

    tree: Tree
    words: tuple[Word, ...]
    entry: Entry

    @property
    def head(self) -> Word:
        """The word that governs the cue's arguments."""
        return self.words[0]

    @property
    def last(self) -> Word:
        """The last word of the cue in the text."""
        return max(self.words, key=_index)

    def cue(self, cue_class: CueClass) -> Cue:
        """The cue as it is returned, with this class."""
        return Cue(join(self.words), self.entry.lemma, cue_class)

    def class_of(self, *frames: Frame) -> CueClass | None:
        """The class of the first of these frames that the cue has."""
        return next((self.entry.frames[f] for f in frames if f in self.entry.frames), None)


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
        attributive = _attributive_phrase(tree, word)
        if attributive:
            yield Site(tree, attributive, Entry(" ".join(w.lower for w in sorted(attributive, key=_index)), {}))
        elif word.xpos == "VBN" and word.relation == "amod":
            continue  # a written guarantee
        elif word.upos in {"VERB", "AUX"} or (word.upos in {"ADJ", "NOUN", "PROPN"} and word.xpos.startswith("VB")):
            yield from _verb_sites(tree, word)
        elif word.upos == "NOUN" and (entry_of_noun := lexicon.noun(word.lemma.lower())):
            yield Site(tree, (word,), entry_of_noun)
        elif word.upos == "ADJ" and (entry_of_adjective := lexicon.adjective(word.lemma.lower())):
            yield Site(tree, (word,), entry_of_adjective)


def _index(word: Word) -> int:
    return word.index


def _attributive_phrase(tree: Tree, word: Word) -> tuple[Word, ...]:
    """The words of "according to", "per", "by", "in the words of" or "in … words".

    The first is the one that governs the source or marks it.
    """
    if word.lower not in load_words("attributive_words"):
        return ()
    following = next(iter(tree.words[word.index + 1 : word.index + 2]), None)
    if following is None:
        return ()
    if word.lower == "according" and following.lower == "to":
        return (word, following)
    if word.lower == "per" and word.relation == "case" and _is_named(tree, word):
        return (word,)
    if word.lower == "by" and word.relation == "case" and _is_account(tree, word):
        return (word,)
    if word.lower == "words" and (opening := _possessive_opening(tree, word)) is not None:
        return (word, opening)
    if word.lower == "words" and word.index > 1 and following.lower == "of":
        before = tree.words[word.index - 2 : word.index]
        if [w.lower for w in before] == ["in", "the"]:
            return (following, *before, word)
    return ()


def _possessive_opening(tree: Tree, words: Word) -> Word | None:
    """The preposition of a phrase that names whose words something is in: In Olin's words, the plan is “late”."""
    owner, opening = tree.child(words, "nmod:poss"), tree.child(words, "case")
    if owner is None or opening is None or opening.lower != "in" or owner.lower in load_words("own_possessives"):
        return None
    is_apart = opening.index == 0 or tree.words[opening.index - 1].text == ","
    following = tree.words[words.index + 1].text
    return opening if is_apart and following in {",", ":", "."} else None


def _is_named(tree: Tree, case: Word) -> bool:
    """Whether "per" governs a source, not a unit: per Olin, per the website, not per day."""
    head = tree.head(case)
    return head is not None and (
        head.upos == "PROPN" or head.xpos == "NNS" or tree.child(head, "det", "nmod:poss") is not None
    )


def _is_account(tree: Tree, case: Word) -> bool:
    """Whether "by" introduces an account set off from its sentence: …, by the council's count; by all accounts, …"""
    head = tree.head(case)
    if head is None or head.lemma.lower() not in load_words("accounts"):
        return False
    inside = [i for i in tree.subtree(head) if tree.words[i].upos != "PUNCT"]
    before, after = (tree.words[i : i + 1] for i in (min(inside) - 1, max(inside) + 1))
    owner = tree.child(head, "nmod:poss")
    if owner is not None and owner.lower in load_words("own_possessives"):
        return False  # by my count: the writer's own
    is_owned = owner is not None or head.xpos == "NNS"
    is_apart = min(inside) == 0 or before[0].text in {",", "—", "–"}
    return is_owned and is_apart and all(word.text in {",", ".", ";", "—", "–"} for word in after)


_RELAYED = 4
"""Maximum number of governors between a participle and the verb that relays its report."""


def relaying(tree: Tree, word: Word) -> Word | None:
    """The verb that relays a participle's report: quoted in "quoted Olin as saying" and in "quoted Olin saying"."""
    helper = tree.child(word, "aux") if word.xpos == "VBN" else None  # as having said
    first = helper or word
    if first.xpos != "VBG" or first.index == 0:
        return None
    opening = tree.words[first.index - 1]
    above = islice(tree.ancestors(word), _RELAYED)
    verb = next((v for v in above if v.lemma.lower() in load_words("relaying_verbs") and v.index < opening.index), None)
    if verb is None or opening.lower == "as":
        return verb
    named = tree.child(verb, "obj", "iobj")
    return verb if named is not None and opening.index in tree.subtree(named) else None


def _relayed(tree: Tree, verb: Word) -> Site | None:
    """The cue "quoted … as saying": the relaying verb, and the participle that reports."""
    after = tree.words[verb.index + 1 :] if verb.lemma.lower() in load_words("relaying_verbs") else ()
    said = next((w for w in after if relaying(tree, w) == verb and lexicon.verb(w.lemma.lower())), None)
    entry = lexicon.verb(said.lemma.lower()) if said is not None else None
    if said is None or entry is None:
        return None
    opening = [w for w in tree.words[said.index - 2 : said.index] if w.lower in {"as", "having"}]
    return Site(tree, (verb, *opening, said), entry)


def _is_that_said(tree: Tree, word: Word) -> bool:
    """Whether a word is the "said" of an idiom: That said, the board has argued …"""
    return word.lower == "said" and word.index == 1 and tree.words[0].lower == "that"


def _is_hyphenated(tree: Tree, word: Word) -> bool:
    """Whether a word is part of a hyphenated one: added in "value-added", which is parsed as three words."""
    before = tree.words[word.index - 1] if word.index else None
    return before is not None and before.text == "-" and before.end == word.start


def _verb_sites(tree: Tree, word: Word) -> Iterator[Site]:
    lemma = word.lemma.lower()
    if relayed := _relayed(tree, word):
        yield relayed
        return
    if relaying(tree, word) is not None or _is_that_said(tree, word) or _is_hyphenated(tree, word):
        return
    if word.text[:1].isupper() and lexicon.verb(lemma) is None:
        lemma = word.lower  # lemmatizers fail where a verb opens the sentence: Quipped Olin
    found = _phrase(tree, word, lemma)
    if found:
        yield Site(tree, found[0], found[1])
    elif entry := lexicon.verb(lemma):
        if not _is_another(tree, word, entry):
            yield Site(tree, (word,), entry)
    elif _utters(tree, word):
        yield Site(tree, (word,), Entry(lemma, {Frame.QUOTE: CueClass.SAY}))


_FINITE = frozenset({"VBD", "VBZ", "VBP"})
_PAUSES = frozenset({",", "!", "?", "—", "–", "…"})


def _utters(tree: Tree, verb: Word) -> bool:
    """Whether a verb reports the quotation just before it, as any verb can: "Lovely," he purred; "Out," one barked.

    It must have only a subject, no objects: "Thriller," Olin left the room. A capital after ! or ? opens a new
    sentence: "Who paid?" Olin left.
    """
    if verb.upos != "VERB" or verb.xpos not in _FINITE or tree.children(verb, "aux", "mark"):
        return False
    objects = tree.children(verb, "obj", "iobj", "xcomp", "ccomp")
    after = [w for w in objects if w.index > verb.index]
    subjects = tree.children(verb, "nsubj") or [w for w in after if min(tree.subtree(w)) == verb.index + 1]
    if len(subjects) != 1 or any(w not in subjects for w in after):
        return False
    opening = min(verb.index, *tree.subtree(subjects[0]))
    pause, closing = tree.words[opening - 2 : opening] if opening > 1 else (verb, verb)
    if closing.text == ",":
        pause, closing = closing, pause
    if pause.text in {"!", "?"} and tree.words[opening].text[:1].isupper():
        return False
    uttered = [w for w in objects + tree.children(verb, "parataxis", "advcl", "dep") if w.index < opening]
    return closing.xpos == "''" and pause.text in _PAUSES and bool(uttered)


def _is_another(tree: Tree, word: Word, entry: Entry) -> bool:
    """Whether a verb of the lexicon means something else here: called off a visit, introduced her to the board."""
    if any(p.lower == "off" for p in tree.children(word, "compound:prt")):
        return True
    needs_as = entry.frames.keys() == {Frame.SMALL} and entry.lemma in load_words("judging_with_as")
    return needs_as and not _has_as(tree, word)


def _has_as(tree: Tree, verb: Word) -> bool:
    return any(c.lower == "as" for w in tree.children(verb, "obl", "advcl") for c in tree.children(w, "case", "mark"))


def _phrase(tree: Tree, word: Word, lemma: str) -> tuple[tuple[Word, ...], Entry] | None:
    """A verb with its particle or preposition, with only adverbs between: called repeatedly for."""
    if not lexicon.begins_phrase(lemma):
        return None
    for following in tree.words[word.index + 1 : word.index + 4]:
        if entry := lexicon.phrase(lemma, following.lemma.lower()):
            head = tree.head(following)
            if word.index in {following.head, head.head if head is not None else -1}:
                return (word, following), entry
        if following.upos not in {"ADV", "PART"} and following.lower != "it":
            return None
    return None
