"""Web pages: trafilatura extracts text, title, author and date."""

import logging
from collections.abc import Iterator

from sayso.cli.files import Wishes
from sayso.cli.inputs.given import Given, Unreadable, moment

GENERATOR = b'<meta name="generator" content="sayso">'
_MISSING = "HTML, which needs trafilatura: pip install './client[html]' in a checkout of sayso; or convert it to text"


def read(name: str, data: bytes, wishes: Wishes) -> Iterator[Given | Unreadable]:
    """The article of a page; pages written by sayso have none."""
    if GENERATOR in data[:2000]:
        return
    try:
        from trafilatura import bare_extraction
    except ImportError:
        yield Unreadable(name or "standard input", _MISSING)
        return
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # errors are reported here
    try:
        found = bare_extraction(data, with_metadata=True, include_comments=False)
    except Exception:  # an error in one document must not stop the others
        found = None
    if not found or not found.text:
        yield Unreadable(name or "standard input", "HTML in which no article was found; convert it to text")
        return
    fields = {"byline": found.author} if found.author else {}
    published_at = moment(found.date)
    yield Given(found.text, name, title=found.title or "", published_at=published_at, fields=fields, is_made=True)
