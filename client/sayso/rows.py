"""Results as flat rows: one per statement, for spreadsheets and data frames."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sayso import columns
from sayso._values.results import ResultFields
from sayso._values.statements import Span, Statement

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = tuple(column.name for column in columns.STATEMENTS if not column.is_of_corpus)
"""The column names, in order; `sayso.columns` describes them. `start` and `end` are in code points; `said_on` is an
ISO 8601 date. Missing values are empty."""


def rows(result: ResultFields) -> list[dict[str, Any]]:
    """One row per statement, in the order of the text; the keys are COLUMNS."""
    labels = json.dumps(dict(result.labels), ensure_ascii=False, sort_keys=True) if result.labels else ""
    return [_row(result.document_id, statement) | {"labels": labels} for statement in result.statements]


def to_dataframe(results: Iterable[ResultFields]) -> "pd.DataFrame":
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
        "speaker_candidates": columns.BETWEEN.join(one.external_id for one in speaker.candidates) if speaker else "",
        "source": statement.source.text if statement.source else "",
        "cue": cue.text if cue else "",
        "cue_lemma": cue.lemma if cue else "",
        "cue_class": str(cue.cue_class) if cue else "",
        "polarity": str(statement.polarity),
        "text": columns.BETWEEN_SPANS.join(span.text for span in statement.content),
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
    return columns.BETWEEN.join(span.text for span in spans)
