"""The rule list, the names on candidates and the counted precisions belong together."""

from pathlib import Path

from support.bracket import read_cases
from support.frozen import FrozenParser

from sayso_server.core import scoring
from sayso_server.core.pipeline import Extractor, Model
from sayso_server.core.rules import RULE_NAMES

GOLDEN = Path(__file__).parent.parent / "golden"
WHOLE_DOCUMENT = {"follow-on", "tagged", "transcript-turn"}
"""What is found without a cue, after the rules."""


def test_every_rule_has_its_precision() -> None:
    assert set(scoring.precision()) == {*RULE_NAMES, *WHOLE_DOCUMENT}
    assert all(0 < p < 1 for cells in scoring.precision().values() for p in cells.values())


def test_every_rule_has_a_golden_case() -> None:
    found = set()
    for path in (GOLDEN / "cases").glob("*.md"):
        extractor = Extractor(FrozenParser(GOLDEN / "trees" / f"{path.stem}.conllu"), Model("frozen", "0", ""))
        found |= {s.rule for case in read_cases(path) for s in extractor.extract(case.text).statements}
    assert found == {*RULE_NAMES, *WHOLE_DOCUMENT}
