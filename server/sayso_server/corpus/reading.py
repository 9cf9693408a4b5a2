"""Readers: the server's engine in a separate process, which reads slices of the input.

The process is the server's inference worker, so results are the same as the server's. If a document crashes the process
or takes too long, only its own row fails, not the job.
"""

import asyncio
import atexit
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sayso_server.core.model import Model
from sayso_server.core.statement import Extraction, Options
from sayso_server.corpus.carried import Carried
from sayso_server.corpus.errors import CorpusError
from sayso_server.corpus.inputs import Entry
from sayso_server.corpus.parts import Form, Part, part_of
from sayso_server.corpus.plan import Slice, words_to_read
from sayso_server.corpus.rows import Row, failed_row, read_row, statement_rows
from sayso_server.corpus.storage import streams
from sayso_server.workers.handle import LoadError, ProcessWorker, WorkerLostError
from sayso_server.workers.process import Loader
from sayso_server.workers.protocol import Batch, BatchResult, Failed, NewDocument, Portion, Remaining

_STARTS = 3
"""The number of crashes while loading after which the job gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read. `load` must be importable by name: it is sent to other processes, possibly on other machines."""

    load: Loader
    digest: str
    """The digest that the loaded model must have; empty if unknown."""
    options: Options
    form: Form
    carried: tuple[Carried, ...] = ()
    threads: int = 1
    round_words: int = 1_000
    """The number of words parsed together."""
    max_document_chars: int = 200_000
    max_round_seconds: float = 300.0


class SliceReader:
    """Reads slices, one at a time."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._worker = _RestartedWorker(reading)

    def read(self, piece: Slice) -> Part:
        """The finished part. Raises CorpusError."""
        documents: list[Row] = []
        statements: list[Row] = []
        for entry, outcome in self.outcomes(piece.entries()):
            if isinstance(outcome, Extraction):
                documents.append(read_row(entry, outcome, self._worker.model))
                statements += statement_rows(entry, outcome)
            else:
                documents.append(failed_row(entry, outcome, self._worker.model))
        return part_of(documents, statements, piece.words, self._reading.form, self._reading.carried)

    def close(self) -> None:
        """End the process."""
        streams.forget()
        self._worker.close()

    def outcomes(self, entries: Iterator[Entry]) -> Iterator[tuple[Entry, Extraction | str]]:
        """Each entry, in order, with its extraction or the error. Raises CorpusError."""
        for together in self._rounds(entries):
            readable = {number: entry for number, entry in enumerate(together) if not self._refusal(entry)}
            outcomes = self._read(readable)
            for number, entry in enumerate(together):
                yield entry, self._refusal(entry) or outcomes[number]

    def _rounds(self, entries: Iterator[Entry]) -> Iterator[list[Entry]]:
        """Entries to read together, up to a number of words, but at least one entry."""
        together: list[Entry] = []
        words = 0
        for entry in entries:
            own = words_to_read(entry, self._reading.max_document_chars)
            if together and words + own > self._reading.round_words:
                yield together
                together, words = [], 0
            together.append(entry)
            words += own
        if together:
            yield together

    def _refusal(self, entry: Entry) -> str:
        """Why an entry is not passed to the engine; empty if it is."""
        length, limit = len(entry.text), self._reading.max_document_chars
        return entry.error or (f"TEXT_TOO_LONG: {length} characters, more than {limit}" if length > limit else "")

    def _read(self, entries: Mapping[int, Entry]) -> dict[int, Extraction | str]:
        """The outcome of each entry; if the worker crashes while reading several, each is retried alone."""
        try:
            return self._worker.read(entries)
        except WorkerLostError:
            outcomes: dict[int, Extraction | str] = {}
            for number, entry in entries.items():
                outcomes |= self._read_alone(number, entry)
            return outcomes

    def _read_alone(self, number: int, entry: Entry) -> dict[int, Extraction | str]:
        try:
            return self._worker.read({number: entry})
        except WorkerLostError as death:
            return {number: f"WORKER_LOST: {death}"}


class _RestartedWorker:
    """A worker process that is started when needed, and again after a crash."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._runner = asyncio.Runner()
        self._process: ProcessWorker | None = None
        self._model: Model | None = None
        atexit.register(self.close)  # before multiprocessing waits for a process that ignores SIGTERM

    @property
    def model(self) -> Model:
        """The model; loads it if necessary. Raises CorpusError."""
        if self._model is None:
            self._started()
        assert self._model is not None
        return self._model

    def read(self, entries: Mapping[int, Entry]) -> dict[int, Extraction | str]:
        """The extraction of every entry, or the error. Raises WorkerLostError, CorpusError."""
        process = self._started()
        options = self._reading.options
        new = (NewDocument(number, entry.text, options.on(entry.day)) for number, entry in entries.items())
        order = Batch(new_documents=tuple(new), portions=self._shares(list(entries)))
        outcomes: dict[int, Extraction | str] = {}
        while order.portions:
            left = []
            for number, progress in self._work(process, order).items():
                if isinstance(progress, Remaining):
                    left.append(number)
                elif isinstance(progress, Failed):
                    outcomes[number] = f"EXTRACTION_FAILED: {progress.reason}"
                elif isinstance(progress, Extraction):
                    outcomes[number] = progress
            order = Batch(portions=self._shares(left))
        return outcomes

    def close(self) -> None:
        """End the process."""
        self._lose()
        self._runner.close()
        atexit.unregister(self.close)

    def _shares(self, numbers: Sequence[int]) -> tuple[Portion, ...]:
        return tuple(Portion(number, max(1, self._reading.round_words // len(numbers))) for number in numbers)

    def _work(self, process: ProcessWorker, order: Batch) -> BatchResult:
        try:
            return self._runner.run(self._in_time(process, order))
        except WorkerLostError:
            self._lose()
            raise

    async def _in_time(self, process: ProcessWorker, order: Batch) -> BatchResult:
        seconds = self._reading.max_round_seconds
        try:
            async with asyncio.timeout(seconds):
                return await process.work(order)
        except TimeoutError:
            raise WorkerLostError(f"no answer in {seconds:g} seconds") from None

    def _started(self) -> ProcessWorker:
        tries = 0
        while self._process is None:
            tries += 1
            self._process = ProcessWorker(self._reading.load, threads=self._reading.threads)
            try:
                self._model = self._runner.run(self._process.start())
            except LoadError as error:
                raise CorpusError(str(error)) from error
            except WorkerLostError as death:
                self._lose()
                if tries == _STARTS:
                    raise CorpusError(f"the workers exit before they are ready: {death}") from death
            self._check_model()
        return self._process

    def _check_model(self) -> None:
        expected = self._reading.digest
        if self._model and expected and self._model.digest != expected:
            raise CorpusError(f"a worker loaded a different model: digest {self._model.digest}, not {expected}")

    def _lose(self) -> None:
        if self._process:
            self._process.kill()
        self._process = None
