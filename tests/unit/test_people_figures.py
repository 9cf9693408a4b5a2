"""The weights of the people across documents, and their figures. All people are invented."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from support.said import said

from sayso_server.corpus.parts import encode
from sayso_server.corpus.people.comparing import scorer
from sayso_server.corpus.people.profiles import speakers_of
from sayso_server.corpus.rows import STATEMENTS
from sayso_tools.evaluation.people import measured, people
from sayso_tools.training.people import counted


def test_every_feature_of_a_pair_has_a_weight() -> None:
    """Every feature has a weight: a feature without one would silently be ignored."""
    rows = [
        said("a", "Ada M. Orr", "French senator", speaker_affiliation="Harrowmere", published_at="2001-01-01"),
        said("b", "Ada Orr", "senator", source="she", sentence="Ada Orr came to Bradwell.", published_at="2004-01-01"),
        said("c", "Orr", "Canadian goalkeeper", speaker_affiliation="Bradwell", published_at="2013-01-01"),
        said("d", "A. Orr", "senator of Bradwell", source="he", sentence="She came to Bradwell."),
        said("e", "Bradwell Council", kind="organization"),
    ]
    evidence = counted([list(speakers_of(rows).values())])
    assert evidence.keys() <= scorer().weights.keys()


def test_weights_are_counted_from_rare_names_and_from_random_pairs() -> None:
    rows = []
    for number in range(60):
        name = f"{'AEIO'[number % 4]}l{number:02}ana Fen{number:02}wick"
        job = ("senator", "goalkeeper", "violinist", "veterinarian")[number % 4]
        rows += [said(f"{number} {document}", name, job, source="she") for document in "ab"]
    weights = {feature: one["weight"] for feature, one in counted([list(speakers_of(rows).values())]).items()}
    assert weights["job title: other"] < -1
    assert weights["gender: same"] == pytest.approx(0, abs=0.05), "all are women: it says nothing"


def test_pairs_of_one_person_and_of_one_label() -> None:
    labels = {("a", "S1"): "Orr", ("b", "S1"): "Orr", ("c", "S1"): "Orr", ("d", "S1"): "Pell"}
    found = {("a", "S1"): "p1", ("b", "S1"): "p1", ("d", "S1"): "p1", ("e", "S1"): "p1"}
    pairs = measured(found, labels)
    assert (pairs.both, pairs.found, pairs.labelled) == (1, 3, 3)
    assert [pairs.precision, pairs.recall] == pytest.approx([1 / 3, 1 / 3])


def test_figures_of_an_output(tmp_path: Path) -> None:
    (tmp_path / "statements").mkdir()
    rows = [
        dict.fromkeys(STATEMENTS) | {"document_id": document, "speaker_id": "S1", "person_id": person}
        for document, person in (("a", "p1"), ("b", "p1"), ("c", None), ("d", None))
    ]
    (tmp_path / "statements/part-000000.jsonl").write_bytes(encode(rows, STATEMENTS, "jsonl"))
    labels = tmp_path / "labels.csv"
    labels.write_text("document_id,speaker_id,person\na,S1,Orr\nb,S1,Orr\nc,S1,Orr\nd,S1,Orr\n", "utf-8")
    done = CliRunner().invoke(people, [str(tmp_path), str(labels)])
    assert done.output == (
        "4 speakers, 6 pairs of one label, 1 of one person, 1 of both: precision 1.0000, recall 0.1667\n"
    )
