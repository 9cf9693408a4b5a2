"""How often each rule is right: counted on annotated news, written to `core/data/precision.toml`.

A proposal is right if an annotated statement shares at least half of the characters of both (intersection over union)
and the two sources touch, or both are missing; a quotation without a cue of its own needs no source.
Proposals that match annotations of belief, wish and the like, or lie inside their contents, count as nothing.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from sayso_server import core
from sayso_server.core.choice import overlap
from sayso_server.core.statement import Span, Statement
from sayso_server.parsing.load import load_engine

HEADER = (
    "# Share of each rule's proposals whose content and source are right; made by the training stage `precision`.\n"
)


def is_right(statement: Statement, gold: list[dict[str, Any]]) -> bool | None:
    """Whether an annotation agrees; None where one that is not reported speech does, or holds the statement."""
    for annotation in gold:
        content = [Span(*pair) for pair in annotation["content"]]
        shared = overlap(statement.content, content)
        if shared >= 0.5:
            source = [Span(*pair) for pair in annotation["source"]]
            own = [statement.source] if statement.source else []
            touches = any(a.overlaps(b) for a in own for b in source) or not (own or source) or statement.cue is None
            return touches if annotation.get("speech", True) else None
        inside = all(any(c.covers(s) for c in content) for s in statement.content)
        if inside and (statement.parent_id or not annotation.get("speech", True)):
            return None
    return False


def count(options: argparse.Namespace) -> dict[str, dict[str, list[int]]]:
    """(right, all) by rule and by whether there is a source, over every `--sample`th document."""
    engine = load_engine(str(options.output))
    counts: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    with (options.annotated / "polnear-train.jsonl").open(encoding="utf-8") as lines:
        for i, line in enumerate(lines):
            if i % options.sample == 0:
                document = json.loads(line)
                for statement in engine.extract(document["text"]).statements:
                    right = is_right(statement, document["attributions"])
                    cell = counts[statement.rule]["with_source" if statement.source else "without_source"]
                    if right is not None:
                        cell[0] += right
                        cell[1] += 1
    return counts


def run(options: argparse.Namespace) -> None:
    """Count, and write the file. Rare cells are drawn towards one half."""
    counts = count(options)
    lines = [HEADER]
    for rule in sorted(counts):
        lines.append(f"[{rule}]")
        for cell in ("with_source", "without_source"):
            right, total = counts[rule][cell]
            lines.append(f"{cell} = {(right + 1) / (total + 2):.2f}  # {right} of {total}")
        lines.append("")
    path = Path(core.__file__).parent / "data" / "precision.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
