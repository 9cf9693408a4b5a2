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

MODEL = Model("bundled", "", "")

TREES = {path.stem: read_trees(path) for path in sorted((GOLDEN / "trees").glob("*.conllu"))}
ORIGINS = {entry.paragraph: entry.origin for file in TREES.values() for entry in file.entries if entry.origin}
"""The paragraphs whose trees were not made as those around them: by hand, or in another number format."""


@pytest.mark.parametrize(("name", "case"), CASES, ids=NAMES)
def test_case(name: str, case: Case) -> None:
    loaded = models.load()
    others = {ORIGINS[paragraph] for paragraph in paragraphs_of([case]) if paragraph in ORIGINS} - {loaded.origin}
    if HAND in others:
        pytest.skip("its trees were written by hand: the models may parse it otherwise")
    extractor = Extractor(loaded.parser, MODEL, loaded.coreference)
    expected, found = compare(case, extractor.extract(case.text, options_of(name)))
    if others and found != expected:
        pytest.xfail(f"holds with trees of {', '.join(others)}, not of {loaded.origin}: {found}")
    assert found == expected


def test_trees_have_not_drifted() -> None:
    found = drift(TREES.values(), models.load())
    if found:
        pytest.fail(found, pytrace=False)
