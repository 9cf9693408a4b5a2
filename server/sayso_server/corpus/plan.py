"""The plan of a job: the documents that are still to be read, cut into slices of about the same number of words."""

import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sayso_server.corpus.errors import InputError
from sayso_server.corpus.inputs import KINDS, Entry, File, Position, entries
from sayso_server.workers.weight import weight

MOST_SLICES = 10_000
"""Of a large input the slices grow instead."""
_BYTES_PER_WORD = 6
_UNPACKED_TIMES = 3
"""As large is news, at least, when it has been unpacked."""
_AGAIN = "the same command reads what is still to be read"


@dataclass(frozen=True, slots=True)
class Run:
    """Entries of one file that follow each other. The checksum is of what they hold."""

    file: File
    start: Position
    count: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Slice:
    """What a worker reads at once, and what becomes one part of the output."""

    runs: tuple[Run, ...]
    words: int

    def entries(self) -> Iterator[Entry]:
        """Its entries, read again. Raises InputError where the input has changed since it was planned."""
        for run in self.runs:
            found = checksum = 0
            for _, entry in islice(entries(run.file, run.start), run.count):
                found += 1
                checksum = _checksum(entry, checksum)
                yield entry
            if found < run.count:
                raise InputError(f"{run.file.place}: has become shorter while it was read; {_AGAIN}")
            if checksum != run.checksum:
                raise InputError(f"{run.file.place}: has changed while it was read; {_AGAIN}")


@dataclass(frozen=True, slots=True)
class Plan:
    """All slices; how many documents they have; how many of the input are left out, and why."""

    slices: tuple[Slice, ...]
    documents: int
    words: int
    read_before: int
    repeated: int
    first_repeated: str
    """The place of the first document whose id came before, if there is one."""


def words_to_read(entry: Entry, max_document_chars: int) -> int:
    """The weight of an entry; the least one for what is not given to the engine, which is not split into words."""
    is_read = not entry.error and len(entry.text) <= max_document_chars
    return weight(entry.text if is_read else "")


def plan(files: Sequence[File], known: Collection[str], *, slice_words: int, max_document_chars: int) -> Plan:
    """Go through the input once; documents whose ids are `known` have been read, and are left out.

    Of several documents with one id the first is read. Raises InputError.
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
    """Puts documents into runs, and runs into slices."""

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
