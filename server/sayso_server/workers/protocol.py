"""The protocol between the queue and a worker: batches and their results."""

from dataclasses import dataclass, field

from sayso_server.core.statement import Extraction, Options


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document that the worker has not seen before."""

    number: int
    text: str
    options: Options


@dataclass(frozen=True, slots=True)
class ShardResult:
    """The result of a helper: the pickled trees of some paragraphs, their words, and the seconds they took."""

    paragraphs: tuple[int, ...]
    pickled: bytes = field(repr=False)
    words: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Portion:
    """How many words of a document to read in a batch; at least one paragraph is read if any is left.

    Of several parts the worker reads the first, and helpers the others. `trees` are what helpers read before.
    """

    number: int
    words: int
    parts: int = 1
    trees: tuple[ShardResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of a portion of a document that another worker has begun.

    The portion begins with the paragraph `first`; everything before it has been read.
    """

    number: int
    text: str = field(repr=False)
    first: int
    words: int
    part: int
    parts: int


@dataclass(frozen=True, slots=True)
class Batch:
    """The next work of a worker: open documents, read portions, drop documents, read shards for other workers."""

    new_documents: tuple[NewDocument, ...] = ()
    portions: tuple[Portion, ...] = ()
    dropped: tuple[int, ...] = ()
    shards: tuple[Shard, ...] = ()

    @property
    def words(self) -> int:
        """About how many words are read."""
        own = sum(portion.words // portion.parts for portion in self.portions)
        return own + sum(shard.words // shard.parts for shard in self.shards)


@dataclass(frozen=True, slots=True)
class Failed:
    """A document that cannot be read; the reason holds no text of it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Remaining:
    """How many words of a document have no trees yet, and the first paragraph after all batches so far."""

    words: int
    first: int


Outcome = Extraction | Failed | Remaining | ShardResult
BatchResult = dict[int, Outcome]
"""The outcome of every document of a batch, by its number; of a shard, ShardResult or Failed."""
