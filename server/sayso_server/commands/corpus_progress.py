"""Progress and summary of `sayso-server corpus`, on standard error."""

import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from sayso_server.core.statement import SpeakerType
from sayso_server.corpus.job import Summary
from sayso_server.corpus.parts import Tally
from sayso_server.corpus.people.job import People
from sayso_server.corpus.plan import Plan
from sayso_server.corpus.storage.access import Place

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

_SECONDS_BETWEEN_LINES = 60
"""Seconds between progress lines if standard error is not a terminal."""
_SECONDS_OF_A_RATE = 60
"""Seconds before the speed is shown: at first, loading the models takes most of the time."""


class Progress:
    """Progress on standard error: a bar on a terminal, otherwise a line at intervals."""

    def __init__(self) -> None:
        self._started = self._told = time.monotonic()
        self._done = Tally()
        self._words = 0
        self._advance_bar: Callable[[int], None] | None = None
        self._end_bar: Callable[[], None] | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        if self._end_bar:
            self._end_bar()

    @property
    def seconds(self) -> float:
        """Seconds since reading began."""
        return time.monotonic() - self._started

    def begin(self, plan: Plan) -> None:
        self._started = self._told = time.monotonic()
        self._words = plan.words
        if plan.documents and sys.stderr.isatty():
            bar: ProgressBar[int] = click.progressbar(
                length=plan.words,
                file=sys.stderr,
                label=f"{plan.documents:,} documents, {plan.words:,} words",
                show_pos=False,
                item_show_func=lambda _: self._state(),
            )
            self._advance_bar, self._end_bar = bar.update, bar.render_finish
            bar.render_progress()

    def advance(self, tally: Tally) -> None:
        self._done += tally
        if self._advance_bar:
            self._advance_bar(tally.words)
        elif time.monotonic() - self._told >= _SECONDS_BETWEEN_LINES:
            self._told = time.monotonic()
            share = self._done.words / max(1, self._words)
            click.echo(f"{share:.1%} of {self._words:,} words: {self._state()}", err=True)

    def _state(self) -> str:
        done = self._done
        failed = f", {done.failed:,} failed" if done.failed else ""
        return f"{done.documents:,} read, {done.words / max(0.1, self.seconds):,.0f} words/s{failed}"


def told(summary: Summary, seconds: float, target: Place) -> Iterator[str]:
    """The lines of the summary."""
    tally, plan = summary.tally, summary.plan
    done = ", ".join(_done(tally, seconds)) if tally.documents else "nothing new to read"
    before = f"; {plan.read_before:,} had been read before" if plan.read_before else ""
    yield f"{target}: {done}{before}"
    if failed := tally.failed + summary.failed_before:
        yield (
            f"could not be read: {failed:,} in total, with status 'failed' in {target}/documents;"
            " --retry-failed reads them again"
        )
    if plan.repeated:
        yield f"{plan.repeated:,} had the id of an earlier one and were skipped, the first is {plan.first_repeated}"


def told_people(people: People, target: Place) -> str:
    """The people of all documents, as one line."""
    kinds = {SpeakerType.PERSON: "person", SpeakerType.ORGANIZATION: "organization", SpeakerType.DOCUMENT: "document"}
    counts = (_counted(people.by_type[kind], noun) for kind, noun in kinds.items())
    return f"{target}/people: {', '.join(counts)}, of {_counted(people.profiles, 'profile')}"


def _done(tally: Tally, seconds: float) -> Iterator[str]:
    yield _counted(tally.documents, "document")
    if tally.failed:
        yield f"{tally.failed:,} of them failed"
    yield _counted(tally.words, "word")
    yield f"{_counted(tally.statements, 'statement')} in {seconds:,.0f} s"
    if seconds >= _SECONDS_OF_A_RATE:
        yield f"{tally.words / seconds:,.0f} words a second"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else _PLURALS.get(noun, noun + 's')}"


_PLURALS = {"person": "people"}
