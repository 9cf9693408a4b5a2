"""`sayso-tools people OUTPUT...`: estimates the weights of the pairwise model of people across documents.

m, the frequency of a feature among matching pairs, is counted over pairs of people with the same rare full name in
different documents. u, the frequency among non-matching pairs, is counted over random pairs of people with different
surnames. No annotation is needed. The weights of names are not counted, since names select the pairs: those in
weights.json are kept.
"""

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import log
from pathlib import Path
from typing import Any, cast

from sayso_server.corpus.parts import Form
from sayso_server.corpus.people import comparing
from sayso_server.corpus.people.comparing import Corpus, corpus_of, features
from sayso_server.corpus.people.names import PERSON, is_full
from sayso_server.corpus.people.profiles import COLUMNS, Profile, speakers_of
from sayso_server.corpus.people.table import rows_of

_RARE_ENOUGH = 3.0
"""Minimum log odds that two people with this name are the same: 20 to 1."""
_MOST_PAIRS_OF_A_NAME = 20
_RANDOM_PAIRS = 100_000
_SEED = 20
_DOUBT = 20.0
"""Uninformative pairs added to the matching ones for smoothing: rare features get small weights."""
_NOT_COUNTED = ("person name: ", "organization name: ", "document name: ", "name: ", "job: ", "known speaker: ")
_BY_RARITY = ("job title: same", "job title: same kind")
"""Features whose u is the rarity of the job, which is a separate feature: their weights are log(m)."""
WEIGHTS = Path(comparing.__file__).with_name("weights.json")


def counted(corpora: Iterable[Sequence[Profile]]) -> dict[str, dict[str, float]]:
    """The weight of each feature except those of names, with m, u and the number of pairs."""
    same: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for speakers in corpora:
        people = [speaker for speaker in speakers if speaker.type is PERSON]
        corpus = corpus_of(people)
        same += _counts(_same(people, corpus), corpus)
        other += _counts(_other(people), corpus)
    return {
        feature: _weight(feature, same[feature], other[feature], _of(feature, same), _of(feature, other))
        for feature in sorted(same + other)
        if not feature.startswith(_NOT_COUNTED)
    }


def _of(feature: str, counts: Counter[str]) -> int:
    """The number of pairs in which both sides have the property that a feature compares."""
    compared = feature.partition(": ")[0]
    return sum(count for other, count in counts.items() if other.partition(": ")[0] == compared)


def _weight(feature: str, same: int, other: int, of_same: int, of_other: int) -> dict[str, float]:
    u = (other + 1) / (of_other + 1)
    m = (same + _DOUBT * u) / (of_same + _DOUBT)
    weight = log(m) if feature in _BY_RARITY else log(m / u)
    return {"weight": round(weight, 2), "m": round(m, 4), "u": round(u, 4), "pairs": same}


def _counts(pairs: Iterable[tuple[Profile, Profile]], corpus: Corpus) -> Counter[str]:
    """The number of pairs with each feature."""
    counts: Counter[str] = Counter()
    for one, other in pairs:
        counts.update(feature for feature, _ in features(one, other, corpus))
    return counts


def _same(people: Iterable[Profile], corpus: Corpus) -> Iterator[tuple[Profile, Profile]]:
    named: dict[tuple[str, ...], list[Profile]] = defaultdict(list)
    for person in people:
        if is_full(person.name, PERSON) and corpus.names.rarity(person.name) > _RARE_ENOUGH:
            named[person.name].append(person)
    generator = random.Random(_SEED)
    for own in named.values():
        pairs = list(combinations(own, 2))
        yield from generator.sample(pairs, min(len(pairs), _MOST_PAIRS_OF_A_NAME))


def _other(people: Sequence[Profile]) -> Iterator[tuple[Profile, Profile]]:
    generator = random.Random(_SEED)
    for _ in range(_RANDOM_PAIRS if len(people) > 1 else 0):
        one, other = generator.sample(people, 2)
        if one.name[-1] != other.name[-1]:
            yield one, other


def _speakers(folder: Path) -> list[Profile]:
    """The speakers of all documents of an output, one profile per document."""
    found: list[Profile] = []
    for path in sorted((folder / "statements").glob("part-*")):
        form = cast("Form", path.suffix.removeprefix("."))
        found += speakers_of(rows_of(path.read_bytes(), COLUMNS, form)).values()
    return found


def main(arguments: Sequence[str]) -> None:
    """Count, and write the weights."""
    parser = argparse.ArgumentParser(prog="sayso-tools people", description=__doc__)
    parser.add_argument(
        "outputs", nargs="+", type=Path, metavar="OUTPUT", help="an output folder of `sayso-server corpus`"
    )
    options = parser.parse_args(arguments)
    corpora = [_speakers(folder) for folder in options.outputs]
    if empty := [str(folder) for folder, found in zip(options.outputs, corpora, strict=True) if not found]:
        parser.error(f"no statements with a speaker in {', '.join(empty)}")
    described: dict[str, Any] = json.loads(WEIGHTS.read_text("utf-8"))
    found = counted(corpora)
    by_name = {name: weight for name, weight in described["weights"].items() if name.startswith(_NOT_COUNTED)}
    described["weights"] = by_name | {feature: one["weight"] for feature, one in found.items()}
    described["counted"] = found
    WEIGHTS.write_text(json.dumps(described, indent=1) + "\n", "utf-8")
