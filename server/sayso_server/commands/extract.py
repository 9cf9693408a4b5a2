"""`sayso-server extract`: reads documents from a file and writes results to a file, without a network."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import BinaryIO, TypeVar

import click
from google.protobuf.json_format import MessageToJson

from sayso_server.commands.model import device_option, load, model_option, threads_option
from sayso_server.commands.speakers import known_speakers, speakers_option
from sayso_server.core.pipeline import Engine, outcomes
from sayso_server.core.statement import REPORTED_SPEECH, CueClass, Extraction, Options
from sayso_server.gold import gold_object
from sayso_server.lines import LINE_BREAKS, BadLine, Document, json_line, read_lines
from sayso_server.service.api.responses import ResultContext, result_message
from sayso_server.workers.isolation import describe

T = TypeVar("T")
Writer = Callable[[Document, Extraction], str]
"""Formats the output of one document as a line, without line break."""

CLASSES = {"speech": REPORTED_SPEECH, "all": frozenset(CueClass)}
_CHUNK = 8  # documents passed to the engine together


@click.command()
@click.argument("source", metavar="IN.jsonl", type=click.File("rb"))
@click.argument("target", metavar="OUT.jsonl", type=click.File("wb", lazy=False))
@click.option(
    "--as",
    "form",
    type=click.Choice(["result", "gold"]),
    default="result",
    show_default=True,
    help="result: sayso.v1.Result in protobuf's JSON mapping, offsets in code points. gold: the format of gold files.",
)
@click.option(
    "--classes",
    type=click.Choice(list(CLASSES)),
    default="speech",
    show_default=True,
    help="speech: reported speech, and documents that state something. all: also belief, intention and so on.",
)
@speakers_option
@model_option
@device_option
@threads_option
def extract(
    source: BinaryIO,
    target: BinaryIO,
    *,
    form: str,
    classes: str,
    speakers: str | None,
    model: str,
    device: str,
    threads: int | None,
) -> None:
    """Read {"id", "text"} lines and write one line per document, in order; "-" is standard input or output.

    Lines that cannot be read are reported on standard error and have a line with "error" in the output.

    "published_at" (ISO 8601) decides which known speakers are valid, and which day "on Friday" is. "labels", an object
    with string values, is copied to the output.

    Exit status: 0 on success, 1 if a line could not be read, 2 if the model, the speakers or an argument is invalid.
    """
    options = Options(cue_classes=CLASSES[classes], known_speakers=known_speakers(speakers))
    engine = load(model, threads=threads, device=device)
    write = _gold_line if form == "gold" else _result_writer(engine)
    failures = 0
    for outcome in run(read_lines(source), engine, options, write):
        if isinstance(outcome, BadLine):
            failures += 1
            click.echo(f"{source.name}:{outcome.line}: {outcome.reason}", err=True)
        target.write(_line(outcome).encode() + b"\n")
        target.flush()
    if failures:
        click.echo(f"{failures} {'line' if failures == 1 else 'lines'} could not be read", err=True)
        raise SystemExit(1)


def run(
    lines: Iterable[Document | BadLine], engine: Engine, options: Options, write: Writer
) -> Iterator[str | BadLine]:
    """For every line, in order: its output, or the reason why it could not be read."""
    for chunk in _chunks(lines, _CHUNK):
        documents = [line for line in chunk if isinstance(line, Document)]
        texts = [document.text for document in documents]
        extractions = iter(outcomes(engine, texts, [options.on(document.day) for document in documents]))
        for line in chunk:
            yield line if isinstance(line, BadLine) else _outcome(line, next(extractions), write)


def _outcome(document: Document, extraction: Extraction | Exception, write: Writer) -> str | BadLine:
    if isinstance(extraction, Exception):
        return BadLine(document.line, document.document_id, f"extraction failed: {describe(extraction)}")
    return write(document, extraction)


def _result_writer(engine: Engine) -> Writer:
    def result_line(document: Document, extraction: Extraction) -> str:
        result = result_message(
            extraction, engine.model, ResultContext(document_id=document.document_id, labels=document.labels)
        )
        line = MessageToJson(result, indent=None, ensure_ascii=False, always_print_fields_with_no_presence=True)
        return line.translate(LINE_BREAKS)

    return result_line


def _gold_line(document: Document, extraction: Extraction) -> str:
    return json_line(gold_object(document.document_id, extraction))


def _line(outcome: str | BadLine) -> str:
    if isinstance(outcome, str):
        return outcome
    return json_line({"id": outcome.document_id, "line": outcome.line, "error": outcome.reason})


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
