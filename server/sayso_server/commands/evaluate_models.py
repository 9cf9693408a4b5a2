"""`sayso-server evaluate-models`: what the models reach on annotated files, and how fast they read."""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from sayso_server.commands.model import ModelRefused, model_option, threads_option

SHARED = Path("../shared")
"""Where the annotated files of the project's own figures stand, if they stand anywhere."""

TEXTS = 12
"""Articles read for the measurement of speed."""

file_option = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("evaluate-models")
@click.option("--conllu", type=file_option, metavar="FILE", help="A treebank: tags, lemmas, trees, CoNLL 2018 scores.")
@click.option("--iob2", type=file_option, metavar="FILE", help="Names: two columns, word and IOB2 tag.")
@click.option("--roles", type=file_option, metavar="FILE", help="JSON lines with text and attributions.")
@click.option("--speed", type=file_option, metavar="FILE", help='JSON lines with "text": words per second.')
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, progress on standard error only.")
@model_option
@threads_option
def evaluate_models(
    *,
    conllu: Path | None,
    iob2: Path | None,
    roles: Path | None,
    speed: Path | None,
    as_json: bool,
    model: str,
    threads: int | None,
) -> None:
    """Print F1 in per cent, from gold words and from raw text.

    Without a file, everything is measured that the model card tells: on the test parts in ../shared, where it stands.
    """
    jobs = [(kind, kind, path) for kind, path in _named(conllu, iob2, roles, speed) if path] or list(_own())
    if not jobs:
        raise click.UsageError(f"name a file: there are no annotated files at {SHARED}")
    from sayso_server.parsing.errors import ModelError
    from sayso_server.parsing.load import load_parser

    started = time.perf_counter()
    try:
        parser, described = load_parser(model, threads=threads)
    except ModelError as error:
        raise ModelRefused(str(error)) from error
    out: dict[str, Any] = {"model": f"{described.name} {described.version}"}
    out["load_seconds"] = round(time.perf_counter() - started, 2)
    for name, kind, path in jobs:
        click.echo(f"{name}: {path}", err=True)
        try:
            out[name] = measure(parser, kind, path)
        except (ValueError, KeyError) as error:
            raise click.ClickException(str(error)) from error
        if not as_json:
            click.echo(_table(name, out[name]))
    out["peak_resident_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (
        1 if sys.platform == "darwin" else 1024
    )
    click.echo(
        json.dumps(out) if as_json else _table("process", {k: out[k] for k in ("load_seconds", "peak_resident_mb")})
    )


def _named(*paths: Path | None) -> Iterator[tuple[str, Path | None]]:
    return zip(("conllu", "iob2", "roles", "speed"), paths, strict=True)


def _own() -> Iterator[tuple[str, str, Path]]:
    """The files of the model card: (name, kind, path)."""
    for name, kind, path in (
        ("ewt-test", "conllu", SHARED / "treebanks/ewt-test.conllu"),
        ("gum-test", "conllu", SHARED / "treebanks/gum-test.conllu"),
        ("names ewt-test", "iob2", SHARED / "ner/ewt-test.iob2"),
        ("roles polnear-dev", "roles", SHARED / "benchmarks/polnear-dev.jsonl"),
        ("speed", "speed", SHARED / "text/wikinews.jsonl"),
    ):
        if path.is_file():
            yield name, kind, path


def measure(parser: Any, kind: str, path: Path) -> dict[str, Any]:
    """The figures of one file. Raises ValueError if it is not of its kind, KeyError if a line of JSON lacks a field."""
    from sayso_server.parsing import evaluation, speed

    if kind == "speed":
        lines = path.read_text(encoding="utf-8").splitlines()[:TEXTS]
        return speed.measure(parser, [json.loads(line)["text"] for line in lines])
    figures: dict[str, Callable[[Any, Path], dict[str, Any]]] = {
        "conllu": evaluation.treebank,
        "iob2": evaluation.names,
        "roles": evaluation.roles,
    }
    return figures[kind](parser, path)


def _table(name: str, figures: dict[str, Any]) -> str:
    """Figures as aligned lines: one per group, or one in all."""
    groups = figures if all(isinstance(v, dict) for v in figures.values()) else {"": figures}
    width = max(map(len, groups))
    lines = [
        "  ".join([f"  {group:{width}}", *(f"{label} {value:g}" for label, value in own.items())])
        for group, own in groups.items()
    ]
    return "\n".join([name, *lines])
