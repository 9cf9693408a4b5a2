"""One document on the page: its text, its speakers, and who speaks where."""

from collections.abc import Iterable, Iterator
from html import escape

from sayso._evidence import for_and_against
from sayso.models import Document, Polarity, Result, Statement
from sayso.report.people import People, name_of
from sayso.report.plot import plot
from sayso.report.segments import Segment, paragraphs

_PLAIN = {Polarity.AFFIRMED, Polarity.UNKNOWN}
"""What is not worth saying."""


def article(key: str, document: Document, result: Result, people: People) -> str:
    """The section of a document; `key` makes its identifiers unique on the page."""
    words = f"{result.stats.words:,} words, {counted(len(result.statements))}"
    return (
        f'<section class="document" aria-labelledby="{key}"><h2 id="{key}">{escape(heading(document))}</h2>'
        f'<p class="facts">{words}</p>{_warnings(result)}{plot(key, document.text, result, people)}'
        f'<div class="columns"><div class="text" lang="en">{_text(key, document.text, result, people)}</div>'
        f'<div class="people" role="region" aria-label="Speakers">{_speakers(key, result, people)}</div></div>'
        f"{''.join(_card(key, statement, result) for statement in result.statements)}</section>\n"
    )


def heading(document: Document) -> str:
    """What a document is called."""
    return document.title or document.document_id or "Text"


def counted(statements: int) -> str:
    """So many statements, in words."""
    return "1 statement" if statements == 1 else f"{statements:,} statements"


def _warnings(result: Result) -> str:
    messages = (f"<li>{escape(warning.message)}</li>" for warning in result.warnings)
    return f'<ul class="warnings">{"".join(messages)}</ul>' if result.warnings else ""


def _text(key: str, text: str, result: Result, people: People) -> str:
    marks = _Marks(key, text, people)
    return "".join(f"<p>{''.join(marks.paragraph(segments))}</p>" for segments in paragraphs(text, result))


class _Marks:
    """Turns segments into nested marks. The first mark of a statement can be reached by keyboard and by link."""

    def __init__(self, key: str, text: str, people: People) -> None:
        self._key = key
        self._text = text
        self._people = people
        self._begun: set[str] = set()

    def paragraph(self, segments: Iterable[Segment]) -> Iterator[str]:
        """The markup of a paragraph; every mark that opens in it closes in it."""
        open_marks: tuple[Statement, ...] = ()
        for segment in segments:
            common = _common(open_marks, segment.statements)
            yield "</mark>" * (len(open_marks) - common)
            yield from (self._open(statement) for statement in segment.statements[common:])
            yield self._words(segment)
            open_marks = segment.statements
        yield "</mark>" * len(open_marks)

    def _open(self, statement: Statement) -> str:
        identifier = f"{self._key}-{statement.statement_id}"
        first = statement.statement_id not in self._begun
        self._begun.add(statement.statement_id)
        reach = f' id="{identifier}" tabindex="0" aria-describedby="{identifier}-card"' if first else ""
        return f'<mark class="{self._people.classes(statement)}"{reach} {_data(identifier, statement, self._people)}>'

    def _words(self, segment: Segment) -> str:
        words = escape(self._text[segment.start : segment.end])
        names = [name for name, holds in (("cue", segment.is_cue), ("source", segment.is_source)) if holds]
        return f'<span class="{" ".join(names)}">{words}</span>' if names else words


def _common(before: tuple[Statement, ...], after: tuple[Statement, ...]) -> int:
    """How many outer marks go on."""
    count = 0
    for one, other in zip(before, after, strict=False):
        if one is not other:
            break
        count += 1
    return count


def _data(identifier: str, statement: Statement, people: People) -> str:
    """What the filters and the cards of the page go by."""
    return f'data-s="{identifier}" data-p="{people.key(name_of(statement))}" data-k="{statement.kind}"'


def _speakers(key: str, result: Result, people: People) -> str:
    by_name: dict[str, list[Statement]] = {}
    for statement in result.statements:
        by_name.setdefault(name_of(statement), []).append(statement)
    if not by_name:
        return "<p>No statements found.</p>"
    return "".join(_speaker(key, name, statements, people) for name, statements in by_name.items())


def _speaker(key: str, name: str, statements: list[Statement], people: People) -> str:
    speaker = statements[0].speaker
    about = ", ".join(filter(None, [speaker.role, str(speaker.type)])) if speaker else "no speaker found"
    items = "".join(_item(key, statement, people) for statement in statements)
    return (
        f'<details open data-p="{people.key(name)}"><summary class="{people.classes(statements[0])}">'
        f'<span class="number">{len(statements)}</span><b>{escape(name)}</b> '
        f'<span class="about">{escape(about)}</span>'
        f"</summary><ul>{items}</ul></details>"
    )


def _item(key: str, statement: Statement, people: People) -> str:
    identifier = f"{key}-{statement.statement_id}"
    said = escape(" … ".join(span.text for span in statement.content))
    how = escape(", ".join([statement.kind, _cue(statement), f"{statement.confidence:.0%} sure"]))
    return (
        f'<li {_data(identifier, statement, people)}><a href="#{identifier}">{said}</a> '
        f'<span class="about">{how}</span></li>'
    )


def _cue(statement: Statement) -> str:
    words = f"“{statement.cue.text}”" if statement.cue else "no cue"
    return words if statement.polarity in _PLAIN else f"{words} ({statement.polarity})"


def _card(key: str, statement: Statement, result: Result) -> str:
    known = [*_facts(statement), *_why(statement, result)]
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in known if value)
    return f'<div class="card" role="tooltip" id="{key}-{statement.statement_id}-card" hidden><dl>{facts}</dl></div>'


def _facts(statement: Statement) -> Iterator[tuple[str, str]]:
    speaker, cue = statement.speaker, statement.cue
    yield "speaker", f"{speaker.name} ({statement.speaker_confidence:.0%} sure)" if speaker else "not found"
    yield "known as", speaker.external_id if speaker else ""
    yield "perhaps", "\n".join(map(str, speaker.candidates)) if speaker else ""
    yield "role", speaker.role if speaker else ""
    yield "mention", statement.source.text if statement.source else ""
    yield "kind", str(statement.kind)
    yield "cue", f"{cue.text} ({cue.lemma}; class {cue.cue_class})" if cue else ""
    yield "polarity", "" if statement.polarity in _PLAIN else str(statement.polarity)
    yield "said to", "; ".join(span.text for span in statement.addressees)
    yield "where", "; ".join(span.text for span in statement.medium)
    yield "when", "; ".join(span.text for span in statement.time)
    yield "confidence", f"{statement.confidence:.0%}"


def _why(statement: Statement, result: Result) -> Iterator[tuple[str, str]]:
    explanation = statement.explanation
    if explanation is None:
        return
    supporting, opposing = for_and_against(explanation.evidence)
    yield "found by", explanation.rule
    yield "for it", "\n".join(supporting)
    yield "against it", "\n".join(opposing)
    yield "speaker by", explanation.speaker_rule
    supporting, opposing = for_and_against(explanation.speaker_evidence)
    yield "for the speaker", "\n".join(supporting)
    yield "against the speaker", "\n".join(opposing)
    names = {speaker.speaker_id: speaker.name for speaker in result.speakers}
    others = [
        f"{names[one.speaker_id]} ({one.confidence:.0%})" for one in explanation.alternatives if one.speaker_id in names
    ]
    yield "or else", ", ".join(others)
