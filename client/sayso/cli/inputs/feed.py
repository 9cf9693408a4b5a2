"""Feeds: RSS items and Atom entries."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from sayso.cli.files import Wishes
from sayso.cli.inputs.given import Given, Unreadable, moment

_TEXTS = ("encoded", "content", "description", "summary")
"""The elements with the text of an item, the longest text first."""
_BLOCK = re.compile(r"address|article|aside|blockquote|br|d[dlt]|div|figure|h[1-6]|hr|li|[ou]l|p|pre|table|tr")
_SILENT = frozenset({"script", "style"})


def read(name: str, data: bytes, wishes: Wishes) -> Iterator[Given | Unreadable]:
    """A document per item."""
    name = name or "standard input"
    try:
        root = ET.fromstring(data)
    except (ET.ParseError, ValueError, LookupError):
        yield Unreadable(name, "not well-formed XML")
        return
    items = [element for element in root.iter() if _tag(element) in {"item", "entry"}]
    if not items:
        yield Unreadable(name, "XML without RSS items or Atom entries; convert it to text")
    for number, item in enumerate(items, start=1):
        place = f"{name}:{number}"
        try:
            yield _document(place, item, wishes)
        except RecursionError:
            yield Unreadable(place, "an item with too deeply nested elements")


def _document(place: str, item: ET.Element, wishes: Wishes) -> Given | Unreadable:
    parts = {_tag(part): part for part in reversed(item)}
    texts = (plain_text(_inner(parts[tag])) for tag in _TEXTS if tag in parts)
    text = next((text for text in texts if text), "")
    if not text:
        return Unreadable(place, "an item without text")
    values = {tag: (part.text or part.get("href") or "").strip() for tag, part in parts.items()}
    return Given(
        text,
        values.get("guid") or values.get("id") or values.get("link") or place,
        title=plain_text(values.get("title", "")),
        published_at=_date(values),
        fields={name: values.get(name) for name in wishes.keep},
        is_made=True,
    )


def _date(values: Mapping[str, str]) -> datetime | None:
    try:
        found = parsedate_to_datetime(values.get("pubDate", ""))
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError:
        return moment(values.get("published") or values.get("updated") or values.get("date"))


def _tag(element: ET.Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _inner(element: ET.Element) -> str:
    """The HTML of an element: its text, or its child elements (Atom's XHTML)."""
    return (element.text or "") + "".join(ET.tostring(child, encoding="unicode") for child in element)


def plain_text(html: str) -> str:
    """The text of an HTML fragment, one line per block."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).splitlines())
    return "\n\n".join(line for line in lines if line)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += self._name(tag) in _SILENT
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= self._silent and self._name(tag) in _SILENT
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        if _BLOCK.fullmatch(self._name(tag)):
            self.parts.append("\n")

    def _name(self, tag: str) -> str:
        """The tag without its prefix: p for html:p."""
        return tag.rpartition(":")[2]
