"""A result as HTML: a table for notebooks, and the page of a report."""

from html import escape

from sayso.models import Document, Result, Statement

_MOST_ROWS = 50


def table(result: Result) -> str:
    """The statements as a table: speaker, kind, cue and text."""
    rows = "".join(_row(statement) for statement in result.statements[:_MOST_ROWS])
    left = len(result.statements) - _MOST_ROWS
    more = f"<p>… and {left} more: result.to_html(), or to_dataframe()</p>" if left > 0 else ""
    heads = "".join(f'<th style="text-align: left">{name}</th>' for name in ("speaker", "kind", "cue", "statement"))
    return f"<p>{escape(repr(result))}</p><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{more}"


def whole_page(result: Result, document: str | Document | None) -> str:
    """The page of a report. Raises ValueError if the text is missing or is not that of the result."""
    from sayso.report import page

    if isinstance(document, str):
        document = Document(document, result.document_id)
    document = document or result.document
    if document is None:
        raise ValueError("this result does not have its text: to_html(text)")
    spans = (span for statement in result.statements for span in statement.content)
    if any(document.text[span.slice] != span.text for span in spans):
        raise ValueError("this is not the text of this result: its statements are not where they should be")
    return page([(document, result)])


def _row(statement: Statement) -> str:
    who = statement.speaker_name or "?"
    cells = (who, statement.kind, str(statement.cue or ""), statement.text)
    return "<tr>" + "".join(f'<td style="text-align: left">{escape(cell)}</td>' for cell in cells) + "</tr>"
