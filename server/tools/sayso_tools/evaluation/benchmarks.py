"""`sayso-tools evaluate benchmarks`: extract the statements of the benchmarks, and score them with their scorers."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

_MISSING = """there are no benchmarks at {folder}.
They are not part of the project; name their folder with --benchmarks or SAYSO_BENCHMARKS."""


@dataclass(frozen=True)
class Benchmark:
    """A gold file, the cue classes to extract, and the scorer with its options."""

    name: str
    gold: Path
    classes: str
    scorer: Path
    options: tuple[str, ...] = ()


def plan(folder: Path, quotes: Path) -> Iterator[Benchmark]:
    """The benchmarks with an existing gold file, in order."""
    statements, probes, spans = (folder / f"{name}.py" for name in ("score_statements", "score_probes", "score"))
    masc = quotes / "propbank-masc-news.jsonl"
    polnear = folder / "polnear-dev.jsonl"
    for one in (
        *(
            Benchmark(name, folder / f"{name}.jsonl", "speech", statements)
            for name in ("seed", "challenge-dev", "news-dev")
        ),
        Benchmark("probes-dev", folder / "probes-dev.jsonl", "speech", probes),
        Benchmark("polnear-dev", polnear, "speech", spans, ("--outermost", "--speech")),
        Benchmark("polnear-dev", polnear, "all", spans, ("--outermost",)),
        Benchmark("propbank-masc-news", masc, "speech", spans, ("--speech",)),
    ):
        if one.gold.is_file():
            yield one


@click.command("benchmarks")
@click.option(
    "--benchmarks",
    "folder",
    type=Path,
    envvar="SAYSO_BENCHMARKS",
    default=Path("../shared/benchmarks"),
    show_default=True,
)
@click.option(
    "--quotes", type=Path, envvar="SAYSO_QUOTES", help="Folder of PropBank files. [default: next to the benchmarks]"
)
@click.option("--output", type=Path, default=Path("build/evaluate"), show_default=True)
def benchmarks(folder: Path, quotes: Path | None, output: Path) -> None:
    """Extract the statements of each benchmark, print its scores, and save both in --output."""
    if not (folder / "score_statements.py").is_file():
        raise click.UsageError(_MISSING.format(folder=folder))
    output.mkdir(parents=True, exist_ok=True)
    for one in plan(folder, quotes or folder.parent / "quotes"):
        found = output / f"{one.name}.{one.classes}.jsonl"
        extract = ("-m", "sayso_server", "extract", str(one.gold), str(found), "--as", "gold", "--classes", one.classes)
        _run(extract, None)
        click.echo(f"\n== {one.name}, {one.classes}")
        _run((str(one.scorer), str(one.gold), str(found), *one.options), output / f"{one.name}.{one.classes}.txt")
        if one.name == "polnear-dev" and one.classes == "speech":
            judge = ("-m", "sayso_tools", "evaluate", "calibration", str(one.gold), str(found))
            _run(judge, output / f"{one.name}.confidence.txt")


def _run(command: Sequence[str], kept: Path | None) -> None:
    """Run a Python command; print and save its output. Raises ClickException if it fails."""
    done = subprocess.run([sys.executable, *command], stdout=subprocess.PIPE, text=True, check=False)
    click.echo(done.stdout, nl=False)
    if kept is not None:
        kept.write_text(done.stdout, encoding="utf-8")
    if done.returncode:
        raise click.ClickException(f"{' '.join(command[:4])} ... ended with status {done.returncode}")
