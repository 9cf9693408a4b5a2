"""Generates the tables of the documentation from the code: settings, metrics, columns.

python server/deploy/reference.py            writes them into the pages
python server/deploy/reference.py --check    exits with status 1 if something would change
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from pathlib import Path

import click
from prometheus_client import Metric

from sayso.columns import DOCUMENTS, PEOPLE, PROFILES, STATEMENTS, Column
from sayso_server.commands.serve import serve
from sayso_server.commands.settings import SECTIONS, flag_of, shown
from sayso_server.core.model import Model
from sayso_server.service.telemetry.metrics import Metrics

ROOT = Path(__file__).parent.parent.parent
PAGES = ("docs/*.md",)
"""Pages that may have such tables."""
TITLES = ("Serving", "Limits", "Connections", "HTTP", "Security")
"""The headings of the groups of settings, in order."""
REST = "Models and logs"
"""The heading of the options that are not settings of the service."""
_OF_THE_PROCESS = ("process_", "python_")
"""Metrics of the library, which documents them itself."""
_PART = re.compile(r"(<!-- (\w+), written by reference\.py -->\n).*?(<!-- end -->)", re.DOTALL)


def settings() -> str:
    """The tables of settings, one per group."""
    options = {str(option.name): option for option in serve.params if option.envvar}
    parts = []
    for title, section in zip(TITLES, SECTIONS, strict=True):
        own = [options.pop(one.name) for one in fields(section) if one.name in options]
        parts.append(_table(title, own))
    return "\n".join([*parts, _table(REST, options.values())])


def _table(title: str, options: Iterable[click.Parameter]) -> str:
    rows = "".join(f"| {' | '.join(_cells(option))} |\n" for option in options)
    return f"### {title}\n\n| flag | variable | default | what |\n|---|---|---|---|\n{rows}"


def _cells(option: click.Parameter) -> Iterator[str]:
    yield f"`{flag_of(str(option.name))}`"
    yield f"`{option.envvar}`"
    yield shown(option.default if isinstance(option.default, bool | int | float | str) else None)
    yield str(getattr(option, "help", "")).replace("|", "\\|")


def metrics() -> str:
    """The table of metrics."""
    shown = Metrics()
    shown.loaded(Model("name", "1", "digest", "int8"))
    for files in ("tokens", "certificates"):
        shown.reloaded.labels(files)
    own = [family for family in shown.registry.collect() if not family.name.startswith(_OF_THE_PROCESS)]
    rows = "".join(f"| {' | '.join(_row(family))} |\n" for family in own)
    return f"| metric | type | labels | what |\n|---|---|---|---|\n{rows}"


def _row(family: Metric) -> Iterator[str]:
    labels = {name: None for sample in family.samples for name in sample.labels if name != "le"}
    yield f"`{family.name}_total`" if family.type == "counter" else f"`{family.name}`"
    yield family.type
    yield ", ".join(f"`{name}`" for name in labels)
    yield family.documentation


def _columns(listed: Iterable[Column]) -> str:
    rows = "".join(f"| {_name(one)} | {TYPES.get(one.type, one.type)} | {one.about} |\n" for one in listed)
    return f"| column | type | what |\n|---|---|---|\n{rows}"


def _name(column: Column) -> str:
    return f"`{column.name}`{'+' if column.is_of_corpus else ''}"


TYPES = {
    "int": "int64",
    "float": "double",
    "day": "date",
    "moment": "timestamp (UTC)",
    "spans": "list of {start, end}",
}
"""Parquet types with names that differ from ours."""

PARTS: dict[str, Callable[[], str]] = {
    "settings": settings,
    "metrics": metrics,
    "columns": lambda: _columns(column for column in STATEMENTS if not column.is_of_corpus),
    "documents": lambda: _columns(DOCUMENTS),
    "statements": lambda: _columns(STATEMENTS),
    "people": lambda: _columns(PEOPLE),
    "profiles": lambda: _columns(PROFILES),
}
"""The generator of each part of a page."""


def pages() -> list[Path]:
    """The pages with such tables."""
    found = [path for pattern in PAGES for path in sorted(ROOT.glob(pattern))]
    return [path for path in found if _PART.search(path.read_text("utf-8"))]


def renewed(page: str) -> str:
    """The page with its tables regenerated. Raises ValueError for an unknown table."""
    if unknown := {part[1] for part in _PART.findall(page)} - set(PARTS):
        raise ValueError(f"there are the parts {', '.join(PARTS)}, and none of the name {', '.join(sorted(unknown))}")
    return _PART.sub(lambda part: f"{part[1]}\n{PARTS[part[2]]()}\n{part[3]}", page)


def main() -> None:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description="The tables of the documentation that follow from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if something would change")
    checked = parser.parse_args().check
    for path in pages():
        page = path.read_text("utf-8")
        new = renewed(page)
        if checked and new != page:
            sys.exit(f"{path} is out of date: run make docs-tables")
        if not checked:
            path.write_text(new, "utf-8")


if __name__ == "__main__":
    main()
