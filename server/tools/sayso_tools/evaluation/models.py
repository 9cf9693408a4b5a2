"""`sayso-tools evaluate models`: accuracy of the models on annotated files, and their speed."""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from sayso_server.commands.model import ModelRefused, device_option, model_option, threads_option

SHARED = Path("../shared")
"""The folder of the annotated files for the published figures, if available."""

TEXTS = 12
"""The number of articles for measuring speed."""

file_option = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("models")
@click.option("--conllu", type=file_option, metavar="FILE", help="A treebank: tags, lemmas, trees, CoNLL 2018 scores.")
@click.option("--iob2", type=file_option, metavar="FILE", help="Names: two columns, word and IOB2 tag.")
@click.option("--roles", type=file_option, metavar="FILE", help="JSON lines with text and attributions.")
@click.option("--links", type=file_option, metavar="FILE", help="JSON lines with text and attributions: linked words.")
@click.option("--coreference", type=file_option, metavar="FILE", help="CoNLL-U with Entity=, or JSON lines.")
@click.option("--speed", type=file_option, metavar="FILE", help='JSON lines with "text": words per second.')
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, progress on standard error only.")
@model_option
@device_option
@threads_option
def evaluate_models(
    *,
    as_json: bool,
    model: str,
    device: str,
    threads: int | None,
    **files: Path | None,
) -> None:
    """Print F1 in percent, from gold words and from raw text.

    Without a file, measures all figures of the model card, on the test parts in ../shared, if that folder exists.
    """
    jobs = [Job(kind, kind, path) for kind, path in files.items() if path] or list(_own())
    if not jobs:
        raise click.UsageError(f"name a file: there are no annotated files at {SHARED}")
    from sayso_server.parsing.errors import ModelError
    from sayso_server.parsing.load import load_parser

    started = time.perf_counter()
    try:
        parser, described = load_parser(model, threads=threads, device=device)
    except ModelError as error:
        raise ModelRefused(str(error)) from error
    out: dict[str, Any] = {"model": f"{described.name} {described.version}"}
    out["load_seconds"] = round(time.perf_counter() - started, 2)
    for job in jobs:
        name = job.name
        click.echo(f"{name}: {job.path}", err=True)
        try:
            out[name] = measure(parser, job)
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


class Job(NamedTuple):
    """A measurement on a file: all of it, or every N-th sentence or document starting with `first`."""

    name: str
    kind: str
    path: Path
    every: int = 1
    first: int = 0


def _own() -> Iterator[Job]:
    """The files of the model card that exist."""
    for job in (
        Job("ewt-test", "conllu", SHARED / "treebanks/ewt-test.conllu"),
        Job("gum-test", "conllu", SHARED / "treebanks/gum-test.conllu"),
        Job("names ewt-test", "iob2", SHARED / "ner/ewt-test.iob2"),
        Job("names crossner-politics-test", "iob2", SHARED / "names/crossner-politics-test.iob2"),
        Job("names btc-g, held out", "iob2", SHARED / "names/btc-g.iob2", every=5),
        Job("names wnut17-test", "iob2", SHARED / "names/wnut17-test.iob2"),
        Job("names redocred-test", "iob2", SHARED / "names/redocred-test.iob2"),
        Job("roles polnear-dev", "roles", SHARED / "benchmarks/polnear-dev.jsonl"),
        Job("links polnear-dev", "links", SHARED / "benchmarks/polnear-dev.jsonl"),
        Job("links propbank-masc-news", "links", SHARED / "quotes/propbank-masc-news.jsonl"),
        Job("coreference gum-dev", "coreference", SHARED / "treebanks/gum-dev.conllu"),
        Job("coreference gum-test", "coreference", SHARED / "treebanks/gum-test.conllu"),
        Job("coreference meantime, held out", "coreference", SHARED / "coref/meantime.jsonl", every=4),
        Job("coreference gap-test", "coreference", SHARED / "coref/gap-test.jsonl"),
        *(
            Job(f"coreference winogender, {gender}", "coreference", SHARED / "coref/winogender.jsonl", 3, first)
            for first, gender in enumerate(("male", "female", "neutral"))  # the same sentences in turn
        ),
        Job("speed", "speed", SHARED / "text/wikinews.jsonl"),
    ):
        if job.path.is_file():
            yield job


def measure(parser: Any, job: Job) -> dict[str, Any]:
    """The figures of one file. Raises ValueError for a wrong file type, KeyError if a JSON line lacks a field."""
    from sayso_tools.evaluation import heads, speed
    from sayso_tools.training import figures

    path = job.path
    if job.kind == "speed":
        lines = path.read_text(encoding="utf-8").splitlines()[:TEXTS]
        return speed.measure(parser, [json.loads(line)["text"] for line in lines])
    if job.kind == "iob2":
        return heads.names(parser, path, job.every)
    if job.kind == "coreference":
        return figures.coreference(parser, figures.documents(parser, path)[job.first :: job.every])
    by_kind: dict[str, Callable[[Any, Path], dict[str, Any]]] = {
        "conllu": heads.treebank,
        "roles": heads.roles,
        "links": heads.links,
    }
    return by_kind[job.kind](parser, path)


def _table(name: str, figures: dict[str, Any]) -> str:
    """Figures as aligned lines: one per group, or a single one."""
    groups = figures if all(isinstance(v, dict) for v in figures.values()) else {"": figures}
    width = max(map(len, groups))
    lines = [
        "  ".join([f"  {group:{width}}", *(f"{label} {value:g}" for label, value in own.items())])
        for group, own in groups.items()
    ]
    return "\n".join([name, *lines])
