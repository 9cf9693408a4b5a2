"""The port through which trees come in. The adapter on Stanza is `sayso_server.parsing`; tests bring their own."""

from collections.abc import Sequence
from typing import Protocol

from sayso_server.core.tree import Tree


class Parser(Protocol):
    """Whatever turns paragraphs into trees."""

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        """The sentences of each paragraph, in order; offsets are code points of that paragraph.

        A paragraph is read on its own: what stands beside it in the call does not change its trees.
        """
        ...
