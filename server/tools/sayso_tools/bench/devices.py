"""`sayso-tools speed devices`: words per second on the CPU and on a GPU, by words per batch.

Measurements in process take turns within one run. Servers follow one by one, each with four callers per worker.
"""

import argparse
import functools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sayso_server.core.document import read
from sayso_tools.bench import texts
from sayso_tools.bench.timing import Figure, Work, alternate, speed

if TYPE_CHECKING:
    from sayso_server.core.pipeline import Extractor

CALLERS = 4
"""Of each worker of a server."""


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="sayso-tools speed devices", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", action="append", help="cpu, cuda, cuda:N; repeatable (default: cpu)")
    parser.add_argument(
        "--batch-words", type=int, action="append", default=[], metavar="N", help="in process, so many; repeatable"
    )
    parser.add_argument(
        "--workers", type=int, action="append", default=[], metavar="N", help="a server with so many; repeatable"
    )
    parser.add_argument("--articles", type=int, default=24, help="invented ones (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(default: %(default)s)")
    options = parser.parse_args(given)
    if min([options.articles, options.rounds, *options.batch_words, *options.workers]) < 1:
        parser.error("numbers must be at least 1")
    if not options.workers:
        options.batch_words = options.batch_words or [1_000, 4_000]
    return options


def main(given: Sequence[str]) -> None:
    """Measure, and print a line for each figure as soon as it is there."""
    options = arguments(given)
    articles = texts.invented(options.articles)
    from sayso_server.parsing.load import load_engine

    engines = {device: load_engine(threads=1, device=device) for device in options.device or ["cpu"]}
    words = sum(extraction.words for extraction in next(iter(engines.values())).extract_many(articles))
    _say("", "words/s", "least", "greatest")
    works: dict[str, Work] = {}
    for device, engine in engines.items():
        for size in options.batch_words:
            works |= _in_process(f"{device}, {size:,} words together", engine, words, _together(articles, size))
    for name, figure in _speeds(works, options.rounds).items():
        _tell(name, figure)
    for workers in options.workers:
        for device in engines:
            _tell(f"server, {device}, {workers} workers", _of_server(device, workers, articles, words, options.rounds))


def _in_process(
    name: str, engine: "Extractor", words: int, together: Sequence[Sequence[str]]
) -> Iterator[tuple[str, Work]]:
    """The extractor on one thread, and the parsing that is in it."""
    bare = [[part for text in own for part in read(text).parts] for own in together]
    for what, act, given in (("", engine.extract_many, together), (", parsing", engine.parse, bare)):
        yield name + what, Work(words, functools.partial(_each, act, given))


def _each(act: Callable[[Sequence[str]], object], given: Sequence[Sequence[str]]) -> Sequence[float]:
    for own in given:
        act(own)
    return ()


def _speeds(works: Mapping[str, Work], rounds: int) -> dict[str, Figure]:
    """Each is read once before."""
    alternate(works, 1, lambda _: None)
    return {name: speed(turns) for name, turns in alternate(works, rounds, lambda _: None).items()}


def _together(articles: Sequence[str], size: int) -> list[list[str]]:
    """The articles in parts of about so many words, at least one article each."""
    out: list[list[str]] = [[]]
    words = 0
    for article in articles:
        own = len(article.split())
        if out[-1] and words + own > size:
            out.append([])
            words = 0
        out[-1].append(article)
        words += own
    return out


def _of_server(device: str, workers: int, articles: Sequence[str], words: int, rounds: int) -> Figure:
    """The speed of a server for callers that have all articles read as often as it has workers."""
    from sayso_tools.bench.serving import serving

    with serving("--device", device, "--workers", str(workers), "--threads", "1") as server:
        work = server.work(list(articles) * workers, words * workers, CALLERS * workers)
        return _speeds({"": work}, rounds)[""]


def _tell(name: str, figure: Figure) -> None:
    _say(name, *(f"{value:,.0f}" for value in (figure.median, figure.low, figure.high)))


def _say(name: str, *columns: str) -> None:
    sys.stdout.write(f"{name:40}" + "".join(f"{column:>10}" for column in columns) + "\n")
    sys.stdout.flush()
