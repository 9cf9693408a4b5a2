"""The models' figures on treebanks, from raw text and from gold words, by the CoNLL 2018 scorer that Stanza ships."""

import argparse
import io
import logging
from pathlib import Path
from typing import Any

from stanza.models.common.utils import ud_scores

from sayso_server.parsing.stanza_parser import SEPARATOR, StanzaParser
from sayso_server.training import data, raw

log = logging.getLogger(__name__)
METRICS = ("Tokens", "Sentences", "Words", "UPOS", "XPOS", "UFeats", "Lemmas", "UAS", "LAS")


def predicted(parser: StanzaParser, path: Path, *, gold_words: bool) -> Any:
    """The treebank as the pipeline reads it: its paragraphs as text, or its words as they are."""
    pipeline = parser.pipeline
    if gold_words:
        document = data.to_document(data.simplify_relations(rows) for _, rows in data.read_sentences(path))
        return pipeline.process(document, processors=["pos", "lemma", "depparse"])
    paragraphs = [raw.label([raw.surface(rows) for rows in paragraph])[0] for paragraph in raw.paragraphs(path)]
    document = pipeline.process(SEPARATOR.join(paragraphs))
    for sentence in document.sentences:
        for token in sentence.tokens:  # Stanza replaces very long tokens; the scorer compares characters
            if token.text == "<UNK>":
                token.text = token.words[0].text = document.text[token.start_char : token.end_char]
    return document


def score(parser: StanzaParser, path: Path, *, gold_words: bool) -> dict[str, float]:
    """F1 in per cent by metric."""
    gold = data.to_document(data.simplify_relations(rows) for _, rows in data.read_sentences(path))
    system = predicted(parser, path, gold_words=gold_words)
    parser.encoder.forget()
    figures = ud_scores(*(io.StringIO(f"{d:C}\n\n") for d in (gold, system)))
    return {name: round(100 * figures[name].f1, 2) for name in METRICS}


def run(options: argparse.Namespace) -> None:
    """Log the figures of the test parts."""
    parser = StanzaParser(options.output)
    for name in data.TREEBANKS:
        path = options.treebanks / f"{name}-test.conllu"
        for gold_words in (True, False):
            kind = "gold words" if gold_words else "raw text"
            log.info("%s-test, %s: %s", name, kind, score(parser, path, gold_words=gold_words))
