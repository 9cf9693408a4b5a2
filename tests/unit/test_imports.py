"""The core imports the standard library and itself, nothing else."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from sayso_server import core

CORE = Path(core.__file__).parent


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, at any depth of its code."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def test_the_core_imports_the_standard_library_only() -> None:
    files = sorted(CORE.rglob("*.py"))
    assert len(files) > 50
    foreign = {
        f"{path.relative_to(CORE)}: {name}"
        for path in files
        for name in imported(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith("sayso_server.core.")
    }
    assert foreign == set()
