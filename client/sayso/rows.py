"""Results as flat rows: one per statement, for spreadsheets and data frames."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sayso.models import Result, Span, Statement

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "document_id",
    "statement_id",
    "kind",
    "speaker",
    "speaker_type",
    "speaker_role",
    "speaker_external_id",
    "speaker_candidates",
    "source",
    "cue",
    "cue_lemma",
    "cue_class",
    "polarity",
    "text",
    "start",
    "end",
    "addressees",
    "medium",
    "time",
    "said_on",
    "confidence",
    "speaker_confidence",
    "paragraph_index",
    "parent_id",
    "continued_id",
    "labels",
)
"""Names of the columns, in order. `text` joins the spans of an interrupted statement by " … "; `start` and `end` are
the first and the last of their offsets, in code points. `speaker_candidates` are the external ids of the known speakers
who fit equally; `said_on` is a day in the form of ISO 8601; `labels` are those of the document, as a JSON object. What
a statement has not is empty."""


def rows(result: Result) -> list[dict[str, Any]]:
    """One row per statement, in the order of the text; the keys are COLUMNS."""
    labels = json.dumps(dict(result.labels), ensure_ascii=False, sort_keys=True) if result.labels else ""
    return [_row(result.document_id, statement) | {"labels": labels} for statement in result.statements]


def to_dataframe(results: Iterable[Result]) -> "pd.DataFrame":
    """The statements of all results as a pandas DataFrame. Raises ImportError without the extra `dataframe`."""
    try:
        import pandas as pd
    except ImportError:
        raise ImportError("to_dataframe needs pandas: pip install pandas", name="pandas") from None
    return pd.DataFrame([row for result in results for row in rows(result)], columns=list(COLUMNS))


def _row(document_id: str, statement: Statement) -> dict[str, Any]:
    speaker, cue = statement.speaker, statement.cue
    return {
        "document_id": document_id,
        "statement_id": statement.statement_id,
        "kind": str(statement.kind),
        "speaker": speaker.name if speaker else "",
        "speaker_type": str(speaker.type) if speaker else "",
        "speaker_role": speaker.role if speaker else "",
        "speaker_external_id": speaker.external_id if speaker else "",
        "speaker_candidates": "; ".join(one.external_id for one in speaker.candidates) if speaker else "",
        "source": statement.source.text if statement.source else "",
        "cue": cue.text if cue else "",
        "cue_lemma": cue.lemma if cue else "",
        "cue_class": str(cue.cue_class) if cue else "",
        "polarity": str(statement.polarity),
        "text": " … ".join(span.text for span in statement.content),
        "start": statement.content[0].start,
        "end": statement.content[-1].end,
        "addressees": _joined(statement.addressees),
        "medium": _joined(statement.medium),
        "time": _joined(statement.time),
        "said_on": statement.said_on.isoformat() if statement.said_on else "",
        "confidence": statement.confidence,
        "speaker_confidence": statement.speaker_confidence,
        "paragraph_index": statement.paragraph_index,
        "parent_id": statement.parent_id or "",
        "continued_id": statement.continued_id or "",
    }


def _joined(spans: Iterable[Span]) -> str:
    return "; ".join(span.text for span in spans)
