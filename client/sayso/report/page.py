"""The whole page. Text from documents is escaped, and the page's Content-Security-Policy allows only its own script."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from importlib.resources import files
from string import Template

from sayso._wire.requests import from_document
from sayso._wire.results import from_result
from sayso.models import Document, Kind, Result
from sayso.report.article import article, counted, heading
from sayso.report.data import data
from sayso.report.people import People
from sayso.v1 import quotes_pb2 as pb

_KINDS = (Kind.DIRECT, Kind.MIXED, Kind.INDIRECT)


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and its Content-Security-Policy for the HTTP header."""

    html: str
    policy: str


def page(documents: Sequence[tuple[Document, Result]], *, made_at: datetime | None = None) -> str:
    """A self-contained HTML page with texts and their statements.

    Each result must belong to its document. If it has explanations, the page shows the rules.
    `made_at` is when the texts were read, by default now.
    """
    return _offline(documents, made_at).html


def message_page(document: pb.Document, result: pb.Result) -> Page:
    """The same page from messages of the contract. The offsets of the result must be in code points."""
    return _offline([(from_document(document), from_result(result, Result))], None)


def front_page(*, max_chars: int, wants_token: bool) -> Page:
    """The page of a server, which takes a text of at most `max_chars` characters and shows its statements.

    It posts the text to `report`, relative to its own address, and shows the content of the returned page.
    """
    style, script, asking = _resource("page.css"), _resource("page.js"), _resource("ask.js")
    form = Template(_resource("ask.html")).substitute(
        max_chars=max_chars, limit=f"{max_chars:,}", hidden="" if wants_token else "hidden"
    )
    allowed = f"{policy(style, script, asking)}; connect-src 'self'"
    html = _filled(
        [], policy=allowed, style=style, script=script, ask=form, asking=f"<script>{asking}</script>", data="{}"
    )
    return Page(html, allowed)


def policy(style: str, *scripts: str) -> str:
    """The Content-Security-Policy that allows exactly these inline styles and scripts, and no external content."""
    allowed = f"script-src {' '.join(map(_hash, scripts))}; " if scripts else ""
    return f"default-src 'none'; style-src {_hash(style)}; {allowed}img-src data:; base-uri 'none'; form-action 'none'"


def _offline(documents: Sequence[tuple[Document, Result]], made_at: datetime | None) -> Page:
    style, script = _resource("page.css"), _resource("page.js")
    made_at = made_at or datetime.now().astimezone()
    allowed = policy(style, script)
    html = _filled(
        documents,
        policy=allowed,
        style=style,
        script=script,
        data=data(documents, made_at),
        provenance=escape(_provenance([result for _, result in documents], made_at)),
    )
    return Page(html, allowed)


def _filled(documents: Sequence[tuple[Document, Result]], **parts: str) -> str:
    """The template filled with documents and parts."""
    people = People([result for _, result in documents])
    named = {
        "title": escape(_title(documents)),
        "people": "".join(f'<option value="{people.key(name)}">{escape(name)}</option>' for name in people.names),
        "kinds": "".join(
            f'<label><input type="checkbox" name="kind" value="{kind}" checked> '
            f'<span class="sample {kind}">{kind}</span></label>'
            for kind in _KINDS
        ),
        "count": counted(sum(len(result.statements) for _, result in documents)),
        "contents": _contents(documents),
        "articles": "".join(
            article(f"d{number}", document, result, people) for number, (document, result) in enumerate(documents)
        ),
    }
    return Template(_resource("page.html")).substitute({"ask": "", "asking": "", "provenance": ""} | named | parts)


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


def _provenance(results: Sequence[Result], made_at: datetime) -> str:
    """The model that read the texts, and when."""
    models = dict.fromkeys(
        f"{one.model.name} {one.model.version} (digest {one.model.digest[:12]})" for one in results if one.model.name
    )
    by = f", model {'; '.join(models)}" if models else ""
    read = f"Extracted automatically on {made_at.day} {made_at:%B %Y at %H:%M %Z}, by sayso{by}."
    return f"{read} Not checked by a person: compare with the text before you quote."


def _resource(name: str) -> str:
    return (files("sayso.report") / name).read_text("utf-8")


def _hash(content: str) -> str:
    """The source expression that allows exactly this inline style or script."""
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"
