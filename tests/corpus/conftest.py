"""A corpus job over documents of a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.corpus import Corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    corpus = Corpus(tmp_path)
    yield corpus
    corpus.end()
