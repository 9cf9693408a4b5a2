"""Every golden case: the statements that come out are exactly those in brackets."""

import pytest
from support.bracket import Case
from support.frozen import FrozenParser
from support.golden import CASES, GOLDEN, NAMES, compare, options_of

from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor


@pytest.mark.parametrize(("name", "case"), CASES, ids=NAMES)
def test_case(name: str, case: Case) -> None:
    extractor = Extractor(FrozenParser(GOLDEN / "trees" / f"{name}.conllu"), Model("frozen", "0", ""))
    expected, found = compare(case, extractor.extract(case.text, options_of(name)))
    assert found == expected
