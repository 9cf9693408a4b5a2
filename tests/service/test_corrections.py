"""Corrections of a report become gold, which the scorers of the benchmarks and the training read."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support.bracket import read_cases
from support.engine import MODEL, extraction
from support.serving import PATIENCE

import sayso
from sayso._wire.results import from_result
from sayso_server.gold import CorrectionError, corrected, gold_object
from sayso_server.main import main
from sayso_server.service.api.responses import ResultContext, result_message

TEXT = "😀 “Yes,” said Mara. It rained. “No,” said Olin."
FORGOTTEN = {"confidence", "rule"}
"""Fields that only human corrections have, not gold."""


def line(*corrections: dict[str, Any]) -> dict[str, Any]:
    """A line as the page saves it."""
    result = from_result(result_message(extraction(TEXT), MODEL, ResultContext("a")), sayso.Result).to_dict()
    return {"document_id": "a", "title": "", "text": TEXT, "result": result, "corrections": list(corrections)}


def speakers(gold: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [
        (" ".join(TEXT[start:end] for start, end in one["content"]), one["speaker"]) for one in gold["attributions"]
    ]


def test_without_corrections_it_is_what_was_read() -> None:
    expected = gold_object("a", extraction(TEXT))
    for one in expected["attributions"]:
        for name in FORGOTTEN:
            del one[name]
    assert corrected(line()) == expected


def test_each_kind_of_correction() -> None:
    rain = [TEXT.index("It rained"), TEXT.index("It rained") + 9]
    gold = corrected(
        line(
            {"change": "speaker", "statement_id": "s1", "speaker": "Mara Olin"},
            {"change": "no-statement", "statement_id": "s2"},
            {"change": "missing", "content": [rain], "speaker": "Mara"},
        )
    )
    assert speakers(gold) == [("“Yes,”", "Mara Olin"), ("It rained", "Mara")]
    assert speakers(corrected(line({"change": "border", "statement_id": "s2", "content": [rain]}))) == [
        ("“Yes,”", "Mara"),
        ("It rained", "Olin"),
    ]


@pytest.mark.parametrize(
    "correction",
    [
        {"change": "no-statement", "statement_id": "s9"},
        {"change": "border", "statement_id": "s1", "content": [[5, 5]]},
        {"change": "border", "statement_id": "s1", "content": [[0, 10_000]]},
        {"change": "tomorrow", "statement_id": "s1"},
        {"statement_id": "s1"},
    ],
)
def test_corrections_that_cannot_be(correction: dict[str, Any]) -> None:
    with pytest.raises(CorrectionError, match="not a line of corrections"):
        corrected(line(correction))


def test_gold_becomes_golden_cases(tmp_path: Path) -> None:
    rain = [TEXT.index("It rained"), TEXT.index("It rained") + 9]
    gold = corrected(line({"change": "missing", "content": [rain], "speaker": "Mara"}))
    source = tmp_path / "gold.jsonl"
    source.write_text(
        json.dumps(gold) + "\n" + json.dumps({"id": "b", "text": "One.\n\nTwo.", "attributions": []}), "utf-8"
    )
    tests = Path(__file__).parent.parent
    command = [sys.executable, str(tests / "golden/from_gold.py"), str(source)]
    env = os.environ | {"PYTHONPATH": str(tests)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE, env=env)
    cases = tmp_path / "cases.md"
    cases.write_text(done.stdout, "utf-8")
    first, second = read_cases(cases)
    assert (first.title, first.text, second.text, second.statements) == ("a", TEXT, "One.\n\nTwo.", ())
    assert [one.facts for one in first.statements] == [
        ("Mara", "person", "direct"),
        ("Mara",),
        ("Olin", "person", "direct"),
    ]
    assert dict(first.statements[1].spans) == {"content": (tuple(rain),)}


def test_the_command(tmp_path: Path) -> None:
    source, target = tmp_path / "corrections.jsonl", tmp_path / "gold.jsonl"
    lines = [json.dumps(line()), "", "{", "[]", json.dumps({"text": ""}), json.dumps(line({"change": "x"}))]
    source.write_text("\n".join(lines), "utf-8")
    done = CliRunner().invoke(main, ["corrections", str(source), str(target)])
    assert done.exit_code == 1
    assert [json.loads(one)["id"] for one in target.read_text("utf-8").splitlines()] == ["a"]
    assert [message.split(": ")[0].rsplit(":", 1)[1] for message in done.stderr.splitlines()] == ["3", "4", "5", "6"]
    source.write_text(json.dumps(line()), "utf-8")
    assert CliRunner().invoke(main, ["corrections", str(source), str(target)]).exit_code == 0
