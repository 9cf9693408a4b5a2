"""Runs the code blocks of README.md and of the pages under docs/: see tests/support/pages.py."""

from collections.abc import Iterator

import pytest
from support.page_server import PageServer, page_server
from support.pages import SYBIL

pytest_collect_file = SYBIL.pytest()


@pytest.fixture(scope="session")
def server() -> Iterator[PageServer]:
    """A server with the bundled models, for all pages."""
    with page_server() as running:
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Blocks need the bundled models."""
    for item in items:
        if item.path.suffix == ".md":
            item.add_marker("live")
