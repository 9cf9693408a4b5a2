"""Phrases of news, invented for the tokenizer from `phrases.json`: who said it, when, and where."""

import json
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

WORDS: dict[str, list[str]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
"""Replacements for each placeholder in braces; placeholders in them are replaced in turn."""

NUMBERS = {"hour": (1, 12), "minute": (10, 59), "date of month": (1, 28), "year": (1990, 2025)}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def surnames(rows: Iterable[Sequence[str]]) -> list[str]:
    """Proper nouns of rows of a treebank, in alphabetic order."""
    return sorted({row[1] for row in rows if row[3] == "PROPN" and row[1].isalpha() and row[1].istitle()})


@dataclass(frozen=True)
class Source:
    """A random number generator, and surnames."""

    rng: random.Random
    names: Sequence[str]


def invented(name: str, source: Source) -> str:
    """A random replacement for a placeholder."""
    rng = source.rng
    if name in WORDS:
        return re.sub(r"{(.+?)}", lambda match: invented(match[1], source), rng.choice(WORDS[name]))
    if name in NUMBERS:
        return str(rng.randint(*NUMBERS[name]))
    if name == "letters":
        return "".join(rng.choices(LETTERS, k=rng.randint(3, 9)))
    if name == "initial":
        return rng.choice(LETTERS).upper()
    return rng.choice(source.names) if name == "name" else rng.choice(source.names).upper()
