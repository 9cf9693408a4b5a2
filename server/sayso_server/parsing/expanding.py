"""The words of multi-word tokens, from Stanza's network, which runs once for each distinct token."""

from collections.abc import Sequence
from typing import Any

from stanza.models.common import doc

MEMORY = 1 << 16
"""The maximum number of cached tokens."""


class Expander:
    """Expands tokens with Stanza's processor `mwt`, whose results depend only on the token."""

    def __init__(self, processor: Any) -> None:
        self._stanza = processor
        self._known: dict[str, tuple[str, ...]] = {}

    def __call__(self, tokens: Sequence[str]) -> list[tuple[str, ...]]:
        """The words of each token; for a single-word token, the word itself."""
        if len(self._known) > MEMORY:
            self._known.clear()
        if unknown := [token for token in dict.fromkeys(tokens) if token not in self._known]:
            rows = [{doc.ID: (i,), doc.TEXT: token, doc.MISC: "MWT=Yes"} for i, token in enumerate(unknown, 1)]
            (sentence,) = self._stanza.process(doc.Document([rows])).sentences
            words = (tuple(word.text for word in token.words) for token in sentence.tokens)
            self._known.update(zip(unknown, words, strict=True))
        return [self._known[token] for token in tokens]
