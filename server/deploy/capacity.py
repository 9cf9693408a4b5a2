"""Computes the part of docs/capacity.md that follows from its assumptions.

python server/deploy/capacity.py            # rewrites that part after a change of the assumptions
python server/deploy/capacity.py --check    # checks whether it is up to date
"""

import argparse
import math
import re
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/capacity.md"
BEGIN, END = "<!-- computed by capacity.py -->\n", "<!-- end of what is computed -->\n"
NAMES = (
    "words_per_second",
    "words_per_article",
    "peak",
    "busy",
    "replica_gb",
    "queued_words",
    "part_words",
    "archive_articles",
    "input_kb",
    "output_kb",
)
SECONDS_PER_DAY = 86_400
SERVED = (10_000, 100_000, 1_000_000, 10_000_000)
"""Articles per day."""
MOST_PARTS = 10_000
"""The maximum number of parts of one job: larger jobs have larger parts."""
CORPORA = (100_000, 1_000_000, 100_000_000)
"""Articles."""
CLUSTER = 64
"""The number of cores for the archive."""
SPANS = (("a day", 1), ("a year", 365), ("thirty years", 30 * 365), ("a thousand such archives, a day", 1000))
"""Time spans of an archive: the name, and the number of days."""
LARGE = 1_000_000_000
"""Articles per day in the last section of the page."""


def assumptions(page: str) -> dict[str, float]:
    """The values in the table of assumptions, by name. Raises ValueError if one is missing."""
    rows = re.findall(r"^\| `(\w+)` \| ([\d.,]+) \|", page, re.MULTILINE)
    values = {name: float(value.replace(",", "")) for name, value in rows}
    if values.keys() != set(NAMES):
        raise ValueError(f"the assumptions are {', '.join(values)}, and should be {', '.join(NAMES)}")
    return values


def serving(articles: int, given: dict[str, float]) -> tuple[float, float, int]:
    """For a number of articles per day: mean and peak words per second, and replicas, at least two for redundancy."""
    mean = articles * given["words_per_article"] / SECONDS_PER_DAY
    at_peak = mean * given["peak"]
    return mean, at_peak, max(2, math.ceil(at_peak / (given["words_per_second"] * given["busy"])))


def core_hours(articles: int, given: dict[str, float]) -> float:
    """The core hours to read a corpus."""
    return articles * given["words_per_article"] / given["words_per_second"] / 3600


def computed(given: dict[str, float]) -> str:
    """The sections that follow from the assumptions, in Markdown."""
    return f"""\
### Serving: how many replicas

Replicas = articles a day × `words_per_article` ÷ 86,400 × `peak` ÷ (`words_per_second` × `busy`), and at least two.

| articles a day | words a second, on average | at the peak | replicas of one core | memory |
|--:|--:|--:|--:|--:|
{_serving_rows(given)}
A full queue (`queued_words`) is {given["queued_words"] / given["words_per_second"]:,.0f} seconds of reading.

### Corpora: how long

| articles | core hours | on 8 cores | on 100 cores |
|--:|--:|--:|--:|
{_corpus_rows(given)}
A kill costs at most one part per worker, {given["part_words"] / given["words_per_second"]:,.0f} seconds of reading, \
and loading the models again.

### A national archive

Storage is for `archive_articles` per day: the input as JSON lines, and both tables in Parquet.

| | articles | core hours | on {CLUSTER} cores | input | tables | parts |
|---|--:|--:|--:|--:|--:|--:|
{_archive_rows(given)}
### {LARGE:,} articles a day

{serving(LARGE, given)[0] / 1e6:,.1f} million words a second on average: \
{serving(LARGE, given)[0] / given["words_per_second"]:,.0f} cores working day and night.
"""


def _serving_rows(given: dict[str, float]) -> str:
    rows = ""
    for articles in SERVED:
        mean, at_peak, replicas = serving(articles, given)
        rows += (
            f"| {articles:,} | {mean:,.0f} | {at_peak:,.0f} | {replicas} | {replicas * given['replica_gb']:,.0f} GB |\n"
        )
    return rows


def _corpus_rows(given: dict[str, float]) -> str:
    rows = ""
    for articles in CORPORA:
        hours = core_hours(articles, given)
        rows += f"| {articles:,} | {hours:,.0f} | {_duration(hours / 8)} | {_duration(hours / 100)} |\n"
    return rows


def _archive_rows(given: dict[str, float]) -> str:
    rows = ""
    for name, days in SPANS:
        articles = round(days * given["archive_articles"])
        hours = core_hours(articles, given)
        size, tables = (_size(articles * given[kind]) for kind in ("input_kb", "output_kb"))
        parts = min(MOST_PARTS, math.ceil(articles * given["words_per_article"] / given["part_words"]))
        rows += (
            f"| {name} | {articles:,} | {hours:,.0f} | {_duration(hours / CLUSTER)} | {size} | {tables} | {parts:,} |\n"
        )
    return rows


def _size(kilobytes: float) -> str:
    for unit in ("kB", "MB", "GB"):
        if kilobytes < 1000:
            return f"{kilobytes:.3g} {unit}"
        kilobytes /= 1000
    return f"{kilobytes:.3g} TB"


def _duration(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:.1f} hours" if hours < 48 else f"{hours / 24:.1f} days"


def renewed(page: str) -> str:
    """The page with its computed part updated."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"there is no part between {BEGIN.strip()} and {END.strip()}")
    return f"{before}{BEGIN}\n{computed(assumptions(page))}\n{END}{after}"


def main() -> None:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description="The arithmetic of docs/capacity.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if something would change")
    checked = parser.parse_args().check
    page = PAGE.read_text("utf-8")
    new = renewed(page)
    if checked and new != page:
        sys.exit(f"{PAGE.name} does not follow from its assumptions: run capacity.py")
    if not checked:
        PAGE.write_text(new, "utf-8")


if __name__ == "__main__":
    main()
