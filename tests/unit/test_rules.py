"""Every rule has a golden case and something that speaks for it."""

from pathlib import Path

from support.bracket import read_cases
from support.frozen import FrozenParser

from sayso_server.core.evidence import Basis, scorers
from sayso_server.core.pipeline import Extractor, Model
from sayso_server.core.rules import RULES
from sayso_server.core.statement import CueClass, Options

GOLDEN = Path(__file__).parent.parent / "golden"
RULE_NAMES = {rule.__name__.replace("_", "-") for rule in RULES}
WITHOUT_CUE = {"follow-on", "headline", "signature", "transcript-turn"}
EVERYTHING = Options(cue_classes=frozenset(CueClass))


def test_the_scorer_knows_every_rule() -> None:
    known = {name for name in scorers()[Basis.TREES].weights if name.startswith("rule=") and " " not in name}
    assert {f"rule={name}" for name in RULE_NAMES} <= known


def test_every_rule_has_a_golden_case() -> None:
    found = set()
    for path in (GOLDEN / "cases").glob("*.md"):
        extractor = Extractor(FrozenParser(GOLDEN / "trees" / f"{path.stem}.conllu"), Model("frozen", "0", ""))
        found |= {s.rule for case in read_cases(path) for s in extractor.extract(case.text, EVERYTHING).statements}
    assert found == {*RULE_NAMES, *WITHOUT_CUE, "tagged"}
