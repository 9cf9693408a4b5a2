"""Who speaks where in the text, as a picture."""

from html import escape

from sayso.models import Result, Statement
from sayso.report.people import People, name_of

_MOST_ROWS = 12
_ROW, _LABEL, _WIDTH = 20, 200, 900
_MARGIN = 6


def plot(key: str, text: str, result: Result, people: People) -> str:
    """A row per speaker, a bar per stretch of text; each bar leads to its statement. Empty without statements."""
    if not result.statements:
        return ""
    rows: dict[str, list[Statement]] = {}
    for statement in result.statements:
        rows.setdefault(name_of(statement), []).append(statement)
    shown = sorted(rows, key=lambda name: -len(rows[name]))[:_MOST_ROWS]
    shown.sort(key=list(rows).index)
    height = len(shown) * _ROW
    drawn = "".join(
        _row(key, name, rows[name], people, top=index * _ROW, chars=len(text)) for index, name in enumerate(shown)
    )
    left = len(rows) - len(shown)
    more = f"; {left} who speak least are not shown" if left else ""
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {height}" role="group" aria-label="Who speaks where in the text">'
        f"{drawn}</svg><figcaption>Who speaks where, from the first word to the last{more}.</figcaption></figure>"
    )


def _row(key: str, name: str, statements: list[Statement], people: People, *, top: int, chars: int) -> str:
    middle = top + _ROW // 2
    label = name if len(name) <= 30 else name[:29] + "…"
    bars = "".join(_bars(key, statement, people, top=top, chars=chars) for statement in statements)
    return (
        f'<text x="{_LABEL - 8}" y="{middle + 4}" text-anchor="end">{escape(label)}</text>'
        f'<line x1="{_LABEL}" y1="{middle}" x2="{_WIDTH}" y2="{middle}"/>{bars}'
    )


def _bars(key: str, statement: Statement, people: People, *, top: int, chars: int) -> str:
    identifier = f"{key}-{statement.statement_id}"
    scale = (_WIDTH - _LABEL) / max(1, chars)
    rectangles = "".join(
        f'<rect x="{_LABEL + span.start * scale:.1f}" y="{top + _MARGIN // 2}" '
        f'width="{max(2.0, (span.end - span.start) * scale):.1f}" height="{_ROW - _MARGIN}" rx="2"/>'
        for span in statement.content
    )
    title = escape(f"{name_of(statement)}: {statement.text[:80]}")
    return (
        f'<a href="#{identifier}" tabindex="-1" class="{people.classes(statement)}" data-s="{identifier}" '
        f'data-p="{people.key(name_of(statement))}" data-k="{statement.kind}"><title>{title}</title>{rectangles}</a>'
    )
