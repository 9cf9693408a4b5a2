"""The attribution links of a document, by cue: which words are probably its content and its source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sayso_server.core.tree import CueLink, Tree, Word


@dataclass(frozen=True, eq=False)
class LinkedCue:
    """A likely cue: its sentence, its head word, its probability, and its links by word offset."""

    tree: Tree
    word: Word
    likely: float
    links: dict[int, CueLink] = field(default_factory=dict)

    @cached_property
    def shares(self) -> float:
        """The sum of the shares of all words: the expected length of its content, in words."""
        return sum(link.share for link in self.links.values())


def linked_cues(trees: Sequence[Tree]) -> dict[int, LinkedCue]:
    """The likely cues of a document by the offset of their head word, in text order."""
    out = {
        tree.words[cue.word].start: LinkedCue(tree, tree.words[cue.word], cue.likely)
        for tree in trees
        for cue in tree.cues
    }
    for tree in trees:
        for link in tree.links:
            if link.cue in out:
                out[link.cue].links[tree.words[link.word].start] = link
    return out


def outermost(cues: Mapping[int, LinkedCue]) -> dict[int, tuple[int, float]]:
    """For each word, the cue with the largest share of it, and that share; words and cues by their offsets."""
    out: dict[int, tuple[int, float]] = {}
    for offset, cue in cues.items():
        for word, link in cue.links.items():
            if link.share > out.get(word, (0, 0.0))[1]:
                out[word] = (offset, link.share)
    return out
