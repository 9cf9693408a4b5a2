"""`sayso-tools evaluate people OUTPUT labels.csv`: precision and recall of people linked across documents.

labels.csv has the columns document_id, speaker_id and person: any label that is the same for the same person. Pairs of
labelled speakers are counted. Precision: the share of pairs with the same person_id that have the same label. Recall:
the share of pairs with the same label that have the same person_id.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import click

from sayso_server.corpus.parts import Form
from sayso_server.corpus.people.profiles import Speaker
from sayso_server.corpus.people.table import rows_of


@dataclass(frozen=True, slots=True)
class Pairs:
    """Counts of pairs of the same person: according to both, to the job, to the labels."""

    both: int
    found: int
    labelled: int

    @property
    def precision(self) -> float:
        return self.both / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.both / self.labelled if self.labelled else 1.0


def measured(found: Mapping[Speaker, str], labels: Mapping[Speaker, str]) -> Pairs:
    """The pairs of labelled speakers; a speaker without a person counts as a separate person."""
    own = {speaker: found.get(speaker) or repr(speaker) for speaker in labels}
    return Pairs(
        both=_pairs((own[speaker], label) for speaker, label in labels.items()),
        found=_pairs(own.values()),
        labelled=_pairs(labels.values()),
    )


def _pairs(values: Iterable[object]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(values).values())


@click.command("people")
@click.argument("output", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("labels", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def people(output: Path, labels: Path) -> None:
    """Precision and recall of the people in OUTPUT, the tables of a corpus job, against LABELS, a CSV file."""
    found: dict[Speaker, str] = {}
    for path in sorted((output / "statements").glob("part-*")):
        form = cast("Form", path.suffix.removeprefix("."))
        for row in rows_of(path.read_bytes(), ("document_id", "speaker_id", "person_id"), form):
            found[row["document_id"], row["speaker_id"]] = row["person_id"]
    with open(labels, encoding="utf-8-sig", newline="") as stream:
        given = {(row["document_id"], row["speaker_id"]): row["person"] for row in csv.DictReader(stream)}
    pairs = measured(found, given)
    click.echo(
        f"{len(given):,} speakers, {pairs.labelled:,} pairs of one label, {pairs.found:,} of one person, {pairs.both:,}"
        f" of both: precision {pairs.precision:.4f}, recall {pairs.recall:.4f}"
    )
