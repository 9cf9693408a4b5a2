"""Golden cases from gold lines, as `sayso-server corrections` writes them.

`PYTHONPATH=tests .venv/bin/python tests/golden/from_gold.py gold.jsonl >> FILE.md`

A case is a whole document; cut it down to the sentences that show the point, before `make golden`.
"""

import json
import sys
from collections.abc import Iterable
from typing import Any

from support.bracket import Rendition, write_line

_ROLES = {"content": "content", "source": "source", "cue": "cue", "to": "addressee"}


def case_of(gold: dict[str, Any]) -> str:
    """The case of a document, in bracket notation; without statements, its text alone."""
    found = [_rendition(one) for one in gold["attributions"]] or [Rendition(())]
    return "\n".join([f"## {gold['id']}", *(write_line(gold["text"], one) for one in found), ""])


def _rendition(attribution: dict[str, Any]) -> Rendition:
    spans = tuple(
        (role, tuple((start, end) for start, end in attribution[name]))
        for role, name in _ROLES.items()
        if attribution[name]
    )
    return Rendition(spans, tuple(_facts(attribution)))


def _facts(attribution: dict[str, Any]) -> Iterable[str]:
    """Name, type and kind, up to the first unknown one."""
    yield attribution["speaker"] or "-"
    for name in ("speaker_type", "kind"):
        if attribution[name] == "unknown":
            return
        yield attribution[name]


def main() -> None:
    """Print the cases of the files."""
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as lines:
            sys.stdout.writelines(case_of(json.loads(line)) + "\n" for line in lines if line.strip())


if __name__ == "__main__":
    main()
