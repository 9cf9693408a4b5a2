"""Works in this process: the encoder alone, the pipeline, the extractor and its two halves."""

import copy
from collections.abc import Callable, Sequence

import torch
from transformers import PreTrainedModel

from sayso_server.bench.timing import Work, timed
from sayso_server.core.document import Document, read, with_trees
from sayso_server.core.pipeline import Extractor, extract_document
from sayso_server.core.statement import Options
from sayso_server.parsing.encoder import Encoder
from sayso_server.parsing.layers import FLOATING, INT8, Format
from sayso_server.parsing.processors import Reader
from sayso_server.parsing.speed import rows_of
from sayso_server.parsing.stanza_parser import StanzaParser

ENCODER = "encoder alone, "
"""What the names of its works begin with; the rest is the number format."""


class Articles:
    """Articles with what the works need of them: their words as the models count them, and their trees."""

    def __init__(self, parser: StanzaParser, texts: Sequence[str]) -> None:
        self.texts = texts
        self.parser = parser
        bare = [read(text) for text in texts]
        self.documents = [with_trees(document, parser.parse(parts(document))) for document in bare]
        self.words = [sum(len(tree.words) for tree in document.trees) for document in self.documents]

    def work(self, of_article: Callable[[str], object], count: int | None = None) -> Work:
        """One article after the other, all of them or the first so many."""
        texts = self.texts[:count]
        return Work(sum(self.words[:count]), lambda: [timed(of_article, text) for text in texts])


def parts(document: Document) -> list[str]:
    """The paragraphs of a document as the parser is given them."""
    return [document.plain[p.start : p.end] for p in document.paragraphs]


def encoder_works(articles: Articles, reader: Reader) -> dict[str, Work]:
    """The encoder alone, on the rows that the pipeline makes of the articles, in each number format that torch has."""
    rows = [rows_of(articles.parser, parts(read(text))) for text in articles.texts]
    bert = reader.encoder.bert

    def work(bert: PreTrainedModel, form: Format) -> Work:
        encoder = Encoder(bert, reader.encoder.tokenizer).prepared(form, torch.get_num_threads())

        @torch.inference_mode()
        def run() -> Sequence[float]:
            for own in rows:
                encoder.read(own)
            return ()

        return Work(sum(articles.words), run)

    return {
        ENCODER + "float32": work(bert, FLOATING),
        ENCODER + "bfloat16": work(copy.deepcopy(bert).bfloat16(), FLOATING),
        ENCODER + "int8": work(bert, INT8),
    }


def pipeline_work(articles: Articles) -> Work:
    """The bare `stanza.Pipeline` with our models, whole articles one by one."""

    @torch.inference_mode()
    def of_article(text: str) -> None:
        articles.parser.pipeline(text)

    return articles.work(of_article)


def extractor_works(articles: Articles, extractor: Extractor) -> dict[str, Work]:
    """The extractor, the parse that is in it, and the rest: rules, scorer, speakers."""
    bare = {text: parts(read(text)) for text in articles.texts}
    parsed = dict(zip(articles.texts, articles.documents, strict=True))
    return {
        "extractor": articles.work(extractor.extract),
        "of it, parsing": articles.work(lambda text: articles.parser.parse(bare[text])),
        "of it, the rest": articles.work(lambda text: extract_document(parsed[text], Options())),
    }
