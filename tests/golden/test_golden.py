"""Every golden case: the statements that come out are exactly those in brackets."""

from pathlib import Path

import pytest
from support.bracket import Case, Rendition, read_cases, write_line
from support.frozen import FrozenParser

from sayso_server.core.pipeline import Extractor, Model
from sayso_server.core.statement import Extraction, Statement

HERE = Path(__file__).parent
CASES = [(path.stem, case) for path in sorted((HERE / "cases").glob("*.md")) for case in read_cases(path)]


def rendition(statement: Statement, facts: int, extraction: Extraction) -> Rendition:
    """A statement as the case files write it, with as many facts as the case asks for."""
    speaker = next((s for s in extraction.speakers if s.speaker_id == statement.speaker_id), None)
    known = (
        speaker.display_name if speaker else "-",
        speaker.type.value if speaker else "-",
        statement.kind.value,
        statement.polarity.value,
    )
    roles = {
        "content": statement.content,
        "source": (statement.source,) if statement.source else (),
        "cue": statement.cue.spans if statement.cue else (),
        "to": statement.addressees,
    }
    spans = tuple((role, tuple((s.start, s.end) for s in found)) for role, found in roles.items() if found)
    return Rendition(spans, known[:facts])


def compare(case: Case, extraction: Extraction) -> tuple[list[str], list[str]]:
    """(expected, found) as lines; equal where the case holds. Statements beyond the expected have all facts."""
    facts = [len(r.facts) for r in case.statements]
    found = [rendition(s, facts[i] if i < len(facts) else 4, extraction) for i, s in enumerate(extraction.statements)]
    return [write_line(case.text, r) for r in case.statements], [write_line(case.text, r) for r in found]


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case.title}" for name, case in CASES])
def test_case(name: str, case: Case) -> None:
    extractor = Extractor(FrozenParser(HERE / "trees" / f"{name}.conllu"), Model("frozen", "0", ""))
    expected, found = compare(case, extractor.extract(case.text))
    assert found == expected
