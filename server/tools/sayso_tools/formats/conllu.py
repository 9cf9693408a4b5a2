"""CoNLL-U and IOB2 files, as sentences, as Stanza documents, and as the raw text that they annotate."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stanza.models.common.doc import Document
from stanza.utils.conll import CoNLL

Rows = list[list[str]]
"""One sentence: the ten columns of each line."""


@dataclass(frozen=True, slots=True)
class Block:
    """A sentence of a file: its comment lines, and its rows."""

    comments: list[str]
    rows: Rows

    @property
    def begins_paragraph(self) -> bool:
        """Whether a paragraph or a document begins here."""
        return any(comment.startswith(("# newpar", "# newdoc")) for comment in self.comments)

    @property
    def begins_document(self) -> bool:
        """Whether a document begins here."""
        return any(comment.startswith("# newdoc") for comment in self.comments)

    @property
    def document(self) -> str:
        """The identifier of the document that begins here, or an empty string."""
        return next((c.partition("=")[2].strip() for c in self.comments if c.startswith("# newdoc")), "")

    @property
    def name(self) -> str:
        """The sentence's identifier, or an empty string."""
        return next((c.partition("=")[2].strip() for c in self.comments if c.startswith("# sent_id")), "")


def read_blocks(path: Path) -> list[Block]:
    """The sentences of a column file. Raises ValueError that names the first line with too few columns."""
    out: list[Block] = []
    comments: list[str] = []
    rows: Rows = []
    for number, line in enumerate([*path.read_text(encoding="utf-8").split("\n"), ""], start=1):
        text = line.rstrip("\r")
        if text.startswith("#") and "\t" not in text:
            comments.append(text)
        elif text.strip():
            rows.append(text.split("\t"))
            if len(rows[-1]) < 2:
                raise ValueError(f"{path}, line {number}: columns are separated by tabs")
        elif rows:
            out.append(Block(comments, rows))
            comments, rows = [], []
    return out


def read_conllu(path: Path) -> list[Block]:
    """The sentences of a CoNLL-U file, without empty nodes and enhanced dependencies.

    Raises ValueError if it is invalid.
    """
    out: list[Block] = []
    for block in read_blocks(path):
        if any(len(row) != 10 for row in block.rows):
            raise ValueError(
                f"{path} is not CoNLL-U: sentence {block.name or len(out) + 1} has a line without ten columns"
            )
        out.append(Block(block.comments, [[*row[:8], "_", row[9]] for row in block.rows if "." not in row[0]]))
    return out


def by_document(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """The sentences of each non-empty document; a single document if none is marked."""
    group: list[Block] = []
    for block in blocks:
        if group and block.begins_document:
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def words_of(rows: Rows) -> Rows:
    """The rows of words, without rows of multi-word tokens."""
    return [row for row in rows if "-" not in row[0]]


def to_document(sentences: Iterable[Rows | Block]) -> Document:
    """A Stanza document with gold annotation, and the comments that mark paragraphs.

    Raises ValueError if a sentence is not a tree.
    """
    blocks = [s if isinstance(s, Block) else Block([], s) for s in sentences]
    text = "\n\n".join(
        "\n".join([*(["# newpar"] if block.begins_paragraph else []), *("\t".join(row) for row in block.rows)])
        for block in blocks
    )
    try:
        return CoNLL.conll2doc(input_str=text + "\n\n")
    except (IndexError, ValueError) as error:
        raise ValueError(f"a sentence is not a whole tree: {error.__cause__ or error}") from error


def document_of_words(sentences: Iterable[tuple[Block, Sequence[str]]]) -> Document:
    """A Stanza document of unannotated words."""
    return to_document(
        Block(b.comments, [[str(i + 1), w, *"____", str(i), "dep", "_", "_"] for i, w in enumerate(words)])
        for b, words in sentences
    )


@dataclass(frozen=True)
class Token:
    """A surface token: its text, its number of words, whether a space follows."""

    text: str
    words: tuple[str, ...]
    space: bool


Sentence = list[Token]


def surface(rows: Rows) -> Sentence:
    """The surface tokens of a sentence."""
    out: Sentence = []
    inside = 0
    for row in rows:
        start, _, end = row[0].partition("-")
        space = "SpaceAfter=No" not in row[9]
        if end:
            forms = {r[0]: r[1] for r in rows}
            out.append(Token(row[1], tuple(forms[str(i)] for i in range(int(start), int(end) + 1)), space))
            inside = int(end)
        elif int(start) > inside:
            out.append(Token(row[1], (row[1],), space))
    return out


def paragraphs(path: Path) -> list[list[Rows]]:
    """The sentences of a CoNLL-U file, by paragraph."""
    out: list[list[Rows]] = []
    for block in read_conllu(path):
        if not out or block.begins_paragraph:
            out.append([])
        out[-1].append(block.rows)
    return out


def label(paragraph: Iterable[Sentence]) -> tuple[str, str]:
    """A paragraph as (text, labels), of equal length: one label per character.

    Labels are those of Stanza's tokenizer: 0 inside a token or between tokens, 1 last character of a token, 2 also of a
    sentence, 3 of a multi-word token, 4 of a multi-word token and a sentence.
    """
    text, labels = "", ""
    for sentence in paragraph:
        for i, token in enumerate(sentence):
            last = i == len(sentence) - 1
            mark = str(1 + last + 2 * (len(token.words) > 1))
            text += token.text + (" " if token.space or last else "")
            labels += "0" * (len(token.text) - 1) + mark + ("0" if token.space or last else "")
    return text.rstrip(), labels[: len(text.rstrip())]


def spans_of_tags(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """The spans of IOB2 tags."""
    out: list[tuple[int, int, str]] = []
    for i, tag in enumerate(tags):
        prefix, _, label = tag.partition("-")
        if prefix == "I" and out and out[-1][1] == i and out[-1][2] == label:
            out[-1] = (out[-1][0], i + 1, label)
        elif prefix in {"B", "I"}:
            out.append((i, i + 1, label))
    return out
