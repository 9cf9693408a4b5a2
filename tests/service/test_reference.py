"""The tables of the documentation match the code."""

from pathlib import Path
from types import ModuleType

import pytest
from support.scripts import script

from sayso_server.commands.serve import serve
from sayso_server.commands.settings import flag_of, setting_fields, shown, variable_of

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/operations.md").read_text("utf-8")


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return script("server/deploy/reference.py")


def rows() -> dict[str, list[str]]:
    """The rows of all tables of the page, by their first cell."""
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines()]
    return {row[0].strip("`"): row for row in cells if row}


def test_the_pages_are_as_they_are_written(reference: ModuleType) -> None:
    paths = reference.pages()
    assert {"operations.md", "corpus.md", "people.md"} <= {path.name for path in paths}
    for path in paths:
        page = path.read_text("utf-8")
        assert reference.renewed(page) == page, f"{path}: run make docs-tables"


def test_a_changed_table_is_written_again(reference: ModuleType) -> None:
    changed = PAGE.replace("| 50051 |", "| 50052 |")
    assert changed != PAGE
    assert reference.renewed(changed) == PAGE


def test_a_part_that_is_unknown_is_refused(reference: ModuleType) -> None:
    with pytest.raises(ValueError, match="none of the name colums"):
        reference.renewed("<!-- colums, written by reference.py -->\n<!-- end -->")


def test_every_setting_is_in_the_page_with_its_default() -> None:
    table = rows()
    for one in setting_fields():
        _, variable, default, text = table[flag_of(one.name)]
        assert (variable, default, text) == (f"`{variable_of(one.name)}`", shown(one.default), one.metadata["help"])
    flags = {option.opts[0] for option in serve.params}
    assert flags - set(table) == {"--print-config"}
