"""Workloads in this process: the encoder alone, the pipeline, the extractor and its two parts."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor

from sayso_server.core.document import parsed, read
from sayso_server.core.pipeline import Extractor, extract_document
from sayso_server.core.statement import Options
from sayso_server.parsing.encoder import load_encoder
from sayso_server.parsing.layers import FLOATING, INT8, Format, Linear
from sayso_server.parsing.load import BUNDLED
from sayso_server.parsing.stanza_parser import StanzaParser
from sayso_tools.bench.timing import Work, timed
from sayso_tools.evaluation.speed import rows_of

ENCODER = "encoder alone, "
"""The prefix of the encoder workloads' names, followed by the number format."""


class Articles:
    """Articles with the data that the workloads need: number of words as counted by the models, and trees."""

    def __init__(self, parser: StanzaParser, texts: Sequence[str]) -> None:
        self.texts = texts
        self.parser = parser
        self.documents = [parsed(text, parser) for text in texts]
        self.words = [sum(len(tree.words) for tree in document.trees) for document in self.documents]

    def work(self, of_article: Callable[[str], object], count: int | None = None) -> Work:
        """A workload that reads one article after the other, all of them or the first `count`."""
        texts = self.texts[:count]
        return Work(sum(self.words[:count]), lambda: [timed(of_article, text) for text in texts])


def bfloat16(weight: Tensor, bias: Tensor) -> Linear:
    """A matrix in bfloat16, which is fast on processors that support it."""
    own_weight, own_bias = weight.bfloat16(), bias.bfloat16()
    return lambda states: F.linear(states.bfloat16(), own_weight, own_bias).float()


FORMATS = {"float32": FLOATING, "bfloat16": Format(bfloat16, bfloat16), "int8": INT8}


def encoder_works(articles: Articles) -> dict[str, Work]:
    """The encoder alone, on the pipeline's rows for the articles, in each number format."""
    rows = [rows_of(articles.parser, read(text).parts) for text in articles.texts]

    def work(form: Format) -> Work:
        encoder = load_encoder(BUNDLED / "encoder", form)

        @torch.inference_mode()
        def run() -> Sequence[float]:
            for own in rows:
                encoder.read(own)
            return ()

        return Work(sum(articles.words), run)

    return {ENCODER + name: work(form) for name, form in FORMATS.items()}


def pipeline_work(articles: Articles) -> Work:
    """The bare `stanza.Pipeline` with our models, article by article."""

    @torch.inference_mode()
    def of_article(text: str) -> None:
        articles.parser.pipeline(text)

    return articles.work(of_article)


def extractor_works(articles: Articles, extractor: Extractor) -> dict[str, Work]:
    """The extractor, its parsing, and the rest: rules, scorer, speakers."""
    bare = {text: read(text).parts for text in articles.texts}
    documents = dict(zip(articles.texts, articles.documents, strict=True))
    return {
        "extractor": articles.work(extractor.extract),
        "of it, parsing": articles.work(lambda text: articles.parser.parse(bare[text])),
        "of it, the rest": articles.work(
            lambda text: extract_document(documents[text], Options(), coreference=extractor.coreference)
        ),
    }
