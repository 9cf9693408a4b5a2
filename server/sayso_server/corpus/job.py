"""A whole job: plan, read, write."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sayso_server.corpus.inputs import find_files
from sayso_server.corpus.parts import Part, Tally
from sayso_server.corpus.plan import Plan, Slice, plan
from sayso_server.corpus.reading import Reading, SliceReader
from sayso_server.corpus.store import opened

Runner = Callable[[Reading, tuple[Slice, ...]], AbstractContextManager[Iterator[Part]]]
"""Makes the parts of slices, in any order."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How a job ended. `tally` counts what this run did, `before` what the output had already."""

    plan: Plan
    tally: Tally
    before: int
    failed_before: int

    @property
    def is_clean(self) -> bool:
        """Whether every document of the input was read."""
        return not (self.tally.failed or self.failed_before or self.plan.repeated)


def run(
    source: Path,
    target: Path,
    reading: Reading,
    runner: Runner,
    *,
    job: dict[str, object],
    slice_words: int,
    planned: Callable[[Plan], None] = lambda _: None,
    advanced: Callable[[Tally], None] = lambda _: None,
) -> Summary:
    """Read what the output has not yet; `job` says what must not change when an output is continued.

    `planned` is told the plan, `advanced` what each part has brought. Raises CorpusError.
    """
    files = find_files(source)
    with opened(target, reading.form, job) as store:
        statuses = store.statuses()
        planning = plan(files, statuses, slice_words=slice_words)
        planned(planning)
        tally = Tally()
        if planning.slices:
            with runner(reading, planning.slices) as parts:
                for part in parts:
                    store.write(part)
                    tally += part.tally
                    advanced(part.tally)
    return Summary(planning, tally, len(statuses), sum(status == "failed" for status in statuses.values()))


@contextmanager
def here(reading: Reading, slices: tuple[Slice, ...]) -> Iterator[Iterator[Part]]:
    """The runner without Ray: one worker, slice by slice."""
    with closing(SliceReader(reading)) as reader:
        yield map(reader.read, slices)
