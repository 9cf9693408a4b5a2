"""The port for trees. The adapter on Stanza is `sayso_server.parsing`; tests have their own parsers."""

from collections.abc import Sequence
from typing import Protocol

from sayso_server.core.tree import Tree


class Parser(Protocol):
    """Turns paragraphs into trees."""

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        """The sentences of each paragraph, in order; offsets are code points of that paragraph.

        A paragraph is read on its own: the other paragraphs of the call do not change its trees.
        """
        ...
