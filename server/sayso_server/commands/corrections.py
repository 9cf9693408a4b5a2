"""`sayso-server corrections`: converts readers' corrections of a report to gold files."""

import json
from typing import BinaryIO

import click

from sayso_server.gold import CorrectionError, corrected
from sayso_server.lines import BadLine, decode


@click.command()
@click.argument("source", metavar="IN.jsonl", type=click.File("rb"))
@click.argument("target", metavar="OUT.jsonl", type=click.File("wb", lazy=False))
def corrections(source: BinaryIO, target: BinaryIO) -> None:
    """Convert the corrections.jsonl of a report to gold, one line per document; "-" is standard input or output.

    The format is that of `extract --as gold`. Uncorrected statements count as correct. Invalid lines are reported on
    standard error and skipped.

    Exit status: 0 on success, 1 if a line was invalid, 2 if the arguments are invalid.
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
