"""A whole job: plan, read, write. Then the job that links people across all documents."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sayso_server.corpus.errors import OutputError
from sayso_server.corpus.inputs import Source, find_files
from sayso_server.corpus.parts import Form, Part, Tally
from sayso_server.corpus.people import job as people
from sayso_server.corpus.people.job import Mapper, People
from sayso_server.corpus.plan import Plan, Slice, plan
from sayso_server.corpus.reading import Reading, SliceReader
from sayso_server.corpus.storage import access
from sayso_server.corpus.storage.access import Place
from sayso_server.corpus.store import opened

Runner = Callable[[Reading, tuple[Slice, ...]], AbstractContextManager[Iterator[Part]]]
"""Turns slices into parts, in any order."""

Mapping = Callable[[], AbstractContextManager[Mapper]]
"""Where people are linked: in this process or on Ray."""

FEW_PARTS = 1_000
"""The minimum number of parts for Ray; with fewer (about 20,000 articles), starting Ray takes longer than the work."""


class Progress(Protocol):
    """The observer of a job's progress."""

    def begin(self, plan: Plan) -> None:
        """The plan is made, and reading begins."""

    def advance(self, tally: Tally) -> None:
        """A part is finished."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of a job. `tally` counts this run; `failed_before` counts earlier failures that were not retried."""

    plan: Plan
    tally: Tally
    failed_before: int

    @property
    def is_clean(self) -> bool:
        """Whether every document of the input was read."""
        return not (self.tally.failed or self.failed_before or self.plan.repeated)


def run(
    source: Source,
    target: Place,
    reading: Reading,
    runner: Runner,
    *,
    job: dict[str, object],
    slice_words: int,
    retry_failed: bool = False,
    progress: Progress,
) -> Summary:
    """Read the documents that are not in the output; `job` has the settings that must not change for an output.

    With `retry_failed`, read failed documents again.
    Raises CorpusError.
    """
    files = find_files(source.place, source.layout)
    if _lies_in(target, source.place):
        raise OutputError(f"{target}: is inside the input, and would be read by the next run; choose another folder")
    with opened(access.folder(target), reading.form, job) as store:
        if retry_failed:
            store.retry_failed()
        limit = reading.max_document_chars
        planning = plan(files, store.statuses, slice_words=slice_words, max_document_chars=limit)
        progress.begin(planning)
        tally = Tally()
        if planning.slices:
            with runner(reading, planning.slices) as parts:
                for part in parts:
                    store.write(part)
                    tally += part.tally
                    progress.advance(part.tally)
        return Summary(planning, tally, store.failed)


def find_people(target: Place, form: Form, mapping: Mapping, *, job: dict[str, object]) -> People:
    """Link people across all documents of an output, using only its tables; `job` as for `run`.

    Uses `mapping` if there are many parts, otherwise this process. Raises CorpusError.
    """
    with opened(access.folder(target), form, job) as store:
        is_small = len(store.parts("statements")) < FEW_PARTS
        with people.here() if is_small else mapping() as mapped:
            return people.link(store, mapped)


def _lies_in(target: Place, source: Place) -> bool:
    """Whether the tables would be read as input."""
    if isinstance(target, Path) and isinstance(source, Path):
        target, source = target.resolve(), source.resolve()
    return f"{target}/".startswith(f"{str(source).rstrip('/')}/")


@contextmanager
def here(reading: Reading, slices: tuple[Slice, ...]) -> Iterator[Iterator[Part]]:
    """The runner without Ray: one worker reads slice by slice."""
    with closing(SliceReader(reading)) as reader:
        yield map(reader.read, slices)
