"""A parser without a model: words are runs of text, tags and arcs are drawn from the words themselves.

Its trees are nonsense on purpose, but always trees, and always the same for the same paragraph: what is built on them
must never fail, whatever a parser says.
"""

import re
import zlib
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hypothesis import strategies as st

from sayso_server.core.tree import CueLink, LikelyCue, Roles, TaggedName, Tree, Word

WORDS = """said told urged described asked adding that to Mara Olin He she the statement reporters plan , . ? “ ” " ' ‘
’ « » `` '' — : according whether President Ms. U.S. it they readout not may é 🙂 is was"""
NEWS = st.lists(st.sampled_from([*WORDS.split(), "\n", "\n\n", "\u00a0"]), max_size=60).map(" ".join)
"""Texts of words that rules look for, and of marks, in any order."""

_TOKEN = re.compile(r"\w+(?:[.'’]\w+)*|[^\w\s]|\S")
_VERBS = {"said": "say", "told": "tell", "urged": "urge", "described": "describe", "asked": "ask", "adding": "add"}
_OF_VERBS = ["ccomp", "ccomp", "parataxis", "advcl", "xcomp", "acl:relcl", "conj"]
_BEFORE = ["nsubj", "nsubj", "nsubj:pass", "mark", "obl", "advmod", "csubj"]
_BEHIND = ["obj", "iobj", "ccomp", "xcomp", "obl", "advcl", "dep", "aux:pass"]
_TAGS = ["NOUN", "PROPN", "PRON", "ADJ", "ADP", "AUX", "ADV"]


class ToyParser:
    """Implements `core.parser.Parser`."""

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        """One tree for every run of text up to a full stop."""
        return [[_tree(m[0], m.start()) for m in re.finditer(r"[^.]*\S[^.]*\.?", text)] for text in paragraphs]


class TaggedToyParser(ToyParser):
    """Also names, roles and links, which are nonsense too; runs of likely contents are long, as a tagger's are."""

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        """The toy's trees, tagged."""
        return [_linked([_tagged(tree) for tree in trees]) for trees in super().parse(paragraphs)]


def _tagged(tree: Tree) -> Tree:
    seeds = [_seed(word.text, word.index) for word in tree.words]
    names = tuple(
        TaggedName(word.index, word.index + 1, ("PER", "ORG", "LOC")[seed % 3])
        for word, seed in zip(tree.words, seeds, strict=True)
        if word.text.istitle()
    )
    shift = sum(seeds) % 11
    roles = (
        Roles(seed % 5 / 4, seed % 7 / 6, 0.95 * ((word.index + shift) % 11 > 3), float(seed % 13 == 0))
        for word, seed in zip(tree.words, seeds, strict=True)
    )
    return replace(tree, names=names, roles=tuple(roles))


def _linked(trees: Sequence[Tree]) -> list[Tree]:
    """Every third word or so of a paragraph is a likely cue; the words between two are linked to one of them."""
    cues = [word.start for tree in trees for word in tree.words if _is_cue(word)]
    return [replace(tree, cues=tuple(_cues(tree)), links=tuple(_links(tree, cues))) for tree in trees]


def _is_cue(word: Word) -> bool:
    return _seed(word.text, word.index) % 3 == 0


def _cues(tree: Tree) -> Iterator[LikelyCue]:
    return (LikelyCue(w.index, _seed(w.text, w.index) % 10 / 9) for w in tree.words if _is_cue(w))


def _links(tree: Tree, cues: Sequence[int]) -> Iterator[CueLink]:
    for word in tree.words:
        seed = _seed(word.text, word.index // 5)
        for cue in cues[max(0, bisect(cues, word.start) - seed % 4) :][:2]:
            yield CueLink(word.index, cue, seed % 6 / 10, seed % 4 / 3, seed % 7 / 6)


def _seed(word: str, index: int) -> int:
    return zlib.crc32(f"{word}{index}".encode("utf-8", "surrogatepass"))


def _tree(text: str, start: int) -> Tree:
    """Verbs depend on the verb before them, everything else on the nearest verb."""
    forms = [(m[0], m.start() + start, m.end() + start) for m in _TOKEN.finditer(text)]
    verbs = [i for i, (form, _, _) in enumerate(forms) if form.lower() in _VERBS] or [0]
    words = []
    for i, (form, a, b) in enumerate(forms):
        seed, lower = _seed(form, i), form.lower()
        if i in verbs:
            position = verbs.index(i)
            head = verbs[position - 1] if position else -1
            tag, relation = "VERB", _OF_VERBS[seed % len(_OF_VERBS)] if position else "root"
        else:
            head = min(verbs, key=lambda v, i=i: abs(v - i))  # type: ignore[misc]
            choice = _BEFORE if i < head else _BEHIND
            tag, relation = _TAGS[seed % len(_TAGS)], choice[seed // 7 % len(choice)]
            if not form[0].isalnum():
                tag, relation = "PUNCT", "punct"
        xpos = ("VBG" if lower == "adding" else "VBD") if tag == "VERB" else "NN"
        words.append(Word(i, form, _VERBS.get(lower, lower), tag, xpos, "", head, relation, a, b))
    return Tree(tuple(words))
