"""One document on the page: its text, its speakers, and a plot of who speaks where."""

import re
from collections.abc import Iterable, Iterator
from html import escape

from sayso._warnings import grouped
from sayso.models import Document, Polarity, Result, Span, Statement
from sayso.report.card import card
from sayso.report.people import WEAK, People, name_of
from sayso.report.plot import plot
from sayso.report.segments import LINE_BREAK, Segment, paragraphs
from sayso.report.why import percent

_PLAIN = {Polarity.AFFIRMED, Polarity.UNKNOWN}
"""Polarities that are not shown."""
_WORD = re.compile(r"\S*\w\S*")
_EXCERPT = 40
"""Characters of the text shown with a warning; a warning about more than these is about the whole text."""


def article(key: str, document: Document, result: Result, people: People) -> str:
    """The section of a document; `key` makes its identifiers unique on the page."""
    text = document.text
    return (
        f'<section class="document" aria-labelledby="{key}"><h2 id="{key}">{escape(heading(document))}</h2>'
        f'<p class="facts">{_facts(document, result)}</p>{_warnings(result, text)}'
        f'<div class="columns"><div class="text" lang="en" data-d="{key}">{_text(key, text, result, people)}</div>'
        f'<div class="side">{plot(key, text, result, people)}'
        f'<div class="people" role="region" aria-label="Speakers">{_speakers(key, result, people)}</div></div></div>'
        f"{''.join(card(key, statement, result, text, people) for statement in result.statements)}</section>\n"
    )


def heading(document: Document) -> str:
    """The heading of a document."""
    return document.title or document.document_id or "Text"


def counted(count: int, name: str = "statement") -> str:
    """A count with its noun: "1 statement", "2 statements"."""
    return f"1 {name}" if count == 1 else f"{count:,} {name}s"


def words_of(text: str) -> int:
    """The number of words as word processors count them: anything between spaces with a letter or a digit."""
    return len(_WORD.findall(text))


def _facts(document: Document, result: Result) -> str:
    speakers = {one.speaker.speaker_id for one in result.statements if one.speaker}
    day = document.published_at
    published = f", published on {day.day} {day:%B %Y}" if day else ""
    return escape(
        f"{counted(words_of(document.text), 'word')}, {counted(len(result.statements))} "
        f"by {counted(len(speakers), 'speaker')}{published}"
    )


def _warnings(result: Result, text: str) -> str:
    """A line for each kind of warning, with the beginnings of the places."""
    lines: list[str] = []
    for message, spans in grouped(result.warnings).items():
        begun = [escape(_beginning(text, span)) for span in spans if len(span.text) < _EXCERPT]
        lines.append(f"<li>{escape(message)}{': ' if begun else ''}{' · '.join(begun)}</li>")
    return f'<ul class="warnings">{"".join(lines)}</ul>' if lines else ""


def _beginning(text: str, span: Span) -> str:
    """The text from a place to the end of its line, at most."""
    line = LINE_BREAK.split(text[span.start : span.start + _EXCERPT], maxsplit=1)[0]
    return f"{line}…" if len(line) == _EXCERPT else line


def _text(key: str, text: str, result: Result, people: People) -> str:
    marks = _Marks(key, text, people)
    return "".join(
        f'<p data-start="{segments[0].start}">{"".join(marks.paragraph(segments))}</p>'
        for segments in paragraphs(text, result)
    )


class _Marks:
    """Turns segments into nested marks. The first mark of a statement is focusable and a link target."""

    def __init__(self, key: str, text: str, people: People) -> None:
        self._key = key
        self._text = text
        self._people = people
        self._begun: set[str] = set()

    def paragraph(self, segments: Iterable[Segment]) -> Iterator[str]:
        """The markup of a paragraph; marks never cross paragraphs."""
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
        number = self._people.number(statement)
        reach = (
            f' id="{identifier}" tabindex="0" aria-describedby="{identifier}-why" data-n="{number}"' if first else ""
        )
        return f'<mark class="{self._people.classes(statement)}"{reach} {_data(identifier, statement, self._people)}>'

    def _words(self, segment: Segment) -> str:
        words = LINE_BREAK.sub("\n", escape(self._text[segment.start : segment.end]))
        roles = {"cue": segment.cue_of, "source": segment.source_of}
        names = " ".join(name for name, statements in roles.items() if statements)
        of = "".join(f' data-{name}="{self._identifiers(those)}"' for name, those in roles.items() if those)
        return f'<span class="{names}"{of}>{words}</span>' if names else words

    def _identifiers(self, statements: tuple[Statement, ...]) -> str:
        return " ".join(f"{self._key}-{one.statement_id}" for one in statements)


def _common(before: tuple[Statement, ...], after: tuple[Statement, ...]) -> int:
    """The number of outer marks that continue."""
    count = 0
    for one, other in zip(before, after, strict=False):
        if one is not other:
            break
        count += 1
    return count


def _data(identifier: str, statement: Statement, people: People) -> str:
    """The attributes used by the filters and cards of the page."""
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
        f'<span class="count">{len(statements)}</span><span class="number">{people.number(statements[0])}</span> '
        f'<b>{escape(name)}</b> <span class="about">{escape(about)}</span></summary><ul>{items}</ul></details>'
    )


def _item(key: str, statement: Statement, people: People) -> str:
    identifier = f"{key}-{statement.statement_id}"
    said = escape(" … ".join(span.text for span in statement.content))
    weak = "weak: " if statement.confidence < WEAK else ""
    how = escape(", ".join([statement.kind, _cue(statement), f"{weak}{percent(statement.confidence)} sure"]))
    return (
        f'<li {_data(identifier, statement, people)}><a href="#{identifier}">{said}</a> '
        f'<span class="about">{how}</span></li>'
    )


def _cue(statement: Statement) -> str:
    words = f"“{statement.cue.text}”" if statement.cue else "no cue"
    return words if statement.polarity in _PLAIN else f"{words} ({statement.polarity})"
