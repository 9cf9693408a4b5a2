"""The first three recipes of CONTRIBUTING.md."""

from pathlib import Path

import pytest
from support.recipes import Copy

# It is written for rooms that are still being built; they are there when this line can go without a failure.
collect_ignore = ["test_speaker_rule.py"]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A copy of the repository that a recipe may edit."""
    return Copy(tmp_path)
