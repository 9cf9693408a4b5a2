from collections.abc import Iterator

import pytest
from support.serving import Running, running


@pytest.fixture
def served() -> Iterator[Running]:
    """A warm server with the default limits."""
    with running() as server:
        yield server
