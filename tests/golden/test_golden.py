"""Every golden case: the statements are exactly those in brackets, and all invariants of results hold."""

import pytest
from support.bracket import Case
from support.frozen import FrozenParser
from support.golden import CASES, GOLDEN, NAMES, compare, options_of
from support.invariants import broken

from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor


@pytest.mark.parametrize(("name", "case"), CASES, ids=NAMES)
def test_case(name: str, case: Case) -> None:
    extractor = Extractor(FrozenParser(GOLDEN / "trees" / f"{name}.conllu"), Model("frozen", "0", ""))
    result = extractor.extract(case.text, options_of(name))
    expected, found = compare(case, result)
    assert found == expected
    assert broken(result) == []
