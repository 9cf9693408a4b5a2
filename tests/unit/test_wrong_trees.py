"""Trees that parsers build wrongly: whatever is wrong in a tree, its document is read, and the result is sound."""

import random
from collections.abc import Sequence
from dataclasses import replace

from support.frozen import FrozenParser
from support.golden import CASES, GOLDEN, options_of
from support.invariants import broken

from sayso_server.core.document import read
from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor
from sayso_server.core.tree import Tree, Word

RUNS = 1500
SEED = 1


class ErringParser:
    """Changes governors, relations and tags of a few words in each sentence; every tree stays a tree."""

    def __init__(self, parser: FrozenParser, words: Sequence[Word], chance: random.Random) -> None:
        self.parser, self.words, self.chance = parser, words, chance

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        return [[self._changed(tree) for tree in trees] for trees in self.parser.parse(paragraphs)]

    def _changed(self, tree: Tree) -> Tree:
        for _ in range(self.chance.choice((1, 1, 2, 4))):
            word, other = self.chance.choice(tree.words), self.chance.choice(self.words)
            head = self.chance.choice(tree.words)
            changed = self.chance.choice(
                (
                    word
                    if word == head or word.head < 0 or word in tree.ancestors(head)
                    else replace(word, head=head.index),
                    replace(word, deprel=other.deprel),
                    replace(word, upos=other.upos, xpos=other.xpos, feats=other.feats),
                )
            )
            tree = replace(tree, words=tuple(changed if one is word else one for one in tree.words))
        return tree


class Given:
    """Gives the trees that it was made with."""

    def __init__(self, trees: list[list[Tree]]) -> None:
        self.trees = trees

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        return self.trees


def test_no_error_of_a_parser_stops_the_reading() -> None:
    chance = random.Random(SEED)
    parsers = {name: FrozenParser(GOLDEN / "trees" / f"{name}.conllu") for name, _ in CASES}
    parsed = [tree for name, case in CASES for trees in parsers[name].parse(read(case.text).parts) for tree in trees]
    words = [word for tree in parsed for word in tree.words]
    for _ in range(RUNS):
        name, case = chance.choice(CASES)
        parser = ErringParser(parsers[name], words, chance)
        result = Extractor(parser, Model("frozen", "0", "")).extract(case.text, options_of(name))
        assert broken(result) == [], case.text


def test_a_name_whose_only_word_is_tagged_as_a_possessive_mark() -> None:
    text = "Olin made the following statement: “The bridge is old. “We will mend it.” Olin lives in Harwick."
    name = next(name for name, case in CASES if case.text == text)
    parsed = FrozenParser(GOLDEN / "trees" / f"{name}.conllu").parse(read(text).parts)
    wrong = [[replace(t, words=(replace(t.words[0], xpos="POS"), *t.words[1:])) for t in trees] for trees in parsed]
    found = Extractor(Given(wrong), Model("frozen", "0", "")).extract(text).statements
    assert [s.source.of(text) for s in found if s.source] == ["Olin"]


def test_a_conjunction_that_is_attached_as_a_phrase() -> None:
    text = "But, Olin said, the bridge is old."
    rows = [
        ("But", "CCONJ", "CC", 3, "obl"), (",", "PUNCT", ",", 3, "punct"), ("Olin", "PROPN", "NNP", 3, "nsubj"),
        ("said", "VERB", "VBD", -1, "root"), (",", "PUNCT", ",", 3, "punct"), ("the", "DET", "DT", 6, "det"),
        ("bridge", "NOUN", "NN", 8, "nsubj"), ("is", "AUX", "VBZ", 8, "cop"), ("old", "ADJ", "JJ", 3, "parataxis"),
        (".", "PUNCT", ".", 3, "punct"),
    ]  # fmt: skip
    words: list[Word] = []
    for i, (form, upos, xpos, head, relation) in enumerate(rows):
        start = text.index(form, words[-1].end if words else 0)
        lemma = "say" if form == "said" else form.lower()
        words.append(Word(i, form, lemma, upos, xpos, "", head, relation, start, start + len(form)))
    [found] = Extractor(Given([[Tree(tuple(words))]]), Model("frozen", "0", "")).extract(text).statements
    assert [span.of(text) for span in found.content] == ["the bridge is old"]
