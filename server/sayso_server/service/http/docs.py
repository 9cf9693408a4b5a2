"""The API documentation: openapi.json, and the same as a self-contained page."""

import json
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from sayso.report import Page, policy

_EXAMPLES = {
    "ExtractQuotes": {"document": {"text": "“It failed,” said Mara Olin."}, "options": {"view": "RESULT_VIEW_FULL"}},
    "BatchExtractQuotes": {"documents": [{"documentId": "a", "text": "“Yes,” said Mara Olin."}]},
    "GetServerInfo": {},
}


@cache
def openapi() -> Any:
    """The OpenAPI description of the methods."""
    return json.loads(_resource("openapi.json"))


@cache
def documentation() -> Page:
    """The documentation page."""
    described, style = openapi(), _resource("docs.css")
    html = Template(_resource("docs.html")).substitute(
        policy=policy(style),
        style=style,
        intro=_paragraphs(described["info"]["description"]),
        methods="".join(_method(path, one["post"]) for path, one in described["paths"].items()),
        schemas="".join(_schema(name, one) for name, one in described["components"]["schemas"].items()),
    )
    return Page(html, policy(style))


def _method(path: str, method: Any) -> str:
    name = method["operationId"]
    takes, gives = (
        _kind(one["content"]["application/json"]["schema"])
        for one in (method["requestBody"], method["responses"]["200"])
    )
    example = json.dumps(_EXAMPLES[name], ensure_ascii=False)
    curl = f"curl -H 'content-type: application/json' \\\n  --data '{example}' \\\n  $SAYSO{path}"
    return (
        f'<section><h3 id="{name}">{name}</h3><p><code>POST {path}</code>, {takes} to {gives}</p>'
        f"{_paragraphs(method['description'])}<pre>{escape(curl)}</pre></section>"
    )


def _schema(name: str, schema: Any) -> str:
    heading = f'<section><h3 id="{name}">{name}</h3>{_paragraphs(schema["description"])}'
    rows = "".join(_rows(schema.get("properties", {})))
    return f"{heading}{f'<table>{rows}</table>' if rows else ''}</section>"


def _rows(properties: Any) -> Iterator[str]:
    for name, one in properties.items():
        yield (
            f"<tr><th><code>{escape(name)}</code></th><td>{_kind(one)}</td>"
            f"<td>{_paragraphs(one.get('description', ''))}</td></tr>"
        )


def _kind(schema: Any) -> str:
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return f'<a href="#{name}">{name}</a>'
    if schema["type"] == "array":
        return f"list of {_kind(schema['items'])}"
    return escape(schema.get("format", schema["type"]))


def _paragraphs(text: str) -> str:
    """Converts paragraphs, lists and backticks to HTML."""
    return "".join(_paragraph(one) for one in text.split("\n\n") if one.strip())


def _paragraph(text: str) -> str:
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
    if text.startswith("- "):
        return "<ul>" + "".join(f"<li>{line.removeprefix('- ')}</li>" for line in marked.splitlines()) + "</ul>"
    return f"<p>{marked.strip()}</p>"


def _resource(name: str) -> str:
    return (files("sayso_server.service.http") / name).read_text("utf-8")
