"""Medium and time: the other phrases that the cue governs, besides content, source and addressee."""

from pathlib import Path

import pytest
from support.bracket import read_cases
from support.frozen import FrozenParser

from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.mark.parametrize(
    ("name", "title", "medium", "time"),
    [
        ("constructions", "a post", ["on X"], []),
        ("constructions", "with the medium before that", ["in a letter"], []),
        ("constructions", "a day opens the sentence of an interrupting cue", [], ["On Friday"]),
        ("indirect", "a day between cue and clause", [], ["on Thursday"]),
        ("indirect", "a day with its month", [], ["on Dec. 31"]),
        ("indirect", "a day with month and year", [], ["on Dec. 31, 2025"]),
        ("indirect", "cue interrupting", [], []),
        ("constructions", "a topic", [], []),
    ],
)
def test_where_and_when(name: str, title: str, medium: list[str], time: list[str]) -> None:
    case = next(c for c in read_cases(GOLDEN / "cases" / f"{name}.md") if c.title == title)
    extractor = Extractor(FrozenParser(GOLDEN / "trees" / f"{name}.conllu"), Model("frozen", "0", ""))
    statement = extractor.extract(case.text).statements[0]
    assert [span.of(case.text) for span in statement.medium] == medium
    assert [span.of(case.text) for span in statement.time] == time
