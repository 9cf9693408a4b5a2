"""The JSON data for the page's script: texts, results in the JSON of the contract, and the rows of the CSV."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sayso.models import Document, Result
from sayso.rows import COLUMNS


def data(documents: Sequence[tuple[Document, Result]], made_at: datetime) -> str:
    """The JSON, safe inside a script element: it contains no "<"."""
    held = {
        "made_at": made_at.isoformat(timespec="seconds"),
        "columns": COLUMNS,
        "documents": {f"d{number}": _document(*one) for number, one in enumerate(documents)},
    }
    return json.dumps(held, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _document(document: Document, result: Result) -> dict[str, Any]:
    return {
        "document_id": document.document_id,
        "title": document.title,
        "text": document.text,
        "result": result.to_dict(),
        "rows": {row["statement_id"]: row for row in result.rows()},
    }
