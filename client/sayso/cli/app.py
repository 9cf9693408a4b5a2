"""The commands: data goes to standard output, everything else to standard error."""

import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any, TextIO, cast

import click
from click.shell_completion import get_completion_class

from sayso._calls import Target
from sayso.cli.connection import EXIT_STATUS, UNREACHABLE, Connection, connection_options
from sayso.cli.health import serves
from sayso.cli.inputs import STDIN, Inputs, expand
from sayso.cli.reading import Reader
from sayso.errors import SaysoError
from sayso.models import CueClass, Kind, OptionKeywords, ServerInfo

_Command = Callable[..., None]

_FORMATS = ("table", "plain", "json", "jsonl", "csv", "markdown", "html")
_INPUTS = """
    FILE is a file of plain text, a folder (its .txt, .md, .text, .jsonl and .ndjson files), a pattern
    ("news/**/*.txt"), a file of JSON lines (.jsonl or .ndjson: {"id": ..., "text": ...}), or "-" for standard
    input. All are UTF-8.
"""


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="""
    \b
    Try:
      sayso extract article.txt
      sayso extract --format html article.txt > report.html
      sayso speakers news/

    Without --server and SAYSO_SERVER, the server at localhost:50051 is asked; where none runs, the documents
    are read in this process, if sayso-server is installed.
    """,
)
@click.version_option(package_name="sayso", prog_name="sayso")
def app() -> None:
    """Who said what in English news."""


def _input_options(command: _Command) -> _Command:
    """What both `extract` and `speakers` take: files, and which statements are wanted."""
    options = [
        click.argument("files", metavar="FILE...", nargs=-1, required=True),
        click.option("--jsonl-input", is_flag=True, help="Every FILE, or standard input, holds JSON lines."),
        click.option(
            "--speaker", "speakers", multiple=True, metavar="NAME", help="Only what NAME says; may be repeated."
        ),
        click.option("--kind", "kinds", type=_members(Kind), multiple=True, help="Only this kind; may be repeated."),
        click.option(
            "--cue-class",
            "cue_classes",
            type=_members(CueClass),
            multiple=True,
            help="Only cues of this class; may be repeated. [default: say to show]",
        ),
        click.option(
            "--min-confidence", type=click.FloatRange(0, 1), default=0.0, help="Only statements as sure as this."
        ),
        click.option("--language", default="", metavar="CODE", help="Language of the documents. [default: en]"),
        click.option("-o", "--output", "path", type=click.Path(dir_okay=False), metavar="FILE", help="Write to FILE."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _members(members: type[Kind] | type[CueClass]) -> click.Choice[str]:
    return click.Choice([str(member) for member in members if member != "unknown"])


@app.command(epilog=_INPUTS + EXIT_STATUS)
@_input_options
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="table for people, plain (tab-separated), json and jsonl (sayso.v1.Result), csv, markdown, or html: a page "
    "with the text and its statements. [default: table on a terminal, else plain]",
)
@click.option("--json", "form", flag_value="json", help="Short for --format json.")
@click.option("--jsonl", "form", flag_value="jsonl", help="Short for --format jsonl.")
@click.option("--table", "form", flag_value="table", help="Short for --format table.")
@click.option("--plain", "form", flag_value="plain", help="Short for --format plain.")
@click.option("--explain", is_flag=True, help="Say why: confidence, rule and evidence of every statement.")
@connection_options()
def extract(*, form: str | None, explain: bool, path: str | None, connection: Connection, **wishes: Any) -> None:
    """Print who said what in FILE."""
    from sayso.cli.formats import WRITERS, Output

    reader = _reader(connection, explain=explain or form == "html", **wishes)
    with _output(path) as stream:
        form = form or ("table" if _is_terminal(path) else "plain")
        output = Output(stream, reader.several, explain)
        WRITERS[form](reader.readings(bar=_wants_bar(reader, path)), output)
    sys.exit(reader.status)


@app.command(epilog=_INPUTS + EXIT_STATUS)
@_input_options
@click.option("--csv", "form", flag_value="csv", help="Print comma-separated values.")
@click.option("--json", "form", flag_value="json", help="Print a JSON array.")
@connection_options()
def speakers(*, form: str | None, path: str | None, connection: Connection, **wishes: Any) -> None:
    """Print who speaks in FILE, and how often."""
    from sayso.cli.formats.table import print_rows
    from sayso.cli.speakers import COLUMNS, HEADINGS, tallies

    reader = _reader(connection, explain=False, **wishes)
    with _output(path) as stream:
        rows = [tally.row() for tally in tallies(reader.readings(bar=_wants_bar(reader, path)))]
        if form == "json":
            stream.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        elif form == "csv":
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        else:
            print_rows(HEADINGS, [[str(value) for value in row.values()] for row in rows], stream)
    sys.exit(reader.status)


@app.command(epilog=EXIT_STATUS)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@connection_options()
def info(*, as_json: bool, connection: Connection) -> None:
    """Print what the server, or with --local the engine, says of itself."""
    with connection.client() as client:
        described = client.info()
    if as_json:
        click.echo(json.dumps(asdict(described), default=lambda duration: duration.total_seconds(), indent=2))
        return
    for name, value in _facts(described):
        click.echo(f"{name:<12} {value}")


@app.command(epilog=EXIT_STATUS)
@connection_options(engine=False)
def health(*, connection: Connection) -> None:
    """Ask the server whether it serves; the exit status says so too: 0 if it does, else 3."""
    try:
        serving = serves(Target(connection.address, connection.tls, connection.token), connection.timeout)
    except SaysoError as error:
        click.echo(f"Error: {connection.describe(error)}", err=True)
        sys.exit(UNREACHABLE)
    click.echo("serving" if serving else "not serving: the models are loading, or the server is shutting down")
    sys.exit(0 if serving else UNREACHABLE)


@app.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(*, shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash: eval "$(sayso completion bash)"       in ~/.bashrc
    zsh:  eval "$(sayso completion zsh)"        in ~/.zshrc
    fish: sayso completion fish > ~/.config/fish/completions/sayso.fish
    """
    complete = get_completion_class(shell)
    assert complete is not None
    script = complete(app, {}, "sayso", "_SAYSO_COMPLETE")
    click.echo(script.source_template % script.source_vars())  # source() would look for the shell first


def _reader(
    connection: Connection,
    *,
    files: Sequence[str],
    jsonl_input: bool,
    speakers: tuple[str, ...],
    language: str,
    **options: Any,
) -> Reader:
    wanted = cast("OptionKeywords", options)
    return Reader(Inputs(expand(files), jsonl_input), connection, wanted, speakers=speakers, language=language)


def _output(path: str | None) -> AbstractContextManager[TextIO]:
    """Standard output, or a file: opened with the first word that is written, so that a failure leaves it as it was."""
    opened = click.open_file(path or STDIN, "w", encoding="utf-8", lazy=True)
    return cast("AbstractContextManager[TextIO]", opened)


def _is_terminal(path: str | None) -> bool:
    """Whether a person reads the output."""
    return path in {None, STDIN} and sys.stdout.isatty()


def _wants_bar(reader: Reader, path: str | None) -> bool:
    """A bar on long work, where a person sees it and no results come in between."""
    return reader.several and sys.stderr.isatty() and not _is_terminal(path)


def _facts(server: ServerInfo) -> Iterator[tuple[str, str]]:
    yield "server", server.version
    yield "ready", "yes" if server.ready else "no, the models are still loading"
    if server.model:
        yield "model", f"{server.model.name} {server.model.version}"
        yield "digest", server.model.digest
    yield "languages", ", ".join(server.languages)
    yield "limits", f"{server.limits.max_document_chars:,} characters, {server.limits.max_batch_documents} documents"
    yield "built on", ", ".join(f"{name} {version}" for name, version in sorted(server.components.items()))
