"""Trees frozen beside the golden cases, in CoNLL-U, so that the fast suite needs no model.

The ninth column holds how likely a word is part of a source, a cue, a content, and the first word of a content.
"""

from collections.abc import Sequence
from pathlib import Path

from sayso_server.core.tree import Roles, TaggedName, Tree, Word


class FrozenParser:
    """A parser that knows the paragraphs of a CoNLL-U file."""

    def __init__(self, path: Path) -> None:
        self._trees: dict[str, list[Tree]] = {}
        paragraph = ""
        for block in path.read_text(encoding="utf-8").split("\n\n"):
            rows, names = [], ()
            for line in block.splitlines():
                if line.startswith("# paragraph = "):
                    paragraph = line.removeprefix("# paragraph = ")
                    self._trees[paragraph] = []
                elif line.startswith("# names = "):
                    names = tuple(map(_name, line.removeprefix("# names = ").split()))
                elif line and not line.startswith("#"):
                    rows.append(line.split("\t"))
            if rows:
                words, roles = map(_word, rows), (_roles(row[8]) for row in rows if row[8] != "_")
                self._trees[paragraph].append(Tree(tuple(words), names, tuple(roles)))

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        """The frozen trees. Raises KeyError for a paragraph that was never frozen: run `make golden`."""
        return [self._trees[p] for p in paragraphs]


def _word(row: list[str]) -> Word:
    start, _, end = row[9].partition(":")
    blank = {2: "", 4: "", 5: ""}
    c = [blank.get(i, v) if v == "_" and i in blank else v for i, v in enumerate(row)]
    return Word(int(c[0]) - 1, c[1], c[2], c[3], c[4], c[5], int(c[6]) - 1, c[7], int(start), int(end))


def _name(text: str) -> TaggedName:
    first, end, kind = text.split(":")
    return TaggedName(int(first), int(end), kind)


def _roles(column: str) -> Roles:
    return Roles(*map(float, column.split(",")))


def freeze(paragraphs: Sequence[str], trees: Sequence[Sequence[Tree]], header: str) -> str:
    """The file that `FrozenParser` reads."""
    blocks = [f"# {header}"]
    for paragraph, sentences in zip(paragraphs, trees, strict=True):
        for i, tree in enumerate(sentences):
            lines = [f"# paragraph = {paragraph}"] if i == 0 else []
            if tree.names:
                lines.append("# names = " + " ".join(f"{n.first}:{n.end}:{n.type}" for n in tree.names))
            for w in tree.words:
                columns = [
                    str(w.index + 1),
                    w.text,
                    w.lemma,
                    w.upos,
                    w.xpos or "_",
                    w.feats or "_",
                    str(w.head + 1),
                    w.deprel,
                ]
                roles = ",".join(f"{p:.2g}" for p in tree.roles[w.index]) if tree.roles else "_"
                lines.append("\t".join([*columns, roles, f"{w.start}:{w.end}"]))
            blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"
