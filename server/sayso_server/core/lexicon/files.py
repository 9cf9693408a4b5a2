"""Data files: TOML that people edit (`data/`, `data/words`), and text that a script makes (`data/generated`).

Every file says where its words come from and under which licence.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable

RESERVED = ("source", "licence")
"""The keys that every file begins with; all other keys name lists."""


class LexiconError(ValueError):
    """A data file of the lexicon is wrong; the message names the file and the entry."""


def folder() -> Traversable:
    """The folder of the data files."""
    return resources.files("sayso_server.core") / "data"


def read_toml(path: Traversable) -> dict[str, object]:
    """The lists or tables of a TOML file, by name."""
    return without_header(tomllib.loads(path.read_text(encoding="utf-8")), path.name)


def without_header(data: Mapping[str, object], file: str) -> dict[str, object]:
    """`data` without its source and licence; an error that names `file` where one of them is missing."""
    for key in RESERVED:
        value = data.get(key)
        if not isinstance(value, str) or not value.strip():
            raise LexiconError(f'{file}: no {key}; every file of words begins with {key} = "..."')
    return {key: value for key, value in data.items() if key not in RESERVED}


def read_generated(path: Traversable) -> tuple[dict[str, str], list[str]]:
    """The header of a generated file, by key, and its lines. Header lines are comments: # source: ..."""
    header: dict[str, str] = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    for line in lines[:start]:
        key, _, value = line.removeprefix("#").partition(": ")
        header[key.strip()] = value.strip()
    for key in (*RESERVED, "command"):
        if not header.get(key):
            raise LexiconError(f"{path.name}: no {key}; every generated file begins with # {key}: ...")
    check_unique([line.partition("\t")[0] for line in lines[start:]], path.name)
    return header, lines[start:]


def unique(value: object, where: str) -> tuple[str, ...]:
    """The words of a list in the order of the file; a word that is listed twice is an error that names it."""
    if not isinstance(value, str):
        raise LexiconError(f"{where} must be a string of words")
    words = value.split()
    check_unique(words, where)
    return tuple(words)


def check_unique(words: Sequence[str], where: str) -> None:
    """Raise LexiconError for a word that is listed twice."""
    if len(set(words)) < len(words):
        twice = [word for word, count in Counter(words).items() if count > 1]
        raise LexiconError(f"{where}: {twice[0]!r} is listed twice")
