"""A plot of who speaks where in the text. Names are HTML, so that they stay readable in a narrow window."""

from html import escape

from sayso.models import Result, Statement
from sayso.report.people import People, name_of

_MOST_ROWS = 12
_WIDTH, _HEIGHT = 1000, 10
"""The size of a row's view box; the row is stretched to the available width."""
_LEAST = 4


def plot(key: str, text: str, result: Result, people: People) -> str:
    """A row per speaker, a bar per span of text; each bar links to its statement. Empty without statements."""
    if not result.statements:
        return ""
    rows: dict[str, list[Statement]] = {}
    for statement in result.statements:
        rows.setdefault(name_of(statement), []).append(statement)
    shown = sorted(rows, key=lambda name: -len(rows[name]))[:_MOST_ROWS]
    shown.sort(key=list(rows).index)
    drawn = "".join(_row(key, name, rows[name], people, chars=len(text)) for name in shown)
    left = len(rows) - len(shown)
    more = f"; the {left} least frequent speakers are not shown" if left else ""
    return (
        f'<figure class="plot">{drawn}'
        f"<figcaption>Who speaks where, from the first word to the last{more}.</figcaption></figure>"
    )


def _row(key: str, name: str, statements: list[Statement], people: People, *, chars: int) -> str:
    bars = "".join(_bars(key, statement, people, chars=chars) for statement in statements)
    places = ", ".join(f"{one.content[0].start / max(1, chars):.0%}" for one in statements)
    return (
        f'<div class="row" data-p="{people.key(name)}"><span class="name" title="{escape(name)}">{escape(name)}</span>'
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="speaks at {places} of the text">{bars}</svg></div>'
    )


def _bars(key: str, statement: Statement, people: People, *, chars: int) -> str:
    identifier = f"{key}-{statement.statement_id}"
    scale = _WIDTH / max(1, chars)
    rectangles = "".join(
        f'<rect x="{min(span.start * scale, _WIDTH - _LEAST):.1f}" y="0" '
        f'width="{max(_LEAST, (span.end - span.start) * scale):.1f}" height="{_HEIGHT}"/>'
        for span in statement.content
    )
    title = escape(f"{name_of(statement)}: {statement.text[:80]}")
    return (
        f'<a href="#{identifier}" tabindex="-1" class="{people.classes(statement)}" data-s="{identifier}" '
        f'data-p="{people.key(name_of(statement))}" data-k="{statement.kind}"><title>{title}</title>{rectangles}</a>'
    )
