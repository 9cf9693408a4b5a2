"""What the service needs of an engine. `sayso_server.parsing.load` has the real one; tests bring their own."""

from collections.abc import Sequence
from typing import Protocol

from sayso_server.core.statement import Extraction, Options


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
