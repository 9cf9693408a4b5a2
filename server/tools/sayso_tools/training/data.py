"""Treebanks, and conversion of their sentences to the typography of news."""

import json
import random
import re
from collections.abc import Container, Iterable
from pathlib import Path
from typing import Any

from sayso_tools.formats.conllu import Rows, read_conllu

TREEBANKS = ("ewt", "gum")

DOUBLE = [("“", "”"), ("“", "”"), ("“", "”"), ("``", "''"), ("«", "»"), ('"', '"'), ("‘", "’"), ("'", "'")]
"""Replacements of a pair of straight double quotes; curly quotes most often, as in news."""


def retype(forms: list[str], rng: random.Random, hyphens: Container[int] = ()) -> list[str]:
    """Some of the time, replaces double quotes, apostrophes and dashes with other forms.

    `hyphens` are the indices of hyphens within words, which are kept.
    """
    if not any(form in {'"', "“", "”", "--", "-", "—"} or "'" in form for form in forms) or rng.random() < 0.4:
        return forms
    opening, closing = rng.choice(DOUBLE)
    curly = rng.random() < 0.7
    dash = rng.choice(["–", "—", "--", "-"])
    out, is_open = [], False
    for i, form in enumerate(forms):
        if form in {'"', "“", "”"}:
            is_open = not is_open if form == '"' else form == "“"
            out.append(opening if is_open else closing)
        elif curly and re.search(r"\w'\w|^'\w|\w'$", form):
            out.append(form.replace("'", "’"))
        else:
            out.append(dash if form in {"--", "-", "—", "–"} and i not in hyphens else form)
    return out


def retype_marks(rows: Rows, rng: random.Random) -> Rows:
    """`retype` for the rows of a sentence."""
    forms = retype([row[1] for row in rows], rng, {i for i, row in enumerate(rows) if row[4] == "HYPH"})
    return [[row[0], form, *row[2:]] for row, form in zip(rows, forms, strict=True)]


def load(folder: Path, split: str, names: Iterable[str] = TREEBANKS) -> list[Rows]:
    """The sentences of one split ("train", "dev" or "test") of the named treebanks."""
    return [block.rows for name in names for block in read_conllu(folder / f"{name}-{split}.conllu")]


def documents(path: Path) -> list[dict[str, Any]]:
    """The documents of a file of annotated news, in order."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
