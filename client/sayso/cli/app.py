"""The commands: data goes to standard output, everything else to standard error."""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any, TextIO, cast

import click
from click.shell_completion import get_completion_class

from sayso._calls import Target
from sayso.cli.connection import EXIT_STATUS, UNREACHABLE, Connection, connection_options
from sayso.cli.group import BAD_ARGUMENTS, Group
from sayso.cli.health import serves
from sayso.cli.inputs import STDIN, Inputs, expand
from sayso.cli.options import INPUTS, flags, input_options, names_of
from sayso.cli.reading import Reader
from sayso.errors import SaysoError
from sayso.known import read_known_speakers
from sayso.models import CueClass, KnownSpeaker, Limits, OptionKeywords, ServerInfo

_FORMATS = ("table", "plain", "json", "jsonl", "csv", "markdown", "html")
_TALLY_FORMATS = ("table", "json", "csv")


@click.group(
    cls=Group,
    invoke_without_command=True,
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
    help="table for people, plain (tab-separated), json and jsonl (sayso.v1.Result), csv, markdown, or html: a page "
    "with the text and its statements. Each is a flag too: --json. [default: table on a terminal, else plain]",
)
@flags(_FORMATS)
@click.option(
    "--explain",
    is_flag=True,
    help="Say why: confidence, rule and evidence of every statement. In all formats but csv.",
)
@connection_options()
def extract(*, form: str | None, explain: bool, path: str | None, connection: Connection, **wishes: Any) -> None:
    """Print who said what in FILE."""
    from sayso.cli.formats import WRITERS, Output

    reader = _reader(connection, explain=explain or form == "html", **wishes)
    with _output(path) as stream:
        form = form or ("table" if _is_terminal(path) else "plain")
        output = Output(stream, reader.several, explain)
        at_the_end = form in {"json", "html"} or not _is_terminal(path)
        WRITERS[form](reader.readings(bar=at_the_end and _wants_bar(reader)), output)
    sys.exit(reader.status)


@app.command(epilog=INPUTS + EXIT_STATUS)
@input_options
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(_TALLY_FORMATS),
    default="table",
    show_default=True,
    help="table for people, csv, or json: an array. Each is a flag too: --json.",
)
@flags(_TALLY_FORMATS)
@connection_options()
def speakers(*, form: str, path: str | None, connection: Connection, **wishes: Any) -> None:
    """Print who speaks in FILE, and how often."""
    from sayso.cli.formats.table import print_rows
    from sayso.cli.speakers import COLUMNS, HEADINGS, tallies

    reader = _reader(connection, explain=False, **wishes)
    with _output(path) as stream:
        found = tallies(reader.readings(bar=_wants_bar(reader)))
        rows = [tally.row() for tally in found]
        if form == "json":
            stream.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        elif form == "csv":
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        else:
            print_rows(HEADINGS, [tally.cells() for tally in found], stream, words=2)
    sys.exit(reader.status)


@app.command(epilog=EXIT_STATUS)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@connection_options()
def info(*, as_json: bool, connection: Connection) -> None:
    """Print version, model and limits of the server.

    With --local, those of the engine in this process.
    """
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
    """Ask the server whether it is ready to read.

    The exit status says so too: 0 if it is, else 3.
    """
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
    cue_classes: tuple[str, ...],
    known: str | None,
    **options: Any,
) -> Reader:
    wanted = cast("OptionKeywords", options)
    wanted["cue_classes"] = names_of(CueClass) if "all" in cue_classes else cue_classes
    wanted["known_speakers"] = _known_speakers(known) if known else ()
    return Reader(Inputs(expand(files), jsonl_input), connection, wanted, speakers=speakers, language=language)


def _known_speakers(path: str) -> tuple[KnownSpeaker, ...]:
    try:
        return read_known_speakers(path)
    except SaysoError as error:
        raise click.BadParameter(str(error), param_hint="--speakers") from error
    except OSError as error:
        raise click.FileError(path, error.strerror) from error


def _output(path: str | None) -> AbstractContextManager[TextIO]:
    """Standard output, or a file: opened with the first word that is written, so that a failure leaves it as it was."""
    opened = click.open_file(path or STDIN, "w", encoding="utf-8", lazy=True)
    return cast("AbstractContextManager[TextIO]", opened)


def _is_terminal(path: str | None) -> bool:
    """Whether a person reads the output."""
    return path in {None, STDIN} and sys.stdout.isatty()


def _wants_bar(reader: Reader) -> bool:
    """A bar on long work, where a person sees it."""
    return reader.several and sys.stderr.isatty()


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
