"""Interleaved workloads, so that other load on the machine affects all of them equally, and their statistics."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """A workload of `words` words; `run` returns the seconds of each article if it reads them one by one."""

    words: int
    run: Callable[[], Sequence[float]]


@dataclass(frozen=True)
class Turn:
    """One run of a workload: words per second, and the median seconds per article, if measured."""

    speed: float
    article_seconds: float | None


@dataclass(frozen=True)
class Figure:
    """The median, minimum and maximum of several measurements."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Figure":
        """The figure of at least one value."""
        return cls(statistics.median(values), min(values), max(values))


def alternate(works: Mapping[str, Work], rounds: int, say: Callable[[str], None]) -> dict[str, list[Turn]]:
    """Run every workload once per round, in reverse order in every second round."""
    turns: dict[str, list[Turn]] = {name: [] for name in works}
    for number in range(rounds):
        for name in list(works)[:: -1 if number % 2 else 1]:
            started = time.perf_counter()
            articles = works[name].run()
            seconds = time.perf_counter() - started
            turn = Turn(works[name].words / seconds, statistics.median(articles) if articles else None)
            turns[name].append(turn)
            say(f"round {number + 1} of {rounds}: {name}: {turn.speed:,.0f} words/s")
    return turns


def speed(turns: Sequence[Turn]) -> Figure:
    """Words per second."""
    return Figure.of([turn.speed for turn in turns])


def speed_ratio(turns: Sequence[Turn], others: Sequence[Turn]) -> Figure:
    """The speed of one workload relative to another, round by round."""
    return Figure.of([turn.speed / other.speed for turn, other in zip(turns, others, strict=True)])


def latency_ratio(turns: Sequence[Turn], others: Sequence[Turn]) -> Figure:
    """The time per article of one workload relative to another, round by round."""
    return Figure.of(
        [
            turn.article_seconds / other.article_seconds
            for turn, other in zip(turns, others, strict=True)
            if turn.article_seconds is not None and other.article_seconds is not None
        ]
    )


def timed(work: Callable[[str], object], text: str) -> float:
    """Seconds that a text takes."""
    started = time.perf_counter()
    work(text)
    return time.perf_counter() - started
