"""Annotated texts as words, tokenized as in the server and cached in the work folder."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sayso_server.core.document import read
from sayso_server.parsing import tokens
from sayso_server.parsing.stanza_parser import StanzaParser
from sayso_tools.training import data


class Placed(NamedTuple):
    """A word with its offsets in its document, in code points."""

    text: str
    start: int
    end: int


Tokenize = Callable[[Sequence[str]], list[list[list[tuple[str, int, int]]]]]
"""Converts paragraphs to their sentences of (word, start, end)."""

Cut = list[list[list[Placed]]]
"""The words of a document, by paragraph and sentence."""


def cut(path: Path, tokenize: Tokenize, work: Path, every: int = 1) -> list[tuple[dict[str, Any], Cut]]:
    """The documents of a JSON lines file, or every N-th, with their words. Empty paragraphs are dropped."""
    kept = work / f"{path.stem}.words.json"
    documents = data.documents(path)[::every]
    if not kept.exists():
        unfinished = kept.with_suffix(".new")
        unfinished.write_text(json.dumps([_words(d["text"], tokenize) for d in documents]), encoding="utf-8")
        unfinished.replace(kept)
    found = json.loads(kept.read_text(encoding="utf-8"))
    return [
        (document, [[[Placed(*word) for word in sentence] for sentence in paragraph] for paragraph in paragraphs])
        for document, paragraphs in zip(documents, found, strict=True)
    ]


def _words(text: str, tokenize: Tokenize) -> Cut:
    document = read(text)
    out = []
    for paragraph, sentences in zip(document.paragraphs, tokenize(document.parts), strict=True):
        if sentences:
            at = document.places(paragraph)
            out.append([[Placed(w, at[s], at[e - 1] + 1) for w, s, e in words] for words in sentences])
    return out


def tokenizer_of(parser: StanzaParser) -> Tokenize:
    """The server's tokenization, with the parser's tokenizer."""

    def tokenize(paragraphs: Sequence[str]) -> list[list[list[tuple[str, int, int]]]]:
        out: list[list[list[tuple[str, int, int]]]] = [[] for _ in paragraphs]
        for batch in tokens.batches(paragraphs, parser.tokenize):
            for sentence in batch.document.sentences:
                paragraph, shift = batch.place(sentence)
                texts = tokens.texts_of_words(batch.document, sentence)
                places = [(start + shift, end + shift) for _, _, start, end in tokens.spans_of_words(sentence)]
                out[paragraph].append([(text, *place) for text, place in zip(texts, places, strict=True)])
        return out

    return tokenize
