"""Options shared by `extract` and `speakers`: files, selection of statements, output."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from sayso.cli.files import STDIN, Wishes
from sayso.models import CueClass, Kind

_Command = Callable[..., None]

INPUTS = """
    FILE is a file, a folder (reads its text, HTML, PDF and JSON lines files and those of its folders, except README
    and hidden files), a pattern ("news/**/*.txt"), or "-" for standard input, which is also read if no FILE is named
    and something is piped in. Formats: plain text (.txt, .md), JSON lines (.jsonl, .ndjson:
    {"id": ..., "text": ...}), a JSON array (.json), HTML (.html; needs trafilatura), RSS or Atom (.xml, .rss, .atom),
    and PDF (needs pdftotext); each may be compressed (.gz). Text must be UTF-8. For HTML, feeds and PDF, offsets
    refer to the extracted text, which JSON output contains under "input".
"""


def _within_a_folder(_: click.Context, parameter: click.Parameter, path: str | None) -> str | None:
    """Check that the output file can be written, before any work is done."""
    if path not in {None, STDIN} and not Path(str(path)).absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {Path(str(path)).parent}", param=parameter)
    return path


def format_options(forms: Sequence[str], meaning: str) -> Callable[[_Command], _Command]:
    """--format and a flag for every format, as the argument `form`; --excel is CSV. `meaning` is the help text."""

    def decorate(command: _Command) -> _Command:
        @wraps(command)
        def formed(*, form: str | None, excel: bool, **arguments: Any) -> None:
            named = {f"--{one}": one for one in forms if arguments.pop(f"as_{one}")}
            named |= ({f"--format {form}": form} if form else {}) | ({"--excel": "csv"} if excel else {})
            if len(set(named.values())) > 1:
                raise click.UsageError(f"{' and '.join(named)} contradict each other", click.get_current_context())
            command(form=next(iter(named.values()), None), excel=excel, **arguments)

        options = [click.option("-f", "--format", "form", type=click.Choice(forms), help=meaning)]
        options += [click.option(f"--{one}", f"as_{one}", is_flag=True, hidden=True) for one in forms]
        wished: _Command = formed
        for option in reversed(options):
            wished = option(wished)
        return wished

    return decorate


def input_options(
    *more: Callable[[_Command], _Command], classes: str = "say to show"
) -> Callable[[_Command], _Command]:
    """Options of the commands that read documents: files, how to read them (`wishes`), selection of statements.

    `more` are those of one command; `classes` are its default cue classes.
    """

    def decorate(command: _Command) -> _Command:
        @wraps(command)
        def wishing(
            *, jsonl_input: bool, text_field: str, id_field: str, keep: tuple[str, ...] = (), **arguments: Any
        ) -> None:
            command(wishes=Wishes(jsonl_input, text_field, id_field, keep), **arguments)

        wished: _Command = wishing
        for option in reversed([*_reading(), *more, *_selecting(classes)]):
            wished = option(wished)
        return wished

    return decorate


KEEP = click.option(
    "--keep",
    multiple=True,
    metavar="NAME",
    help="A field of the records to copy into JSON and CSV, such as url; may be repeated.",
)


def _reading() -> list[Callable[[_Command], _Command]]:
    """The files, and how to read them."""
    return [
        click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path()),
        click.option("--jsonl-input", is_flag=True, help="Read every FILE, or standard input, as JSON lines."),
        click.option(
            "--text-field",
            default="text",
            show_default=True,
            metavar="NAME",
            help="The field of a JSON record that holds the text.",
        ),
        click.option("--id-field", default="id", show_default=True, metavar="NAME", help="The field with the id."),
    ]


def _selecting(classes: str) -> list[Callable[[_Command], _Command]]:
    """The selection of statements, and the output."""
    return [
        click.option(
            "--speaker",
            "speakers",
            multiple=True,
            metavar="NAME",
            help="Return only statements of the speaker NAME; may be repeated.",
        ),
        click.option(
            "--speakers",
            "known",
            type=click.Path(exists=True, dir_okay=False),
            metavar="FILE",
            help="Known speakers: CSV with the columns id, name, aliases (a|b), type, role, from and to. Only id and "
            "name are needed.",
        ),
        click.option(
            "--kind",
            "kinds",
            type=click.Choice(names_of(Kind)),
            multiple=True,
            help="Return only statements of this kind; may be repeated.",
        ),
        click.option(
            "--cue-class",
            "cue_classes",
            type=click.Choice([*names_of(CueClass), "all"]),
            multiple=True,
            help=f"Return only statements with cues of this class; may be repeated. [default: {classes}]",
        ),
        click.option(
            "--min-confidence", type=click.FloatRange(0, 1), default=0.0, help="Minimum confidence, from 0 to 1."
        ),
        click.option("--language", default="", metavar="CODE", help="Language of the documents. [default: en]"),
        click.option(
            "-o",
            "--output",
            "path",
            type=click.Path(dir_okay=False, writable=True, allow_dash=True),
            callback=_within_a_folder,
            metavar="FILE",
            help="Write to FILE. An existing file is replaced only when everything has been read. "
            "Its extension sets the format, unless --format does.",
        ),
        click.option("--excel", is_flag=True, help="CSV for Excel: with a byte order mark, and with formulas escaped."),
    ]


def names_of(members: type[Kind] | type[CueClass]) -> list[str]:
    return [str(member) for member in members if member != "unknown"]
