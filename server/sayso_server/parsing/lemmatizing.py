"""Lemmas from Stanza's own lemmatizer, which is asked once for each word and spells only the words it must.

Most words that are not in its dictionary are names: their lemma is the word itself. A classifier tells these words from
the others as soon as the network has read them. Stanza spells them letter by letter anyway, then drops the result.
"""

from collections.abc import Sequence
from typing import Any

import torch
from stanza.models.common import doc
from stanza.models.lemma.data import DataLoader
from stanza.models.lemma.edit import EDIT_TO_ID, edit_word

MEMORY = 1 << 16
"""Words in the cache."""

Tagged = tuple[str, str]
"""A word and its universal tag."""


class Lemmatizer:
    """Asks Stanza's processor `lemma`. What it answers depends on a word and its tag alone."""

    def __init__(self, processor: Any) -> None:
        self._stanza = processor
        self._known: dict[Tagged, str] = {}

    def __call__(self, words: Sequence[Tagged]) -> list[str]:
        """The lemma of each word."""
        if len(self._known) > MEMORY:
            self._known.clear()
        if unknown := [word for word in dict.fromkeys(words) if word not in self._known]:
            self._known.update(self._copied(unknown))
            if others := [word for word in unknown if word not in self._known]:
                lemmas = self._stanza.process(_document(others)).get(doc.LEMMA)
                self._known.update(zip(others, lemmas, strict=True))
        return [self._known[word] for word in words]

    def _copied(self, words: Sequence[Tagged]) -> dict[Tagged, str]:
        """The lemmas of words that are not in the dictionary and whose lemma is the word, as it is or in small letters.

        None where the models have no such classifier.
        """
        trainer, config = self._stanza.trainer, self._stanza.config
        if not trainer.args.get("edit") or not config.get("ensemble_dict"):
            return {}
        unlisted = [word for word, is_listed in zip(words, trainer.skip_seq2seq(words), strict=True) if not is_listed]
        if not unlisted:
            return {}
        rows = DataLoader(
            _document(unlisted), len(unlisted), config, vocab=self._stanza.vocab, evaluation=True, expand_unk_vocab=True
        )
        longest, trainer.model.max_dec_len = trainer.model.max_dec_len, 0
        try:
            with torch.no_grad():
                _, edits = trainer.predict(rows[0], 1, rows.vocab)
        finally:
            trainer.model.max_dec_len = longest
        pairs = zip(unlisted, edits, strict=True)
        return {word: edit_word(word[0], "", edit) for word, edit in pairs if edit != EDIT_TO_ID["none"]}


def _document(words: Sequence[Tagged]) -> Any:
    return doc.Document([[{doc.ID: i, doc.TEXT: text, doc.UPOS: tag} for i, (text, tag) in enumerate(words, 1)]])
