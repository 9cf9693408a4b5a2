"""The commands that read documents: data goes to standard output, everything else to standard error."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import click

from sayso._json import dumps
from sayso.cli.connection import Connection, connection_options, failing_apart
from sayso.cli.files import STDIN, Wishes, expand
from sayso.cli.options import INPUTS, KEEP, format_options, input_options, names_of
from sayso.cli.output import Output
from sayso.cli.statuses import CHECK_STATUS, EXTRACT_STATUS
from sayso.errors import SaysoError
from sayso.models import CueClass, OptionKeywords

if TYPE_CHECKING:
    from sayso.cli.reading import Reader
    from sayso.models import KnownSpeaker

_FORMATS = ("table", "plain", "json", "jsonl", "csv", "markdown", "html")

_TALLY_FORMATS = ("table", "json", "csv")

_CHECK_FORMATS = ("text", "json", "csv")

_AT_THE_END = {"json", "html"}
"""Formats that are written after all documents have been read."""


@click.command(epilog=INPUTS + EXTRACT_STATUS)
@input_options(KEEP)
@format_options(
    _FORMATS,
    "table: for people; plain: tab-separated lines with document, line, column, speaker, kind, cue and statement; "
    "json: an array of sayso.v1.Result; jsonl: one per line; csv; markdown; html: a page with the text and its "
    "statements. Each is also a flag: --json. [default: by the extension of --output; table on a terminal; else plain]",
)
@click.option("--header", is_flag=True, help="Start plain output with a line of column names.")
@click.option(
    "--with-filename/--no-filename",
    "names",
    default=None,
    help="Show the document's name in plain and table. [default: always in plain, in table if there are several]",
)
@click.option(
    "--explain",
    is_flag=True,
    help="Add confidence, rule and evidence to every statement, in all formats but csv.",
)
@connection_options()
def extract(
    *,
    form: str | None,
    explain: bool,
    header: bool,
    names: bool | None,
    excel: bool,
    path: str | None,
    connection: Connection,
    **asked: Any,
) -> None:
    """Print who said what in FILE."""
    from sayso.cli.formats import WRITERS, Style

    output = Output(path)
    form = output.form(form, _FORMATS, default="plain")
    reader = _reader(connection, output, explain=explain or form == "html", **asked)
    with output.opened() as stream:
        style = Style(several=reader.several, explain=explain, names=names, header=header, excel=excel)
        on_terminal = output.is_terminal and form not in _AT_THE_END
        WRITERS[form](reader.readings(on_terminal=on_terminal), stream, style)
        _keep_if_nothing_came(output, reader)
    sys.exit(reader.status)


@click.command(epilog=INPUTS + EXTRACT_STATUS)
@input_options()
@format_options(
    _TALLY_FORMATS,
    "table: for people; csv; json: an array. Each is also a flag: --json. "
    "[default: from the extension of --output, else table]",
)
@connection_options()
def speakers(*, form: str | None, excel: bool, path: str | None, connection: Connection, **asked: Any) -> None:
    """Print who speaks in FILE, and how often."""
    from sayso.cli.formats.sheet import write_sheet
    from sayso.cli.formats.table import is_narrow, print_rows
    from sayso.cli.speakers import COLUMNS, HEADINGS, NARROW_HEADINGS, tallies

    output = Output(path)
    form = output.form(form, _TALLY_FORMATS, default="table")
    reader = _reader(connection, output, explain=False, **asked)
    with output.opened() as stream:
        found = tallies(reader.readings())
        rows = [tally.row() for tally in found]
        if form == "json":
            stream.write(dumps(rows, indent=2) + "\n")
        elif form == "csv":
            write_sheet(COLUMNS, rows, stream, excel=excel)
        else:
            narrow = is_narrow(stream)
            rows_of_cells = [tally.cells(narrow=narrow) for tally in found]
            print_rows(NARROW_HEADINGS if narrow else HEADINGS, rows_of_cells, stream, words=1 if narrow else 2)
        _keep_if_nothing_came(output, reader)
    sys.exit(reader.status)


@click.command(epilog=INPUTS + CHECK_STATUS)
@input_options(classes="all")
@click.option(
    "--against",
    required=True,
    multiple=True,
    metavar="TRANSCRIPT",
    help="The quoted text, such as a speech; may be repeated. Accepts the same kinds of files as FILE.",
)
@format_options(
    _CHECK_FORMATS,
    "text: for people; json: an array; csv: a row per quotation. Each is also a flag: --json. "
    "[default: from the extension of --output, else text]",
)
@connection_options()
def check(
    *,
    against: tuple[str, ...],
    files: Sequence[str],
    wishes: Wishes,
    form: str | None,
    excel: bool,
    path: str | None,
    connection: Connection,
    **asked: Any,
) -> None:
    """Compare the direct quotations of FILE with the TRANSCRIPT that they come from.

    A quotation is verbatim if its words are in the transcript. Case and typography are ignored, and so are ellipses
    and words in square brackets, which mark the article's own changes.
    """
    from sayso.cli.check import WRITERS, Checker, read_transcripts

    output = Output(path)
    form = output.form(form, _CHECK_FORMATS, default="text")
    files = files or _piped()
    asked["cue_classes"] = asked["cue_classes"] or ("all",)
    with failing_apart():
        transcripts = read_transcripts(against, files, wishes, output)
        reader = _reader(connection, output, files=files, wishes=wishes, explain=False, **asked)
        checker = Checker(transcripts)
        with output.opened() as stream:
            WRITERS["text" if form == "table" else form](checker.checks(reader.readings()), stream, excel)
            _keep_if_nothing_came(output, reader)
    sys.exit(checker.status(reader.status))


def _reader(
    connection: Connection,
    output: Output,
    *,
    files: Sequence[str],
    wishes: Wishes,
    speakers: tuple[str, ...],
    language: str,
    cue_classes: tuple[str, ...],
    known: str | None,
    **options: Any,
) -> "Reader":
    from sayso.cli.inputs import Inputs
    from sayso.cli.reading import Reader

    found = expand(files or _piped())
    inputs = Inputs(output.without(found.paths, found.named), wishes)
    wanted = cast("OptionKeywords", options)
    wanted["cue_classes"] = names_of(CueClass) if "all" in cue_classes else cue_classes
    wanted["known_speakers"] = _known_speakers(known) if known else ()
    return Reader(inputs, connection, wanted, speakers=speakers, language=language)


def _known_speakers(path: str) -> "tuple[KnownSpeaker, ...]":
    from sayso.known import read_known_speakers

    try:
        return read_known_speakers(path)
    except SaysoError as error:
        raise click.BadParameter(str(error), param_hint="--speakers") from error
    except OSError as error:
        raise click.FileError(path, error.strerror) from error


def _piped() -> Sequence[str]:
    """Standard input, unless it is a keyboard. Raises UsageError."""
    if _typed():
        raise click.UsageError("no FILE is named, and nothing is piped in", click.get_current_context())
    return [STDIN]


def _typed() -> bool:
    return sys.stdin.isatty()


def _keep_if_nothing_came(output: Output, reader: "Reader") -> None:
    """Leave an existing file unchanged if no document could be read."""
    if reader.status and not reader.count:
        output.keep()
