"""The plan of a job: the documents still to be read, split into slices of about the same number of words."""

import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sayso_server.corpus.errors import InputError
from sayso_server.corpus.inputs import KINDS, Entry, File, Position, entries
from sayso_server.workers.weight import weight

MOST_SLICES = 10_000
"""The maximum number of slices; for a larger input, the slices are larger instead."""
_BYTES_PER_WORD = 6
_UNPACKED_TIMES = 3
"""The minimum ratio by which news grows when decompressed."""
_AGAIN = "run the same command again to read the rest"


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive entries of one file, with a checksum of their contents."""

    file: File
    start: Position
    count: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Slice:
    """The entries that a worker reads together and that become one part of the output."""

    runs: tuple[Run, ...]
    words: int

    def entries(self) -> Iterator[Entry]:
        """Its entries, read again. Raises InputError if the input has changed since it was planned."""
        for run in self.runs:
            found = checksum = 0
            for _, entry in islice(entries(run.file, run.start), run.count):
                found += 1
                checksum = _checksum(entry, checksum)
                yield entry
            if found < run.count:
                raise InputError(f"{run.file.place}: became shorter while it was being read; {_AGAIN}")
            if checksum != run.checksum:
                raise InputError(f"{run.file.place}: changed while it was being read; {_AGAIN}")


@dataclass(frozen=True, slots=True)
class Plan:
    """All slices, the number of their documents, and the numbers of skipped documents by reason."""

    slices: tuple[Slice, ...]
    documents: int
    words: int
    read_before: int
    repeated: int
    first_repeated: str
    """The place of the first document with a repeated id, if any."""


def words_to_read(entry: Entry, max_document_chars: int) -> int:
    """The weight of an entry; the minimum for entries that are not passed to the engine."""
    is_read = not entry.error and len(entry.text) <= max_document_chars
    return weight(entry.text if is_read else "")


def plan(files: Sequence[File], known: Collection[str], *, slice_words: int, max_document_chars: int) -> Plan:
    """Make the plan in one pass over the input; documents with `known` ids have been read and are skipped.

    If several documents have the same id, only the first is read. Raises InputError.
    """
    cut = _Cutter(_slice_words(files, slice_words))
    seen: set[str] = set()
    read_before = repeated = 0
    first_repeated = ""
    for file in files:
        for position, entry in entries(file):
            if entry.document_id in seen:
                repeated += 1
                first_repeated = first_repeated or entry.place
                cut.end_run()
                continue
            seen.add(entry.document_id)
            if entry.document_id in known:
                read_before += 1
                cut.end_run()
            else:
                cut.add(file, position, entry, words_to_read(entry, max_document_chars))
        cut.end_run()
    slices = cut.slices()
    return Plan(slices, cut.documents, sum(one.words for one in slices), read_before, repeated, first_repeated)


def _slice_words(files: Sequence[File], least: int) -> int:
    size = sum(file.size * (1 if file.name.endswith(KINDS) else _UNPACKED_TIMES) for file in files)
    return max(least, size // _BYTES_PER_WORD // MOST_SLICES)


def _checksum(entry: Entry, before: int) -> int:
    for value in (entry.document_id, entry.text, entry.error):
        before = zlib.crc32(value.encode(), before)
    return before


class _Cutter:
    """Groups documents into runs, and runs into slices."""

    def __init__(self, slice_words: int) -> None:
        self.documents = 0
        self._slice_words = slice_words
        self._slices: list[Slice] = []
        self._runs: list[Run] = []
        self._words = 0
        self._run: Run | None = None

    def add(self, file: File, position: Position, entry: Entry, words: int) -> None:
        if self._words and self._words + words > self._slice_words:
            self._end_slice()
        before = self._run or Run(file, position, 0, 0)
        self._run = Run(file, before.start, before.count + 1, _checksum(entry, before.checksum))
        self._words += words
        self.documents += 1

    def end_run(self) -> None:
        if self._run:
            self._runs.append(self._run)
            self._run = None

    def slices(self) -> tuple[Slice, ...]:
        self._end_slice()
        return tuple(self._slices)

    def _end_slice(self) -> None:
        self.end_run()
        if self._runs:
            self._slices.append(Slice(tuple(self._runs), self._words))
        self._runs, self._words = [], 0
