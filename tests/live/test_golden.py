"""The golden cases through the bundled models: what is frozen beside them is still what the models say."""

import pytest
from support.bracket import Case
from support.golden import CASES, NAMES, compare, options_of

from sayso_server.core.pipeline import Extractor
from sayso_server.parsing.load import load_engine

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def engine() -> Extractor:
    return load_engine()


@pytest.mark.parametrize(("name", "case"), CASES, ids=NAMES)
def test_case(engine: Extractor, name: str, case: Case) -> None:
    expected, found = compare(case, engine.extract(case.text, options_of(name)))
    assert found == expected
