"""Trees kept next to the golden cases, so that the fast suite needs no model: the reader and its inverse, the writer.

A file is CoNLL-U. Its first line says what made the trees; each paragraph is one or more sentences:

    # models 2.0.0, int8

    # paragraph = Olin left. She said no.
    # names = 0:1:PER
    1	Olin	Olin	PROPN	NNP	Number=Sing	2	nsubj	1,0,0,0	_
    2	left	leave	VERB	VBD	_	0	root	_	_
    3	.	.	PUNCT	.	_	2	punct	_	_

    1	She	...

- `# origin = ...` below a `# paragraph` line says what made the trees of this paragraph, if the first line does not.
  `# origin = hand` marks trees that somebody wrote: nothing replaces them.
- `# names` lists the names of a sentence: first word, the word after the last (both from 0), type.
- Column 9 holds how likely the word is part of a source, a cue, a content, and the first word of a content (one digit).
  A sentence with `_` throughout has no roles; next to other words that have some, `_` is 0,0,0,0.
- Column 10 is `start:end` in the paragraph; `_` where the word is found next after the word before it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sayso_server.core.tree import Roles, TaggedName, Tree, Word

HAND = "hand"
"""The origin of trees that somebody wrote."""

_PARAGRAPH, _ORIGIN, _NAMES = "# paragraph = ", "# origin = ", "# names = "
_COLUMNS = 10
_NO_ROLES = Roles(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Entry:
    """A paragraph and its trees, as they are written in a file. `origin` is empty where it is that of the file."""

    paragraph: str
    block: str
    origin: str = ""

    @cached_property
    def trees(self) -> list[Tree]:
        """The sentences. Raises ValueError that quotes the line that cannot be read."""
        trees: list[Tree] = []
        for lines in _sentences(self.block):
            trees.append(_read_sentence(lines, self.paragraph, after=_end(trees)))
        return trees


@dataclass(frozen=True)
class TreeFile:
    """What made the trees of a file, and its paragraphs in order."""

    origin: str
    entries: tuple[Entry, ...] = ()


class NoTreesError(Exception):
    """A paragraph has no trees yet."""


class FrozenParser:
    """A parser that knows the paragraphs of a file of trees."""

    def __init__(self, path: Path) -> None:
        self._entries = {entry.paragraph: entry for entry in read_trees(path).entries}

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        """The frozen trees. Raises NoTreesError for a paragraph that has none."""
        if missing := [paragraph for paragraph in paragraphs if paragraph not in self._entries]:
            raise NoTreesError(f"no trees for {missing[0]!r}: run make golden")
        return [self._entries[paragraph].trees for paragraph in paragraphs]


def read_trees(path: Path) -> TreeFile:
    """The file of trees at `path`. Raises ValueError that names the file and what is wrong."""
    try:
        return parse_trees(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def parse_trees(text: str) -> TreeFile:
    """The inverse of `write_trees`."""
    header, *blocks = text.rstrip("\n").split("\n\n")
    if not header.startswith("# ") or "\n" in header:
        raise ValueError(f"the first line must say what made the trees, followed by a blank line: {header[:80]!r}")
    groups: list[list[str]] = []
    for block in blocks:
        if block.startswith(_PARAGRAPH):
            groups.append([])
        elif not groups:
            raise ValueError(f"a sentence before the first {_PARAGRAPH!r}: {block[:80]!r}")
        groups[-1].append(block)
    entries = [_entry("\n\n".join(group)) for group in groups]
    seen: set[str] = set()
    for entry in entries:
        if entry.paragraph in seen:
            raise ValueError(f"a paragraph has trees twice: {entry.paragraph!r}")
        seen.add(entry.paragraph)
    return TreeFile(header.removeprefix("# "), tuple(entries))


def write_trees(file: TreeFile) -> str:
    """The text of a file of trees. Blocks are written as they were read."""
    return "\n\n".join([f"# {file.origin}", *(entry.block for entry in file.entries)]) + "\n"


def freeze(paragraph: str, trees: Sequence[Tree], origin: str = "") -> Entry:
    """The entry of a paragraph that was parsed. Raises ValueError for a paragraph of several lines."""
    if "\n" in paragraph:
        raise ValueError(f"a golden paragraph must be one line: {paragraph!r}")
    head = [_PARAGRAPH + paragraph, *([_ORIGIN + origin] if origin else [])]
    sentences = [
        "\n".join(_write_sentence(tree, paragraph, after=_end(trees[:number]))) for number, tree in enumerate(trees)
    ]
    return Entry(paragraph, "\n".join([*head, "\n\n".join(sentences)]), origin)


def _entry(block: str) -> Entry:
    lines = block.split("\n")
    origin = next((line.removeprefix(_ORIGIN) for line in lines if line.startswith(_ORIGIN)), "")
    return Entry(lines[0].removeprefix(_PARAGRAPH), block, origin)


def _sentences(block: str) -> Iterator[list[str]]:
    """The lines of each sentence; a paragraph without words has none."""
    for sentence in block.split("\n\n"):
        lines = sentence.split("\n")
        if any(not line.startswith("#") for line in lines):
            yield lines


def _end(trees: Sequence[Tree]) -> int:
    """Where the last of these sentences ends."""
    return trees[-1].span.end if trees else 0


def _read_sentence(lines: Sequence[str], paragraph: str, after: int) -> Tree:
    names = [line.removeprefix(_NAMES) for line in lines if line.startswith(_NAMES)]
    rows = [_row(line) for line in lines if not line.startswith("#")]
    words: list[Word] = []
    for row in rows:
        words.append(_read_word(row, _read_place(row, paragraph, words[-1].end if words else after)))
    roles = [_read_roles(row[8]) for row in rows] if any(row[8] != "_" for row in rows) else []
    return Tree(tuple(words), tuple(map(_read_name, " ".join(names).split())), tuple(roles))


def _row(line: str) -> list[str]:
    columns = line.split("\t")
    if len(columns) != _COLUMNS:
        raise ValueError(f"{len(columns)} columns instead of {_COLUMNS}, separated by tabs: {line!r}")
    return columns


def _read_place(row: Sequence[str], paragraph: str, after: int) -> tuple[int, int]:
    if ":" in row[9]:
        start, end = row[9].split(":")
        return int(start), int(end)
    found = paragraph.find(row[1], after)
    if found < 0:
        raise ValueError(f"word {row[0]} ({row[1]!r}) is not in the rest of the paragraph: {paragraph[after:]!r}")
    return found, found + len(row[1])


def _read_word(row: Sequence[str], place: tuple[int, int]) -> Word:
    number, text, lemma, upos, xpos, feats, head, deprel, *_ = row
    xpos, feats = xpos.removeprefix("_"), feats.removeprefix("_")
    return Word(int(number) - 1, text, lemma, upos, xpos, feats, int(head) - 1, deprel, *place)


def _read_name(text: str) -> TaggedName:
    first, end, kind = text.split(":")
    return TaggedName(int(first), int(end), kind)


def _read_roles(column: str) -> Roles:
    return _NO_ROLES if column == "_" else Roles(*map(float, column.split(",")))


def _write_sentence(tree: Tree, paragraph: str, after: int) -> Iterator[str]:
    if tree.names:
        yield _NAMES + " ".join(f"{n.first}:{n.end}:{n.type}" for n in tree.names)
    for w in tree.words:
        head, roles, place = str(w.head + 1), _write_roles(tree, w), _write_place(w, paragraph, after)
        columns = (str(w.index + 1), w.text, w.lemma, w.upos, w.xpos or "_", w.feats or "_", head, w.deprel)
        yield "\t".join([*columns, roles, place])
        after = w.end


def _write_roles(tree: Tree, word: Word) -> str:
    return ",".join(f"{rounded(p):g}" for p in tree.roles[word.index]) if tree.roles else "_"


def _write_place(word: Word, paragraph: str, after: int) -> str:
    start = paragraph.find(word.text, after)
    is_next = start == word.start and word.end == start + len(word.text)
    return "_" if is_next else f"{word.start}:{word.end}"


def rounded(probability: float) -> float:
    """A probability as it is stored: to one digit."""
    return round(probability, 1)
