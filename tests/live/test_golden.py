"""The golden cases with the bundled models: the statements are the same, and so are the trees."""

import pytest
from support import models
from support.bracket import Case
from support.frozen import HAND, read_trees
from support.golden import CASES, GOLDEN, NAMES, compare, options_of
from support.refresh import drift, paragraphs_of

from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor

pytestmark = pytest.mark.live

TREES = {path.stem: read_trees(path) for path in sorted((GOLDEN / "trees").glob("*.conllu"))}
BY_HAND = {entry.paragraph for file in TREES.values() for entry in file.entries if entry.origin == HAND}


@pytest.mark.parametrize(("name", "case"), CASES, ids=NAMES)
def test_case(name: str, case: Case) -> None:
    if not BY_HAND.isdisjoint(paragraphs_of([case])):
        pytest.skip("its tree was written by hand: the models may parse it otherwise")
    extractor = Extractor(models.load().parser, Model("bundled", "", ""))
    expected, found = compare(case, extractor.extract(case.text, options_of(name)))
    assert found == expected


def test_trees_have_not_drifted() -> None:
    found = drift(TREES.values(), models.load())
    if found:
        pytest.fail(found, pytrace=False)
