"""examples/score.py: which statements it matches, and its output."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from support.scripts import script


@pytest.fixture(scope="module")
def score() -> ModuleType:
    return script("examples/score.py")


def said(start: int, end: int, speaker: str | None = "Olin") -> dict[str, Any]:
    return {"content": [[start, end]], "speaker": speaker}


def test_statements_that_overlap_by_half_are_the_same(score: ModuleType) -> None:
    assert score.matches([said(0, 10)], [said(5, 10)]) == [(said(0, 10), said(5, 10))]
    assert score.matches([said(0, 10)], [said(6, 10)]) == []


def test_each_statement_is_in_one_pair_the_most_similar_first(score: ModuleType) -> None:
    gold, found = [said(0, 10), said(10, 20)], [said(0, 14), said(0, 10)]
    assert score.matches(gold, found) == [(gold[0], found[1])]


def test_nobody_is_a_speaker_too(score: ModuleType) -> None:
    assert score.same_speaker(said(0, 1, None), said(0, 1, None))
    assert score.same_speaker(said(0, 1, "OLIN"), said(0, 1))
    assert not score.same_speaker(said(0, 1, None), said(0, 1))


def test_a_document_that_was_not_read_counts_as_missed(
    score: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = [{"id": "a", "attributions": [said(0, 9), said(9, 20)]}, {"id": "b", "attributions": [said(0, 9)]}]
    found = [{"id": "a", "attributions": [said(0, 9), said(9, 20, "Pell"), said(30, 40)]}]
    for name, documents in (("gold", gold), ("found", found)):
        (tmp_path / name).write_text("".join(json.dumps(one) + "\n" for one in documents), "utf-8")
    score.main(str(tmp_path / "gold"), str(tmp_path / "found"))
    assert capsys.readouterr().out == (
        "found             P  66.7  R  66.7  F1  66.7\nwith the speaker  P  33.3  R  33.3  F1  33.3\n"
    )
