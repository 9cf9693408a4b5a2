"""`sayso-server corrections`: what readers corrected on the page of a report, to gold files."""

import json
from typing import BinaryIO

import click

from sayso_server.gold import CorrectionError, corrected
from sayso_server.lines import BadLine, decode


@click.command()
@click.argument("source", metavar="IN.jsonl", type=click.File("rb"))
@click.argument("target", metavar="OUT.jsonl", type=click.File("wb", lazy=False))
def corrections(source: BinaryIO, target: BinaryIO) -> None:
    """Turn the corrections.jsonl of a report into gold, one line per document; "-" is standard input or output.

    The format is that of `extract --as gold`. What was not corrected counts as right. A line that cannot be used is
    reported on standard error, and left out.

    Exit status: 0, or 1 if a line could not be used, or 2 if the arguments are invalid.
    """
    failures = 0
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        record = decode(number, line.rstrip(b"\r\n"))
        try:
            gold = _gold(record)
        except CorrectionError as error:
            failures += 1
            click.echo(f"{source.name}:{number}: {error}", err=True)
        else:
            target.write(json.dumps(gold, ensure_ascii=False).encode() + b"\n")
    if failures:
        raise SystemExit(1)


def _gold(record: object) -> dict[str, object]:
    if isinstance(record, BadLine):
        raise CorrectionError(record.reason)
    if not isinstance(record, dict):
        raise CorrectionError("not an object")
    return corrected(record)
