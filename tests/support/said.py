"""Rows of the statements of a corpus, as the extraction writes them."""

from typing import Any

from sayso_server.core.statement import SpeakerType
from sayso_server.corpus.people.profiles import COLUMNS


def said(document: str, speaker: str, role: str = "", **more: Any) -> dict[str, Any]:
    """A row of the statements; `kind` is the type of the speaker."""
    return dict.fromkeys(COLUMNS) | {
        "document_id": document,
        "speaker": speaker,
        "speaker_id": more.pop("speaker_id", speaker),
        "speaker_type": str(more.pop("kind", SpeakerType.PERSON)),
        "speaker_role": role or None,
        "sentence": "",
        **more,
    }
