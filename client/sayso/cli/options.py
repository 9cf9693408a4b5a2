"""What both `extract` and `speakers` take: files, which statements are wanted, and how they are written."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from sayso.cli.inputs import STDIN
from sayso.models import CueClass, Kind

_Command = Callable[..., None]

INPUTS = """
    FILE is a file of plain text, a folder (its .txt, .md, .text, .jsonl and .ndjson files), a pattern
    ("news/**/*.txt"), a file of JSON lines (.jsonl or .ndjson: {"id": ..., "text": ...}), or "-" for standard
    input. All are UTF-8.
"""


def _within_a_folder(_: click.Context, parameter: click.Parameter, path: str | None) -> str | None:
    """A file that can be written, told before the work is done and not after it."""
    if path not in {None, STDIN} and not Path(str(path)).absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {Path(str(path)).parent}", param=parameter)
    return path


def flags(forms: Sequence[str]) -> Callable[[_Command], _Command]:
    """A flag for every format."""

    def decorate(command: _Command) -> _Command:
        for form in forms:
            command = click.option(f"--{form}", "form", flag_value=form, hidden=True)(command)
        return command

    return decorate


def input_options(command: _Command) -> _Command:
    """What both `extract` and `speakers` take: files, and which statements are wanted."""
    options = [
        click.argument("files", metavar="FILE...", nargs=-1, required=True),
        click.option("--jsonl-input", is_flag=True, help="Every FILE, or standard input, holds JSON lines."),
        click.option(
            "--speaker", "speakers", multiple=True, metavar="NAME", help="Only what NAME says; may be repeated."
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
            "--kind", "kinds", type=click.Choice(names_of(Kind)), multiple=True, help="Only this kind; may be repeated."
        ),
        click.option(
            "--cue-class",
            "cue_classes",
            type=click.Choice([*names_of(CueClass), "all"]),
            multiple=True,
            help="Only cues of this class; may be repeated. [default: say to show]",
        ),
        click.option(
            "--min-confidence", type=click.FloatRange(0, 1), default=0.0, help="Only statements as sure as this."
        ),
        click.option("--language", default="", metavar="CODE", help="Language of the documents. [default: en]"),
        click.option(
            "-o",
            "--output",
            "path",
            type=click.Path(dir_okay=False, writable=True, allow_dash=True),
            callback=_within_a_folder,
            metavar="FILE",
            help="Write to FILE.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def names_of(members: type[Kind] | type[CueClass]) -> list[str]:
    return [str(member) for member in members if member != "unknown"]
