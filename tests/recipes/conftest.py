"""The first three recipes of CONTRIBUTING.md."""

from pathlib import Path

import pytest
from support.recipes import Copy


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A copy of the repository that a recipe may edit."""
    return Copy(tmp_path)
