"""Golden cases, and the notation of extractions in them."""

import csv
from pathlib import Path

from sayso_server.core.statement import CueClass, Extraction, KnownSpeaker, Options, Speaker, SpeakerType, Statement
from support.bracket import Case, Rendition, read_cases, write_line

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = [(path.stem, case) for path in sorted((GOLDEN / "cases").glob("*.md")) for case in read_cases(path)]
NAMES = [f"{name}: {case.title}" for name, case in CASES]
EVERYTHING = Options(cue_classes=frozenset(CueClass))
FACTS = 5


def _known() -> Options:
    """The known speakers of the cases. The recipes run these tests in a copy that has no client to read them with."""
    with open(GOLDEN / "known.csv", encoding="utf-8", newline="") as file:
        return Options(
            known_speakers=tuple(
                KnownSpeaker(
                    row["id"],
                    row["name"],
                    tuple(filter(None, row["aliases"].split("|"))),
                    SpeakerType(row["type"]),
                    row["role"],
                )
                for row in csv.DictReader(file)
            )
        )


KNOWN = _known()


def options_of(name: str) -> Options:
    """The default options: without beliefs and the like, and without known speakers."""
    return {"beliefs": EVERYTHING, "known": KNOWN}.get(name, Options())


def rendition(statement: Statement, facts: int, extraction: Extraction) -> Rendition:
    """A statement as the case files write it, with as many facts as the case asks for."""
    speaker = next((s for s in extraction.speakers if s.speaker_id == statement.speaker_id), None)
    known = (
        speaker.display_name if speaker else "-",
        speaker.type.value if speaker else "-",
        statement.kind.value,
        statement.polarity.value,
        *_external(speaker),
    )
    roles = {
        "content": statement.content,
        "source": (statement.source,) if statement.source else (),
        "cue": statement.cue.spans if statement.cue else (),
        "to": statement.addressees,
    }
    spans = tuple((role, tuple((s.start, s.end) for s in found)) for role, found in roles.items() if found)
    return Rendition(spans, known[:facts])


def _external(speaker: Speaker | None) -> list[str]:
    """The id of a known speaker, or those of all who fit equally."""
    candidates = [one.external_id for one in speaker.candidates] if speaker else []
    found = (speaker.external_id if speaker else "") or " or ".join(candidates)
    return [found] if found else []


def compare(case: Case, extraction: Extraction) -> tuple[list[str], list[str]]:
    """(expected, found) as lines, equal if the case passes. Unexpected statements have all facts."""
    facts = [len(r.facts) for r in case.statements]
    found = [
        rendition(s, facts[i] if i < len(facts) else FACTS, extraction) for i, s in enumerate(extraction.statements)
    ]
    return [write_line(case.text, r) for r in case.statements], [write_line(case.text, r) for r in found]
