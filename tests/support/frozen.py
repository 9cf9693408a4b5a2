"""Trees kept next to the golden cases, so that the fast suite needs no model: the reader and its inverse, the writer.

A file is CoNLL-U. Its first line says what made the trees; each paragraph is one or more sentences:

    # models 2.0.0, int8

    # paragraph = Olin left. She said no.
    # names = 0:1:PER
    1	Olin	Olin	PROPN	NNP	Number=Sing	2	nsubj	1,0,0,0	_
    2	left	leave	VERB	VBD	_	0	root	_	_
    3	.	.	PUNCT	.	_	2	punct	_	_

    # cues = 1:0.98
    1	She	she	PRON	PRP	_	2	nsubj	1,0,0,0;15:0,0,0.97	_
    2	said	say	VERB	VBD	_	0	root	0,1,0,0	_
    3	no	no	INTJ	UH	_	2	discourse	0,0,1,1;15:0.93,0.99,0	_
    4	.	.	PUNCT	.	_	2	punct	_	_

- `# origin = ...` below a `# paragraph` line says what made the trees of this paragraph, if the first line does not.
  `# origin = hand` marks trees that somebody wrote: nothing replaces them.
- `# names` lists the names of a sentence: first word, the word after the last (both from 0), type.
- `# cues` lists the likely main words of cues in a sentence: the word (from 0), and how likely (two digits).
- Column 9 holds how likely the word is part of a source, a cue, a content, and the first word of a content (one digit).
  A sentence with `_` throughout has no roles; next to other words that have some, `_` is 0,0,0,0.
- Behind the roles, or `_`, column 9 holds the word's links, each behind a semicolon: where in the paragraph the main
  word of the cue starts (it may be in another sentence, and `# cues` must have it), then share, scope and source (two
  digits: with one, some cross a half). A link whose three figures round to less than 0.1 is left out.
- `# vectors` lists the mentions for coreference: main word, first word, the word after the last, and the vector in
  base64. `make golden` leaves them out: they would make the files larger by two fifths, they differ between processors,
  and only the head that made them can read them, which the fast suite does not have.
- Column 10 is `start:end` in the paragraph; `_` where the word is found next after the word before it.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sayso_server.core.tree import CueLink, LikelyCue, MentionVector, Roles, TaggedName, Tree, Word

HAND = "hand"
"""The origin of trees written by hand."""

LEAST_LINK = 0.1
"""A link of which no figure is as high is not stored."""

_PARAGRAPH, _ORIGIN = "# paragraph = ", "# origin = "
_NAMES, _CUES, _VECTORS = "# names = ", "# cues = ", "# vectors = "
_COLUMNS = 10
NAME_TYPES = frozenset({"PER", "ORG", "LOC"})
_NO_ROLES = Roles(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Entry:
    """A paragraph and its trees, as in a file. `origin` is empty if it is the same as the file's."""

    paragraph: str
    block: str
    origin: str = ""

    @cached_property
    def trees(self) -> list[Tree]:
        """The sentences. Raises ValueError that quotes the paragraph and describes the problem."""
        trees: list[Tree] = []
        try:
            for lines in _sentences(self.block):
                trees.append(_read_sentence(lines, self.paragraph, after=_end(trees)))
            _check_links(trees)
        except (ValueError, TypeError) as error:
            raise ValueError(f"the trees of {self.paragraph!r} cannot be read: {error}") from error
        return trees


@dataclass(frozen=True)
class TreeFile:
    """The origin of the trees of a file, and its paragraphs in order."""

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
    """The file of trees at `path`. Raises ValueError that names the file and the problem."""
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


def freeze(paragraph: str, trees: Sequence[Tree], origin: str = "", *, vectors: bool = False) -> Entry:
    """The entry of a paragraph that was parsed; with the vectors of its mentions if asked for.

    Raises ValueError for a paragraph of several lines.
    """
    if "\n" in paragraph:
        raise ValueError(f"a golden paragraph must be one line: {paragraph!r}")
    head = [_PARAGRAPH + paragraph, *([_ORIGIN + origin] if origin else [])]
    sentences = [
        "\n".join([*_write_comments(tree, vectors=vectors), *_write_words(tree, paragraph, after=_end(trees[:number]))])
        for number, tree in enumerate(trees)
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
    rows = [_row(line) for line in lines if not line.startswith("#")]
    words: list[Word] = []
    for row in rows:
        words.append(_read_word(row, _read_place(row, paragraph, words[-1].end if words else after)))
    roles, links = _read_column_9([row[8] for row in rows])
    tree = Tree(
        tuple(words),
        names=tuple(map(_read_name, _listed(lines, _NAMES))),
        roles=roles,
        cues=tuple(map(_read_cue, _listed(lines, _CUES))),
        links=links,
        mentions=tuple(map(_read_mention, _listed(lines, _VECTORS))),
    )
    _check(tree)
    return tree


def _listed(lines: Sequence[str], kind: str) -> list[str]:
    """The items listed in comment lines of a kind."""
    return " ".join(line.removeprefix(kind) for line in lines if line.startswith(kind)).split()


def _check(tree: Tree) -> None:
    """Raise ValueError for heads, numbers, names, cues or mentions that no tree has."""
    count = len(tree.words)
    for place, word in enumerate(tree.words):
        if word.index != place:
            raise ValueError(f"word {place + 1} has the number {word.index + 1}")
        if not -1 <= word.head < count or word.head == word.index:
            raise ValueError(f"word {word.index + 1} ({word.text!r}) has the head {word.head + 1} of {count} words")
    if sum(word.head == -1 for word in tree.words) != 1:
        raise ValueError("a sentence has one root, a word with the head 0")
    for name in tree.names:
        if not 0 <= name.first < name.end <= count or name.type not in NAME_TYPES:
            raise ValueError(f"no name: {name.first}:{name.end}:{name.type}")
    places = [cue.word for cue in tree.cues]
    if places != sorted(set(places)) or not all(0 <= place < count for place in places):
        raise ValueError(f"no words for cues, each once and in order: {places}")
    for mention in tree.mentions:
        if not 0 <= mention.first <= mention.word < mention.end <= count:
            raise ValueError(f"no mention: {mention.word}:{mention.first}:{mention.end}")


def _check_links(trees: Sequence[Tree]) -> None:
    """Raise ValueError for a link to a word that is not a cue of the paragraph, or a repeated link."""
    cues = {tree.words[cue.word].start for tree in trees for cue in tree.cues}
    for tree in trees:
        seen: set[tuple[int, int]] = set()
        for link in tree.links:
            if link.cue not in cues:
                raise ValueError(f"word {link.word + 1} has a link to {link.cue}, where no cue starts")
            if (link.word, link.cue) in seen:
                raise ValueError(f"word {link.word + 1} has two links to {link.cue}")
            seen.add((link.word, link.cue))


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


def _read_cue(text: str) -> LikelyCue:
    word, likely = text.split(":")
    return LikelyCue(int(word), *_probabilities(likely))


def _read_mention(text: str) -> MentionVector:
    word, first, end, vector = text.split(":")
    return MentionVector(int(word), int(first), int(end), base64.b64decode(vector, validate=True))


def _read_column_9(columns: Sequence[str]) -> tuple[tuple[Roles, ...], tuple[CueLink, ...]]:
    """The roles and the links of a sentence."""
    parts = [column.split(";") for column in columns]
    roles = [_read_roles(own[0]) for own in parts] if any(own[0] != "_" for own in parts) else []
    links = [_read_link(i, text) for i, own in enumerate(parts) for text in own[1:]]
    return tuple(roles), tuple(links)


def _read_link(word: int, text: str) -> CueLink:
    cue, figures = text.split(":")
    return CueLink(word, int(cue), *_probabilities(figures))


def _probabilities(text: str) -> list[float]:
    values = list(map(float, text.split(",")))
    if not all(0 <= value <= 1 for value in values):
        raise ValueError(f"no probabilities: {text}")
    return values


def _write_comments(tree: Tree, *, vectors: bool) -> Iterator[str]:
    if tree.names:
        yield _NAMES + " ".join(f"{n.first}:{n.end}:{n.type}" for n in tree.names)
    if tree.cues:
        yield _CUES + " ".join(f"{c.word}:{rounded(c.likely, 2):g}" for c in tree.cues)
    if tree.mentions and vectors:
        yield _VECTORS + " ".join(
            f"{m.word}:{m.first}:{m.end}:{base64.b64encode(m.vector).decode()}" for m in tree.mentions
        )


def _write_words(tree: Tree, paragraph: str, after: int) -> Iterator[str]:
    links = _write_links(tree)
    for w in tree.words:
        head, roles, place = str(w.head + 1), _write_roles(tree, w), _write_place(w, paragraph, after)
        columns = (str(w.index + 1), w.text, w.lemma, w.upos, w.xpos or "_", w.feats or "_", head, w.deprel)
        yield "\t".join([*columns, roles + links[w.index], place])
        after = w.end


def _write_links(tree: Tree) -> list[str]:
    """The fields after the roles of each word."""
    out = ["" for _ in tree.words]
    for link in tree.links:
        figures = [rounded(p, 2) for p in (link.share, link.scope, link.source)]
        if max(figures) >= LEAST_LINK:
            out[link.word] += f";{link.cue}:" + ",".join(f"{p:g}" for p in figures)
    return out


def _write_roles(tree: Tree, word: Word) -> str:
    return ",".join(f"{rounded(p):g}" for p in tree.roles[word.index]) if tree.roles else "_"


def _write_place(word: Word, paragraph: str, after: int) -> str:
    start = paragraph.find(word.text, after)
    is_next = start == word.start and word.end == start + len(word.text)
    return "_" if is_next else f"{word.start}:{word.end}"


def rounded(probability: float, digits: int = 1) -> float:
    """A probability as it is stored: to one digit in roles, to two in cues and links."""
    return round(probability, digits)
