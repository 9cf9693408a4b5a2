"""Turns of transcripts: WALLACE: Will she be there?"""

from collections.abc import Iterator
from dataclasses import replace

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.dialogue import turns
from sayso_server.core.grammar.label import labelled
from sayso_server.core.statement import Kind


def transcript_turn(document: Document) -> Iterator[Candidate]:
    """WALLACE: Will she be there?   The label is the source, the rest of the paragraph the content.

    Q and A are sources that name no one. A number after a name is a row of a table: Olin: 1,769.
    """
    for label in turns(document):
        if not any(map(str.isalpha, document.plain[label.content.start : label.content.end])):
            continue
        for found in labelled(document, label.content, label.name, Kind.DIRECT):
            yield replace(found, source_head=None) if label.is_letter else found
