"""docs/corpus.md says what the tables have."""

import re
from pathlib import Path

import pytest

from sayso_server.corpus.rows import DOCUMENTS, STATEMENTS

PAGE = (Path(__file__).parents[2] / "docs/corpus.md").read_text("utf-8")


@pytest.mark.parametrize(("table", "columns"), [("documents", DOCUMENTS), ("statements", STATEMENTS)])
def test_the_columns_of_the_page_are_those_of_the_table(table: str, columns: dict[str, str]) -> None:
    rows = PAGE.split(f"### {table}\n")[1].split("| column |")[1].split("\n\n")[0].splitlines()[2:]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(columns)
