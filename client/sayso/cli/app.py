"""The commands: data goes to standard output, everything else to standard error."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

import click

from sayso._json import dumps
from sayso.cli.connection import (
    CHECK_STATUS,
    DOCTOR_STATUS,
    EXIT_STATUS,
    UNREACHABLE,
    Connection,
    connection_options,
    failing_apart,
)
from sayso.cli.files import STDIN, Wishes, expand
from sayso.cli.group import BAD_ARGUMENTS, Group
from sayso.cli.options import INPUTS, flags, input_options, names_of
from sayso.cli.output import Output
from sayso.errors import SaysoError
from sayso.models import CueClass, Limits, OptionKeywords, ServerInfo

if TYPE_CHECKING:
    from sayso.cli.reading import Reader
    from sayso.models import KnownSpeaker

_FORMATS = ("table", "plain", "json", "jsonl", "csv", "markdown", "html")
_TALLY_FORMATS = ("table", "json", "csv")
_CHECK_FORMATS = ("text", "json", "csv")
_AT_THE_END = {"json", "html"}
"""Formats that are written after all documents have been read."""


@click.group(
    cls=Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="""
    \b
    Try:
      sayso extract article.txt
      sayso extract news/*.html -o report.html
      curl -sL ADDRESS | sayso extract
      sayso speakers news/
      sayso check article.txt --against speech.txt

    Without --server and SAYSO_SERVER, sayso connects to localhost:50051. If no server runs there and sayso-server
    is installed, the documents are read in this process.
    """,
)
@click.version_option(package_name="sayso", prog_name="sayso")
@click.pass_context
def app(context: click.Context) -> None:
    """Who said what in English news."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(BAD_ARGUMENTS)


@app.command(epilog=INPUTS + EXIT_STATUS)
@input_options
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="table: for people; plain: tab-separated lines with document, line, column, speaker, kind, cue and statement; "
    "json: an array of sayso.v1.Result; jsonl: one per line; csv; markdown; html: a page with the text and its "
    "statements. Each is also a flag: --json. [default: by the extension of --output; table on a terminal; else plain]",
)
@flags(_FORMATS)
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
    form = output.form("csv" if excel and not form else form, _FORMATS, default="plain")
    reader = _reader(connection, output, explain=explain or form == "html", **asked)
    with output.opened() as stream:
        style = Style(several=reader.several, explain=explain, names=names, header=header, excel=excel)
        on_terminal = output.is_terminal and form not in _AT_THE_END
        WRITERS[form](reader.readings(on_terminal=on_terminal), stream, style)
        _keep_if_nothing_came(output, reader)
    sys.exit(reader.status)


@app.command(epilog=INPUTS + EXIT_STATUS)
@input_options
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(_TALLY_FORMATS),
    help="table: for people; csv; json: an array. Each is also a flag: --json. "
    "[default: from the extension of --output, else table]",
)
@flags(_TALLY_FORMATS)
@connection_options()
def speakers(*, form: str | None, excel: bool, path: str | None, connection: Connection, **asked: Any) -> None:
    """Print who speaks in FILE, and how often."""
    from sayso.cli.formats.sheet import write_sheet
    from sayso.cli.formats.table import is_narrow, print_rows
    from sayso.cli.speakers import COLUMNS, HEADINGS, NARROW_HEADINGS, tallies

    output = Output(path)
    form = output.form("csv" if excel and not form else form, _TALLY_FORMATS, default="table")
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


@app.command(epilog=INPUTS + CHECK_STATUS)
@input_options
@click.option(
    "--against",
    required=True,
    multiple=True,
    metavar="TRANSCRIPT",
    help="The quoted text, such as a speech; may be repeated. Accepts the same kinds of files as FILE.",
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(_CHECK_FORMATS),
    help="text: for people; json: an array; csv: a row per quotation. Each is also a flag: --json. "
    "[default: from the extension of --output, else text]",
)
@flags(_CHECK_FORMATS)
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
    form = output.form("csv" if excel and not form else form, _CHECK_FORMATS, default="text")
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


@app.command(epilog=EXIT_STATUS)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@connection_options()
def info(*, as_json: bool, connection: Connection) -> None:
    """Print version, model and limits of the server.

    With --local, print those of the engine in this process.
    """
    with connection.client() as client:
        described = client.info()
    if as_json:
        click.echo(json.dumps(asdict(described), default=lambda duration: duration.total_seconds(), indent=2))
        return
    for name, value in _facts(described):
        click.echo(f"{name:<12} {value}")


@app.command(epilog=EXIT_STATUS)
@click.option("--wait", is_flag=True, help="Wait until the server is ready, at most --timeout seconds.")
@connection_options(engine=False)
def health(*, wait: bool, connection: Connection) -> None:
    """Ask the server whether it is ready.

    Exit status: 0 if it is, otherwise 3.
    """
    from sayso.cli.health import serves, wait_until_ready

    try:
        if wait:
            wait_until_ready(connection)
        serving = wait or serves(connection)
    except SaysoError as error:
        click.echo(f"Error: {connection.describe(error)}", err=True)
        sys.exit(UNREACHABLE)
    click.echo("serving" if serving else "not serving: the models are loading, or the server is shutting down")
    sys.exit(0 if serving else UNREACHABLE)


@app.command(epilog=DOCTOR_STATUS)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array with an object for each check.")
@connection_options(engine=False)
def doctor(*, as_json: bool, connection: Connection) -> None:
    """Check every step of the connection to a server, and suggest a fix for each problem.

    The steps: address, DNS, TCP, TLS (names, expiry and authority of the certificate), health, token, version, and
    reading one sentence.
    """
    from sayso.cli.doctor import examined, exit_status, write_json, write_text

    told = (write_json if as_json else write_text)(examined(connection), sys.stdout)
    sys.exit(exit_status(told))


@app.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(*, shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash: sayso completion bash > ~/.local/share/bash-completion/completions/sayso
    zsh:  sayso completion zsh > FOLDER/_sayso      where FOLDER is one of $fpath
    fish: sayso completion fish > ~/.config/fish/completions/sayso.fish

    This takes effect in new shells. Alternatively, put eval "$(sayso completion bash)" into ~/.bashrc, or eval
    "$(sayso completion zsh)" into ~/.zshrc; every shell then starts a little more slowly, because it runs sayso.
    """
    from sayso.cli.completion import script

    click.echo(script(app, shell))


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


def _facts(server: ServerInfo) -> Iterator[tuple[str, str]]:
    yield "server", server.version
    yield "ready", "yes" if server.ready else "no, the models are still loading"
    if server.model:
        yield "model", f"{server.model.name} {server.model.version}"
        yield "digest", server.model.digest
    yield "languages", ", ".join(server.languages)
    yield "limits", ", ".join(_limits(server.limits))
    yield "built on", ", ".join(f"{name} {version}" for name, version in sorted(server.components.items()))


def _limits(limits: Limits) -> Iterator[str]:
    yield f"{limits.max_document_chars:,} characters"
    yield f"{limits.max_message_bytes:,} bytes"
    yield f"{limits.max_batch_documents} documents in a batch"
    yield f"{limits.max_stream_documents} at a time in a stream"
    yield f"{limits.max_known_speakers:,} known speakers"
    yield f"{limits.max_duration.total_seconds():g} s"
