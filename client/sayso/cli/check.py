"""The command `check`: compares quotations of articles with the texts that they come from."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import click

from sayso._json import dumps
from sayso._places import Places
from sayso.checking import Check, CheckedQuotation, Difference, DifferenceKind, Sources, Verdict
from sayso.cli.connection import Failure
from sayso.cli.files import STDIN, Wishes, expand, printable
from sayso.cli.formats.sheet import write_sheet
from sayso.cli.inputs import Inputs
from sayso.cli.inputs.given import Given, Unreadable
from sayso.cli.output import Output
from sayso.cli.reading import Reading
from sayso.cli.statuses import BAD_ARGUMENTS, FAILED
from sayso.cli.words import one_line, who

_STYLES = {
    Verdict.VERBATIM: "green",
    Verdict.DIFFERS: "yellow",
    Verdict.NOT_FOUND: "red",
    Verdict.TOO_SHORT: "dim",
}
_WORDS = {verdict: verdict.replace("_", " ") for verdict in Verdict}
_PIECES = {
    DifferenceKind.REPLACED: "bold red",
    DifferenceKind.ADDED: "bold red",
    DifferenceKind.LEFT_OUT: "bold red",
    DifferenceKind.ELLIPSIS: "cyan",
    DifferenceKind.INSERTION: "cyan",
    DifferenceKind.INTERRUPTION: "cyan",
}
_LONGEST_GAP = 40
"""The maximum number of characters to show of the source's words in a gap."""
_MARGIN = 10
"""The width of the labels before the lines of a comparison: "  article ", "  source  "."""
_COLUMNS = (
    *("document_id", "statement_id", "speaker", "verdict", "quotation", "start", "end", "line", "column"),
    *("source", "source_start", "source_end", "source_line", "source_column", "differences"),
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A quotation of a document, its place, and the transcript that contains it."""

    document: str
    quotation: CheckedQuotation
    line: int
    column: int
    transcript: str

    def row(self) -> dict[str, Any]:
        """One flat row with the keys _COLUMNS; `source_start` and so on are those of the first part."""
        quotation = self.quotation
        first = quotation.places[0] if quotation.places else None
        last = quotation.places[-1] if quotation.places else None
        values = (
            self.document,
            quotation.statement.statement_id,
            quotation.speaker,
            str(quotation.verdict),
            " … ".join(span.text for span in quotation.content),
            quotation.content[0].start,
            quotation.content[-1].end,
            self.line,
            self.column,
            self.transcript,
            first and first.start,
            last and last.end,
            first and first.line,
            first and first.column,
            "; ".join(_told(quotation)),
        )
        return dict(zip(_COLUMNS, values, strict=True))

    def to_dict(self) -> dict[str, Any]:
        """All fields, for JSON."""
        quotation = self.quotation
        return {
            "statement_id": quotation.statement.statement_id,
            "verdict": str(quotation.verdict),
            "speaker": quotation.speaker,
            "quotation": [{"start": span.start, "end": span.end, "text": span.text} for span in quotation.content],
            "line": self.line,
            "column": self.column,
            "source": self.transcript if quotation.source is not None else None,
            "places": [
                {"start": place.start, "end": place.end, "line": place.line, "column": place.column}
                for place in quotation.places
            ],
            "differences": [
                {"kind": str(piece.kind), "quotation": piece.quotation, "source": piece.source}
                for piece in quotation.differences
            ],
        }


Checks = Iterable[tuple[Reading, Sequence[Checked]]]


class Checker:
    """Checks documents against transcripts, and keeps track of the exit status."""

    def __init__(self, transcripts: Sequence[Given]) -> None:
        self._names = [transcript.document_id or "standard input" for transcript in transcripts]
        self._sources = Sources([transcript.text for transcript in transcripts])
        self._is_faulty = False

    def checks(self, readings: Iterable[Reading]) -> Checks:
        """The quotations of each document."""
        for reading in readings:
            check = self._sources.check(reading.result)
            self._is_faulty = self._is_faulty or not check.is_verbatim
            yield reading, self._checked(reading, check)

    def status(self, of_reading: int) -> int:
        """The exit status: failures take precedence over findings."""
        if of_reading == FAILED:
            return BAD_ARGUMENTS
        return of_reading or (FAILED if self._is_faulty else 0)

    def _checked(self, reading: Reading, check: Check) -> list[Checked]:
        places = Places(reading.document.text)
        return [
            Checked(
                _name(reading),
                quotation,
                *places.of(quotation.content[0].start),
                transcript="" if quotation.source is None else self._names[quotation.source],
            )
            for quotation in check.quotations
        ]


def read_transcripts(against: Sequence[str], files: Sequence[str], wishes: Wishes, output: Output) -> list[Given]:
    """The texts to check against. Raises UsageError, and Failure if one of them cannot be read."""
    if [*against, *files].count(STDIN) > 1:
        raise click.UsageError("standard input can be either FILE or --against, not both", click.get_current_context())
    found = expand(against)
    inputs = Inputs(output.without(found.paths, found.named), Wishes(False, wishes.text_field, wishes.id_field))
    transcripts: list[Given] = []
    for one in inputs.read():
        if isinstance(one, Unreadable):
            raise Failure(f"{one.name}: {one.reason}")
        if not one.text.strip():
            raise Failure(f"{one.document_id or 'standard input'}: there is no text in it")
        transcripts.append(one)
    if not transcripts:
        raise Failure(f"{', '.join(map(printable, against))}: there is no text in it")
    return transcripts


def _json(checks: Checks, stream: TextIO, excel: bool) -> None:
    """An array with an object per document."""
    documents = [
        {"document_id": reading.document.document_id, "quotations": [one.to_dict() for one in checked]}
        for reading, checked in checks
    ]
    stream.write(dumps(documents, indent=2) + "\n")


def _csv(checks: Checks, stream: TextIO, excel: bool) -> None:
    write_sheet(_COLUMNS, (one.row() for _, checked in checks for one in checked), stream, excel=excel)


def _text(checks: Checks, stream: TextIO, excel: bool) -> None:
    """A block per quotation; in colour on a terminal that supports it, unless NO_COLOR is set."""
    from rich.text import Text

    from sayso.cli.console import Console

    console = Console(file=stream)
    width = max(console.width - _MARGIN, 20)
    verdicts: Counter[Verdict] = Counter()
    for reading, checked in checks:
        if not checked:
            click.echo(f"{one_line(_name(reading))}: no direct quotations found", err=True)
        for one in checked:
            verdict = one.quotation.verdict
            verdicts[verdict] += 1
            console.print(Text.assemble((_WORDS[verdict], f"bold {_STYLES[verdict]}"), _heading(one)), soft_wrap=True)
            for line in _compared(one.quotation, width):
                console.print(Text.assemble(*line), soft_wrap=True)
    told = [f"{count} {_WORDS[verdict]}" for verdict in Verdict if (count := verdicts[verdict])]
    if told:
        click.echo(", ".join(told), err=True)


WRITERS: dict[str, Callable[[Checks, TextIO, bool], None]] = {"text": _text, "json": _json, "csv": _csv}

_Styled = list[tuple[str, str]]


def _name(reading: Reading) -> str:
    return reading.document.document_id or "standard input"


def _heading(one: Checked) -> str:
    heading = f"  {who(one.quotation.statement)}  {one_line(one.document)}:{one.line}:{one.column}"
    if one.quotation.places:
        place = one.quotation.places[0]
        heading += f"  =  {one_line(one.transcript)}:{place.line}:{place.column}"
    return heading


def _compared(quotation: CheckedQuotation, width: int) -> Iterator[_Styled]:
    """The lines of a quotation, with the source aligned below it word by word if there is a source to compare."""
    if all(piece.kind is DifferenceKind.SAME for piece in quotation.differences):
        columns = [(word, "", "") for span in quotation.content for word in one_line(span.text).split()]
    else:
        columns = [column for piece in quotation.differences for column in _columns(piece.kind, *_sides(piece))]
    for line in _lines(columns, width):
        yield [("  article ", "dim"), *_side(line, 0)]
        if any(source for _, source, _ in line):
            yield [("  source  ", "dim"), *_side(line, 1)]


_Column = tuple[str, str, str]
"""A piece of the article, the piece of the source below it, and a style."""


def _sides(piece: Difference) -> tuple[str, str]:
    return one_line(piece.quotation), one_line(piece.source)


def _columns(kind: DifferenceKind, quotation: str, source: str) -> Iterator[_Column]:
    if kind is DifferenceKind.SAME:
        ours, theirs = quotation.split(), source.split()
        if len(ours) == len(theirs):
            yield from ((our, their, "") for our, their in zip(ours, theirs, strict=True))
            return
    if kind not in {DifferenceKind.SAME, DifferenceKind.REPLACED} and len(source) > _LONGEST_GAP:
        source = f"{source[: _LONGEST_GAP // 2]}…{source[-_LONGEST_GAP // 2 :]}"
    yield quotation or "-", source or "-", _PIECES.get(kind, "")


def _lines(columns: Iterable[_Column], width: int) -> Iterator[list[_Column]]:
    """The columns, wrapped into lines of this width; each column is as wide as its wider side."""
    from rich.cells import cell_len, set_cell_size

    line: list[_Column] = []
    room = width
    for ours, theirs, style in columns:
        size = max(cell_len(ours), cell_len(theirs))
        if line and size > room:
            yield line
            line, room = [], width
        padded = set_cell_size(theirs, size) if theirs else ""
        line.append((set_cell_size(ours, size), padded, style))
        room -= size + 1
    if line:
        yield line


def _side(line: Sequence[_Column], side: int) -> _Styled:
    """One side of a line, without trailing spaces."""
    styled = [(f"{column[side]} ", column[2]) for column in line]
    return [*styled[:-1], (styled[-1][0].rstrip(), styled[-1][1])]


def _told(quotation: CheckedQuotation) -> Iterator[str]:
    """The differences, for a spreadsheet cell."""
    for piece in quotation.differences:
        if piece.kind is not DifferenceKind.SAME:
            ours, theirs = (side or "-" for side in _sides(piece))
            yield f"{piece.kind.replace('_', ' ')}: {ours} / {theirs}"
