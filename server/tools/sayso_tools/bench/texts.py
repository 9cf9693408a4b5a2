"""The texts: invented articles, or those of a file."""

import itertools
import json
import random
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

WORDS = 770
"""The approximate number of words of an article."""

SLOTS = {
    "town": ("Port Ostrey", "Carrow", "Velland", "Anselm", "Harrowgate Bay", "Dunmere", "Saltby", "Kirkholm"),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Sunday"),
    "number": ("twelve", "40", "seven", "19", "fifteen", "112"),
}
PEOPLE = ("Helena Marsh", "Mara Olin", "Nadia Orlo", "Ilse Dauntry", "Ada Pell", "Ruth Calder", "Vera Stroud")
OTHERS = ("Tobias Renn", "Owen Talbrook", "Anders Volk", "Peter Lindqvist", "Silas Horne", "Jonas Brandt")


def invented(count: int, seed: int = 1) -> list[str]:
    """Articles of about `WORDS` words, composed of the paragraphs in `paragraphs.txt`."""
    source = resources.files("sayso_tools.bench") / "paragraphs.txt"
    paragraphs = source.read_text(encoding="utf-8").strip().split("\n\n")
    return [_article(paragraphs, random.Random(seed + i)) for i in range(count)]


def _article(paragraphs: Sequence[str], rng: random.Random) -> str:
    first, last = rng.choice(PEOPLE).split()
    second, other = rng.choice(OTHERS).split()
    names = {"first": first, "last": last, "second": second, "other": other}
    out: list[str] = []
    for paragraph in rng.sample(paragraphs, len(paragraphs)):
        if sum(len(text.split()) for text in out) < WORDS - 20:
            out.append(paragraph.format(**names, **{name: rng.choice(values) for name, values in SLOTS.items()}))
    return "\n\n".join(out)


def of_file(path: Path, count: int) -> list[str]:
    """`count` texts, spread evenly over a file of JSON lines with a "text".

    Raises ValueError that names the file if it is invalid.
    """
    try:
        texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f'{path}: every line must be a JSON object with a "text"') from None
    if not texts:
        raise ValueError(f"{path} holds no text")
    return texts[:: max(1, len(texts) // count)][:count]


def of_length(articles: Sequence[str], words: int) -> str:
    """A text with this many space-separated words: paragraphs of the articles, repeated, the last one truncated."""
    out: list[str] = []
    for paragraph in _endless(articles):
        out.append(" ".join(paragraph.split()[:words]))
        words -= len(paragraph.split())
        if words <= 0:
            break
    return "\n\n".join(out)


def _endless(articles: Sequence[str]) -> Iterator[str]:
    paragraphs = [part for text in articles for part in text.split("\n\n") if part.strip()]
    return itertools.cycle(paragraphs)
