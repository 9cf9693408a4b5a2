"""`sayso-tools speed bench`: speed benchmarks, as ratios within one run.

All workloads are interleaved, in one process next to one server, so that a busy machine slows all of them equally.
Results go to three files in --output; progress goes to standard error. It needs only the bundled models: texts are
invented, unless --text names a file.
"""

import argparse
import logging
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from sayso_tools.bench import texts
from sayso_tools.bench.report import Results, table, write
from sayso_tools.bench.timing import Figure, Turn, Work, alternate, latency_ratio, speed, speed_ratio

if TYPE_CHECKING:
    from sayso_tools.bench.reading import Articles

PARTS = ("encoder", "pipeline", "server", "stock", "growth", "start")
CALLERS = (1, 4, 16)
STARTS = 3
STOCK_ARTICLES = 2
"""The number of articles for the pipeline in stock Stanza's architecture, which is many times slower."""

log = logging.getLogger(__name__)


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The parsed command line."""
    parser = argparse.ArgumentParser(
        prog="sayso-tools speed bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--text", type=Path, metavar="FILE", help='JSON lines with a "text", instead of invented texts')
    parser.add_argument("--articles", type=int, default=16, help="articles per round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="(default: %(default)s)")
    parser.add_argument("--threads", type=int, help="torch threads, here and in one worker (default: as in the server)")
    parser.add_argument(
        "--part", choices=PARTS, action="append", help="measure this in addition to the extractor; may be repeated"
    )
    parser.add_argument("--quick", action="store_true", help="a few minutes: 2 articles, 3 rounds, up to 10,000 words")
    parser.add_argument(
        "--output", type=Path, default=Path("build/benchmarks"), metavar="FOLDER", help="(default: %(default)s)"
    )
    options = parser.parse_args(given)
    if options.quick:
        options.articles, options.rounds = 2, 3
    if options.articles < 1 or options.rounds < 1:
        parser.error("--articles and --rounds must be at least 1")
    return options


def main(given: Sequence[str]) -> None:
    """Measure, print the table, write the files."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped too
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    options = arguments(given)
    try:
        articles = texts.of_file(options.text, options.articles) if options.text else texts.invented(options.articles)
    except (OSError, ValueError) as error:
        sys.exit(f"--text: {error}")
    results = measure(options, articles)
    write(results, options.output)
    sys.stdout.write(table(results))
    log.info("written to %s", options.output)


def measure(options: argparse.Namespace, articles: Sequence[str]) -> Results:
    """The requested measurements."""
    from sayso_server.core.pipeline import Extractor
    from sayso_server.parsing.load import load_parser
    from sayso_server.service.settings import default_threads
    from sayso_tools.bench import growth, reading, serving

    wanted = options.part or PARTS
    threads = options.threads or default_threads(1)
    server_options = ("--workers", "1", "--threads", str(threads)) if options.threads else ()
    parser, model = load_parser(threads=threads)
    extractor = Extractor(parser, model, parser.coreference)
    own = reading.Articles(parser, articles)
    results = Results(_conditions(options, threads, sum(own.words)))
    works: dict[str, Work] = {}
    with ExitStack() as stack:
        if "encoder" in wanted and parser.reader is not None:
            works |= reading.encoder_works(own)
        if "pipeline" in wanted:
            works["pipeline"] = reading.pipeline_work(own)
        works |= reading.extractor_works(own, extractor)
        server = stack.enter_context(serving.serving(*server_options)) if "server" in wanted else None
        if server is not None:
            works |= {f"server, {n} callers": server.work(articles, sum(own.words), n) for n in CALLERS}
        if "stock" in wanted:
            works["stock shape"] = _stock(own, stack)
        alternate(works, 1, lambda line: log.info("warming: %s", line))
        turns = alternate(works, options.rounds, log.info)
        results.speeds = {name: speed(own_turns) for name, own_turns in turns.items()}
        results.ratios = ratios(turns)
        results.resident_mib = server.resident_mib() if server is not None else {}
    if "growth" in wanted:
        lengths = [n for n in growth.LENGTHS if n <= (10_000 if options.quick else 50_000)]
        rounds = max(1, options.rounds // 3)
        results.milliseconds, tenfold = growth.measure(extractor, articles, lengths, rounds, log.info)
        results.ratios["seconds for ten times the text"] = tenfold
    if "start" in wanted:
        results.ready_seconds = Figure.of([_ready_seconds(server_options) for _ in range(STARTS)])
    return results


def ratios(turns: Mapping[str, Sequence[Turn]]) -> dict[str, Figure]:
    """The main ratios of the measurements; the ceiling is the encoder's fastest number format."""
    extractor = turns["extractor"]
    encoders = [name for name in turns if name.startswith("encoder")]
    out: dict[str, Figure] = {}
    for ceiling in [max(encoders, key=lambda name: speed(turns[name]).median)] if encoders else []:
        out[f"extractor over the ceiling ({ceiling})"] = speed_ratio(extractor, turns[ceiling])
        out[f"extractor over {encoders[0]}"] = speed_ratio(extractor, turns[encoders[0]])
    for name in ("pipeline", "stock shape"):
        if name in turns:
            out[f"extractor over {name}"] = speed_ratio(extractor, turns[name])
    for n in CALLERS:
        if (name := f"server, {n} callers") in turns:
            out[f"{name}, over the extractor"] = speed_ratio(turns[name], extractor)
            if n == 1:
                out["seconds of an article, server over extractor"] = latency_ratio(turns[name], extractor)
    return out


def _stock(own: "Articles", stack: ExitStack) -> Work:
    sample = own.parser.annotate(own.parser.tokenize("\n\n".join(own.texts)))
    from sayso_server.parsing.load import BUNDLED
    from sayso_tools.bench import stock  # its imports make Stanza log

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    stack.enter_context(stock.trees_at_once())
    return own.work(stock.build(BUNDLED, sample, folder), STOCK_ARTICLES)


def _ready_seconds(server_options: Sequence[str]) -> float:
    from sayso_tools.bench.serving import serving

    with serving(*server_options) as server:
        log.info("ready after %.1f s", server.ready_seconds)
        return server.ready_seconds


def _conditions(options: argparse.Namespace, threads: int, words: int) -> dict[str, str]:
    import torch

    busy = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return {
        "texts": f"{options.articles} {'of a file' if options.text else 'invented'} articles, {words:,} words",
        "rounds": f"{options.rounds}, {max(1, options.rounds // 3)} of the growing text",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, load at the start {busy}",
        "torch": f"{torch.__version__}, {threads} threads",
        "server": f"one worker of {threads} threads" if options.threads else "as it is without options",
    }
