"""What the service needs of an engine. `sayso_server.parsing.load` has the real one; tests bring their own."""

from collections.abc import Sequence
from typing import Protocol

from sayso_server.core.document import Document
from sayso_server.core.parser import Parser
from sayso_server.core.pipeline import Extractor, extract_document
from sayso_server.core.statement import Extraction, Options
from sayso_server.core.tree import Tree


class Model(Protocol):
    """The model that reads the texts."""

    @property
    def name(self) -> str:
        """ "bundled", or a folder's name."""

    @property
    def version(self) -> str:
        """Version of the model."""

    @property
    def digest(self) -> str:
        """SHA-256 over the model's files, hexadecimal."""


class Engine(Protocol):
    """Reads texts. Not thread-safe: one caller at a time."""

    @property
    def model(self) -> Model:
        """The model that reads the texts."""

    def extract_many(self, texts: Sequence[str], options: Options) -> list[Extraction]:
        """One extraction per text, in order. Raises where one of the texts cannot be read."""


class StagedEngine(Protocol):
    """Reads texts in two stages, so that a long one can be parsed bit by bit. Not thread-safe."""

    @property
    def model(self) -> Model:
        """The model that reads the texts."""

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        """The sentences of each paragraph, in order; what stands beside a paragraph does not change them."""

    def finish(self, document: Document, options: Options, parse_seconds: float) -> Extraction:
        """The extraction of a document that has its trees."""


class Stages:
    """The core's extraction, in two stages."""

    def __init__(self, extractor: Extractor) -> None:
        self.model: Model = extractor.model
        self._parser: Parser = extractor.parser

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        """See StagedEngine."""
        return self._parser.parse(paragraphs)

    def finish(self, document: Document, options: Options, parse_seconds: float) -> Extraction:
        """See StagedEngine."""
        return extract_document(document, options, parse_seconds=parse_seconds)
