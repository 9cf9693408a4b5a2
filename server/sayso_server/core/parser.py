"""The port for parsers. The adapter for Stanza is `sayso_server.parsing`; tests have their own parsers."""

from collections.abc import Sequence
from typing import Protocol

from sayso_server.core.tree import Tree


class Parser(Protocol):
    """Turns paragraphs into trees."""

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        """The sentences of each paragraph, in order; offsets are code points of that paragraph.

        Each paragraph is parsed independently of the others in the call.
        """
        ...
