"""What the queue and a worker say to each other: a round of work, and what became of it."""

from dataclasses import dataclass, field

from sayso_server.core.statement import Extraction, Options


@dataclass(frozen=True, slots=True)
class Opening:
    """A document that a worker has not seen before."""

    number: int
    text: str
    options: Options


@dataclass(frozen=True, slots=True)
class Trees:
    """What a helper has read: the trees of some paragraphs, pickled, and the words and seconds that they took."""

    paragraphs: tuple[int, ...]
    pickled: bytes = field(repr=False)
    words: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Share:
    """How many words of a document to read in a round; at least one paragraph is read, where one is left.

    Of several parts the first is read here, the others by helpers. `trees` are of helpers in the round before.
    """

    number: int
    words: int
    parts: int = 1
    trees: tuple[Trees, ...] = ()


@dataclass(frozen=True, slots=True)
class Help:
    """One part of what is read in a round of a document that another worker has on its bench.

    The round begins with the paragraph `first`, before which everything is read.
    """

    number: int
    text: str = field(repr=False)
    first: int
    words: int
    part: int
    parts: int


@dataclass(frozen=True, slots=True)
class Round:
    """What a worker is to do: documents to begin, how much to read of which, documents to forget; whom to help."""

    openings: tuple[Opening, ...] = ()
    shares: tuple[Share, ...] = ()
    forgotten: tuple[int, ...] = ()
    helps: tuple[Help, ...] = ()

    @property
    def words(self) -> int:
        """About how many words are read."""
        own = sum(share.words // share.parts for share in self.shares)
        return own + sum(aid.words // aid.parts for aid in self.helps)


@dataclass(frozen=True, slots=True)
class Failed:
    """A document that cannot be read; the reason holds no text of it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Left:
    """How many words of a document the bench has no trees of, and the first paragraph behind all rounds so far."""

    words: int
    first: int


Outcome = Extraction | Failed | Left | Trees
Progress = dict[int, Outcome]
"""What became of every document of a round, by its number; of one that was helped with, Trees or Failed."""
