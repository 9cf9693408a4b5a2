"""Treebanks as Stanza documents, with the quotation marks of news woven in."""

import random
import re
from collections.abc import Iterable
from pathlib import Path

from stanza.models.common.doc import Document
from stanza.utils.conll import CoNLL

Rows = list[list[str]]
"""One sentence: the ten columns of each line."""

TREEBANKS = ("ewt", "gum")

DOUBLE = [("“", "”"), ("“", "”"), ("“", "”"), ("``", "''"), ("«", "»"), ('"', '"'), ("‘", "’"), ("'", "'")]
"""What a pair of straight double marks may become; curly ones most often, as in news."""


def read_sentences(path: Path) -> list[tuple[list[str], Rows]]:
    """The sentences of a CoNLL-U file as (comment lines, rows)."""
    out = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.split("\n") if line]
        if lines:
            comments = [line for line in lines if line.startswith("#")]
            out.append((comments, [line.split("\t") for line in lines if not line.startswith("#")]))
    return out


def simplify_relations(rows: Rows) -> Rows:
    """Without empty nodes and enhanced dependencies, which Stanza's trainers do not read."""
    return [[*row[:8], "_", row[9]] for row in rows if "." not in row[0]]


def retype_marks(rows: Rows, rng: random.Random) -> Rows:
    """Some of the time, straight double marks as another pair, apostrophes as curly ones, hyphens as dashes."""
    if not any(row[1] in {'"', "“", "”", "--", "-", "—"} or "'" in row[1] for row in rows) or rng.random() < 0.4:
        return rows
    opening, closing = rng.choice(DOUBLE)
    curly = rng.random() < 0.7
    dash = rng.choice(["–", "—", "--", "-"])
    out, is_open = [], False
    for row in rows:
        form = row[1]
        if form in {'"', "“", "”"}:
            is_open = not is_open if form == '"' else form == "“"
            form = opening if is_open else closing
        elif curly and re.search(r"\w'\w|^'\w|\w'$", form):
            form = form.replace("'", "’")
        elif form in {"--", "-", "—", "–"} and row[4] != "HYPH":
            form = dash
        out.append([row[0], form, *row[2:]])
    return out


def to_document(sentences: Iterable[Rows]) -> Document:
    """A Stanza document with gold annotation."""
    text = "\n\n".join("\n".join("\t".join(row) for row in rows) for rows in sentences)
    return CoNLL.conll2doc(input_str=text + "\n\n")


def load(folder: Path, split: str, names: Iterable[str] = TREEBANKS) -> list[Rows]:
    """The sentences of one split ("train", "dev" or "test") of the named treebanks."""
    return [simplify_relations(rows) for name in names for _, rows in read_sentences(folder / f"{name}-{split}.conllu")]
