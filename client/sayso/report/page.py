"""The page as a whole. Whatever comes from a document is escaped, and the page's own policy lets nothing else run."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template

from sayso.models import Document, Kind, Result
from sayso.report.article import article, counted, heading
from sayso.report.people import People

_KINDS = (Kind.DIRECT, Kind.MIXED, Kind.INDIRECT)


def page(documents: Sequence[tuple[Document, Result]]) -> str:
    """A self-contained HTML page with texts and their statements.

    Each result must be that of its document. Where it has explanations, the page shows which rules found what.
    """
    people = People([result for _, result in documents])
    style, script = _resource("page.css"), _resource("page.js")
    return Template(_resource("page.html")).substitute(
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'",
        title=escape(_title(documents)),
        style=style,
        script=script,
        people="".join(f'<option value="{people.key(name)}">{escape(name)}</option>' for name in people.names),
        kinds="".join(
            f'<label><input type="checkbox" name="kind" value="{kind}" checked> '
            f'<span class="sample {kind}">{kind}</span></label>'
            for kind in _KINDS
        ),
        count=counted(sum(len(result.statements) for _, result in documents)),
        contents=_contents(documents),
        articles="".join(
            article(f"d{number}", document, result, people) for number, (document, result) in enumerate(documents)
        ),
    )


def _contents(documents: Sequence[tuple[Document, Result]]) -> str:
    """Links to the documents, if there are several."""
    if len(documents) < 2:
        return ""
    items = "".join(
        f'<li><a href="#d{number}">{escape(heading(document))}</a> '
        f'<span class="about">{counted(len(result.statements))}</span></li>'
        for number, (document, result) in enumerate(documents)
    )
    return f'<nav aria-label="Texts"><ol>{items}</ol></nav>'


def _title(documents: Sequence[tuple[Document, Result]]) -> str:
    names = [document.title or document.document_id for document, _ in documents]
    return f"Who said what: {names[0]}" if len(names) == 1 and names[0] else "Who said what"


def _resource(name: str) -> str:
    return (files("sayso.report") / name).read_text("utf-8")


def _hash(content: str) -> str:
    """The source expression that allows exactly this inline style or script."""
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"
