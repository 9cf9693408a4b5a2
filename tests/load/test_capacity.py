"""The capacity page: its tables follow from its assumptions."""

import re
from pathlib import Path
from types import ModuleType

import pytest
from support.scripts import script

from sayso_server.commands.corpus import corpus
from sayso_server.service.settings import Limits

DEPLOY = Path(__file__).parent.parent.parent / "server/deploy"
PAGE = (DEPLOY.parents[1] / "docs/capacity.md").read_text("utf-8")
GIVEN = {
    "words_per_second": 500.0,
    "words_per_article": 500.0,
    "peak": 4.0,
    "busy": 0.6,
    "replica_gb": 1.0,
    "queued_words": 100_000.0,
    "part_words": 10_000.0,
}


@pytest.fixture(scope="module")
def capacity() -> ModuleType:
    return script("server/deploy/capacity.py")


def test_the_page_is_as_it_is_computed(capacity: ModuleType) -> None:
    assert capacity.renewed(PAGE) == PAGE, "run server/deploy/capacity.py"


def test_another_assumption_changes_what_follows(capacity: ModuleType) -> None:
    slower = re.sub(r"(\| `words_per_second` \|) [\d,]+", r"\1 1", PAGE)
    assert "| 10,000 | 58 | 231 | 386 | 386 GB |" in capacity.renewed(slower)


def test_replicas_and_hours(capacity: ModuleType) -> None:
    """By hand: a million articles are 5,787 words a second, four times that 23,148, of which a replica bears 300."""
    mean, at_peak, replicas = capacity.serving(1_000_000, GIVEN)
    assert (round(mean), round(at_peak), replicas) == (5_787, 23_148, 78)
    assert capacity.serving(1, GIVEN)[2] == 2
    assert capacity.core_hours(1_000_000, GIVEN) == pytest.approx(1e6 * 500 / 500 / 3600)


def test_what_is_assumed_of_the_settings_is_their_default(capacity: ModuleType) -> None:
    given = capacity.assumptions(PAGE)
    assert given["queued_words"] == Limits().max_queued_words
    [part_words] = [option.default for option in corpus.params if option.name == "part_words"]
    assert given["part_words"] == part_words


def test_an_assumption_that_is_missing_is_named(capacity: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"the assumptions are .*, and should be words_per_second"):
        capacity.renewed(PAGE.replace("`peak`", "`summit`"))
