"""`sayso-server corpus`: reads many documents from files into a folder of tables."""

import functools
import hashlib
import importlib
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from sayso_server.commands.corpus_progress import Progress, told, told_people
from sayso_server.commands.extract import CLASSES
from sayso_server.commands.model import BUNDLED, ModelRefused, device_option, model_option
from sayso_server.commands.serve import load_stages
from sayso_server.commands.speakers import known_speakers, speakers_option
from sayso_server.core.statement import KnownSpeaker, Options
from sayso_server.corpus import job
from sayso_server.corpus.carried import TYPES, Carried, carried_of
from sayso_server.corpus.errors import CorpusError
from sayso_server.corpus.inputs import Layout, Source
from sayso_server.corpus.parts import Form
from sayso_server.corpus.people.job import here as people_here
from sayso_server.corpus.reading import Reading
from sayso_server.corpus.rows import DOCUMENTS, STATEMENTS
from sayso_server.corpus.storage.access import Place, place_of
from sayso_server.lines import FIELDS, Fields
from sayso_server.service.settings import Limits, default_batch_words, default_threads
from sayso_server.version import VERSION
from sayso_server.workers.process import Loader


class Refused(click.ClickException):
    """The job cannot start or continue."""

    exit_code = 2


def _place(context: click.Context, option: click.Parameter, value: str) -> Place:
    """A local path or the address of an object store. Raises BadParameter."""
    try:
        return place_of(value)
    except CorpusError as error:
        raise click.BadParameter(str(error)) from error


def _carried(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> tuple[Carried, ...]:
    try:
        return carried_of(values, taken=(*DOCUMENTS, *STATEMENTS))
    except CorpusError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@click.argument("place", metavar="INPUT", callback=_place)
@click.argument("target", metavar="OUTPUT", callback=_place)
@click.option(
    "--format",
    "form",
    type=click.Choice(["parquet", "jsonl"]),
    default="parquet",
    show_default=True,
    help="Format of the tables. Parquet needs pyarrow: pip install pyarrow.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Worker processes, each with its own copy of the models. More than one needs Ray, from the extra corpus.",
)
@click.option(
    "--address",
    envvar="RAY_ADDRESS",
    show_envvar=True,
    help="The Ray cluster to run on (auto: the one on this machine); it must see INPUT under the same path.",
)
@click.option(
    "--runner",
    type=click.Choice(["auto", "here", "ray"]),
    default="auto",
    show_default=True,
    help="ray; here: in this process; auto: Ray for several workers or a cluster, otherwise here.",
)
@click.option("--id-field", default="id", show_default=True, help="Key or column with the id of a document.")
@click.option("--text-field", default="text", show_default=True, help="Key or column with its text.")
@click.option("--title-field", default="title", show_default=True, help="Key or column with its title, if any.")
@click.option("--date-field", default="published_at", show_default=True, help="Key or column with its date, if any.")
@click.option(
    "--carry",
    "carried",
    multiple=True,
    metavar="FIELD[:TYPE]",
    callback=_carried,
    help=f"Copy this input field into both tables; may be repeated. TYPE: {', '.join(TYPES)}. [default: string]",
)
@click.option("--classes", type=click.Choice(list(CLASSES)), default="speech", show_default=True, help="See `extract`.")
@speakers_option
@click.option(
    "--part-words",
    type=click.IntRange(min=1),
    default=10_000,
    show_default=True,
    help="Words in one part of the output. If the job is killed, each worker loses at most one part.",
)
@click.option(
    "--max-document-chars",
    type=click.IntRange(min=1),
    default=Limits().max_document_chars,
    show_default=True,
    help="Maximum length of a document, in characters.",
)
@click.option(
    "--people/--no-people",
    default=True,
    show_default=True,
    help="Link people, organizations and documents across all documents: docs/people.md.",
)
@click.option("--retry-failed", is_flag=True, help="Read the failed documents again; this replaces their rows.")
@model_option
@device_option
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    envvar="SAYSO_THREADS",
    help="Threads per worker. [default: the cores of this machine, divided among the workers; 1 on a cluster]",
)
def corpus(*, place: Place, target: Place, workers: int, address: str | None, runner: str, **values: Any) -> None:
    """Read every document of INPUT, and write who said what to tables in the folder OUTPUT.

    INPUT is a .jsonl file of {"id", "text"} lines, a .parquet file with these columns, a .txt file, a folder of them,
    or a pattern ('news/2024-*/*.jsonl.gz'). Files may be compressed (.gz, .bz2, .xz, .zst). "title" and "published_at"
    (ISO 8601) are optional. INPUT and OUTPUT may be on object stores (s3://, gs://, hdfs://). OUTPUT gets a row per
    document, per statement and per person. To resume a stopped or killed job, run the same command again; documents
    added to INPUT in the meantime are read too.

    Exit status: 0 on success; 1 if a document could not be read (its row says why) or had the id of another; 2 if the
    input, the output, the model or an argument is invalid; 130 if it was stopped.
    """
    on_ray = runner == "ray" or (runner == "auto" and (workers > 1 or address is not None))
    if not on_ray and workers > 1:
        raise click.UsageError("--runner here has only one worker; leave out --runner or --workers")
    if on_ray and values["device"] != "cpu":
        raise click.UsageError("on Ray there is only --device cpu; leave out --device, or run a job for each GPU")
    if values["form"] == "parquet":
        _check_parquet()
    threads = values.pop("threads") or (1 if address else default_threads(workers))
    part_words, retry_failed = values.pop("part_words"), values.pop("retry_failed")
    people = values.pop("people")
    fields = Fields(**{name: values.pop(f"{option}_field") for name, option in _FIELDS.items()})
    source = Source(place, Layout(fields, values["carried"]))
    reading, described = _reading(threads, **values)
    described |= _described(source.layout)
    progress = Progress()
    with progress, _refusing(target), _stopped_by_sigterm():
        run_slices, mapping = _ray(workers, address) if on_ray else (job.here, people_here)
        summary = job.run(
            source,
            target,
            reading,
            run_slices,
            job=described,
            slice_words=part_words,
            retry_failed=retry_failed,
            progress=progress,
        )
    for line in told(summary, progress.seconds, target):
        click.echo(line, err=True)
    if people:
        with _refusing(target), _stopped_by_sigterm():
            click.echo(told_people(job.find_people(target, reading.form, mapping, job=described), target), err=True)
    if not summary.is_clean:
        raise SystemExit(1)


_FIELDS = {"id": "id", "text": "text", "title": "title", "published_at": "date"}
"""The fields of a document, with the option that names each."""


def _described(layout: Layout) -> dict[str, object]:
    """The settings of a layout that an output depends on; None for those not given."""
    carried = [f"{one.name}:{one.type}" for one in layout.carried]
    return {"fields": asdict(layout.fields) if layout.fields != FIELDS else None, "carried": carried or None}


def _reading(
    threads: int,
    *,
    model: str,
    device: str,
    form: Form,
    classes: str,
    speakers: str | None,
    max_document_chars: int,
    carried: tuple[Carried, ...],
) -> tuple[Reading, dict[str, object]]:
    """How to read, and the settings that an output depends on."""
    known = known_speakers(speakers)
    model, digest = identified(model)
    reading = Reading(
        load=loader(model, threads, device),
        digest=digest,
        options=Options(cue_classes=CLASSES[classes], known_speakers=known),
        form=form,
        carried=carried,
        threads=threads,
        round_words=default_batch_words(device),
        max_document_chars=max_document_chars,
    )
    # The limit is left out: the rows of documents over the limit say what it was.
    described: dict[str, object] = {"server": VERSION, "model": model, "digest": digest, "classes": classes}
    return reading, described | {"format": form, "speakers": _digest(known)}


def _digest(known: tuple[KnownSpeaker, ...]) -> str | None:
    """A digest of a list of known speakers; None for an empty list."""
    return hashlib.sha256(repr(known).encode()).hexdigest() if known else None


def identified(model: str) -> tuple[str, str]:
    """A model name that every process can resolve, and its digest (none for Stanza packages). Raises ModelRefused."""
    from sayso_server.parsing import files
    from sayso_server.parsing.errors import ModelError
    from sayso_server.parsing.load import BUNDLED as FOLDER
    from sayso_server.parsing.load import PACKAGE_PREFIX

    if model.startswith(PACKAGE_PREFIX):
        return model, ""
    try:
        if model == BUNDLED:
            return model, files.check(FOLDER).digest
        return str(Path(model).absolute()), files.check(Path(model)).digest
    except ModelError as error:
        raise ModelRefused(str(error)) from error


def loader(model: str, threads: int, device: str) -> Loader:
    """The loader of the workers' engine."""
    return functools.partial(load_stages, model, threads, device)


def _check_parquet() -> None:
    """Check that Parquet files can be written, before anything is read. Raises Refused."""
    try:
        importlib.import_module("sayso_server.corpus.arrow")
    except CorpusError as error:
        raise Refused(str(error)) from error


def _ray(workers: int, address: str | None) -> tuple[job.Runner, job.Mapping]:
    """The runners for reading documents and for linking people."""
    from sayso_server.corpus.on_ray import mapping_on_ray, parts_on_ray

    return (
        functools.partial(parts_on_ray, workers=workers, address=address),
        functools.partial(mapping_on_ray, workers=workers, address=address),
    )


@contextmanager
def _refusing(target: Place) -> Iterator[None]:
    """Turns errors that end a job into one line and an exit status."""
    try:
        yield
    except CorpusError as error:
        raise Refused(str(error)) from error
    except OSError as error:
        reason = error.strerror or " ".join(str(error).split()) or type(error).__name__
        raise Refused(
            f"{error.filename or target}: {reason}; fix this and run the same command again to resume"
        ) from error
    except KeyboardInterrupt:
        click.echo("stopped; run the same command again to resume", err=True)
        raise SystemExit(130) from None


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """Makes SIGTERM end a job as Ctrl-C does, including the processes that it started."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
