"""`make docs-rules`: docs/rules.md, the tables of rules with an example of each.

Examples of rules are those of their docstrings. Those of link rules come from the golden cases: the shortest text in
which the rule names the speaker, or decides that there is none.
"""

import inspect
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor
from sayso_server.core.rules import AFTER_CHOICE, BEFORE_CHOICE, OF_CUES, OF_DOCUMENTS, Rule
from sayso_server.core.speakers.link_rules import LINK_RULES
from sayso_server.core.statement import Extraction, Statement
from support.frozen import FrozenParser
from support.golden import CASES, GOLDEN, options_of

PAGE = Path(__file__).parents[2] / "docs/rules.md"
_TABLES: dict[str, tuple[str, Sequence[Rule[...]]]] = {
    "Before the choice": ("Nothing competes with these statements.", BEFORE_CHOICE),
    "Of a cue": ("For each cue, only the first rule that finds something proposes. From precise to loose.", OF_CUES),
    "Of a document": ("These candidates compete with those of the cues.", OF_DOCUMENTS),
    "After the choice": ("For quotations that no chosen statement has.", AFTER_CHOICE),
}
_HEAD = """# Rules

Written by `make docs-rules`; do not edit. An explanation (`explain=True`, `--explain`) names the rule that
found it, and the link rule that named its speaker. [architecture.md](architecture.md) says how they work together, and
[CONTRIBUTING.md](../CONTRIBUTING.md) how to add one.

A rule marked *certain* has a form that leaves little doubt: a low score lowers its confidence, but does not drop the
statement.
"""
_LINKS = """
## Link rules

A link rule says how a mention is linked to a speaker. Rules of a family are about the same thing. The examples are from
the golden cases: the source in brackets, and the speaker.

| link rule | family | example |
|---|---|---|
"""


def written() -> str:
    """The page."""
    return _HEAD + "".join(_of_rules()) + _LINKS + "".join(_of_links())


def _of_rules() -> Iterator[str]:
    for title, (text, rules) in _TABLES.items():
        yield f"\n## {title}\n\n{text}\n\n| rule | family | example | arcs | |\n|---|---|---|---|---|\n"
        yield from map(_row, rules)


def _row(rule: Rule[...]) -> str:
    """A row: the first line of a docstring is an example and, after spaces, its arcs or a remark."""
    first = inspect.cleandoc(rule.propose.__doc__ or "").splitlines()[0]
    example, *notes = re.split(r" {2,}", first.strip(), maxsplit=1)
    note = "".join(f"`{one}`" if "->" in one else one for one in notes)
    certain = "*certain*" if rule.certain else ""
    return f"| `{rule.name}` | {rule.family} | {_cell(example)} | {_cell(note)} | {certain} |\n"


def _of_links() -> Iterator[str]:
    examples = _examples()
    for link in LINK_RULES:
        yield f"| {link.name} | {link.family} | {_cell(examples.get(link.name, 'no golden case yet'))} |\n"


def _examples() -> dict[str, str]:
    """By link rule, the shortest text of the golden cases in which it is used, with source and speaker."""
    found: dict[str, str] = {}
    for name, case in CASES:
        extractor = Extractor(FrozenParser(GOLDEN / "trees" / f"{name}.conllu"), Model("frozen", "0", ""))
        result = extractor.extract(case.text, options_of(name))
        for statement in result.statements:
            example = _example(case.text, statement, result)
            rule = statement.speaker_rule
            if rule not in found or len(example) < len(found[rule]):
                found[rule] = example
    return found


def _example(text: str, statement: Statement, result: Extraction) -> str:
    name = next((one.display_name for one in result.speakers if one.speaker_id == statement.speaker_id), "nobody")
    if source := statement.source:
        text = f"{text[: source.start]}[{text[source.start : source.end]}]{text[source.end :]}"
    return f"{text} ⇒ {name}"


def _cell(text: str) -> str:
    """Text in a cell of a table."""
    return text.replace("\n\n", " ¶ ").replace("\n", " ↵ ").replace("|", "\\|").strip()


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
