"""Quotations without a cue that continue the last speaker."""

import bisect
import itertools
from collections.abc import Iterator, Sequence

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import merge
from sayso_server.core.grammar.inscription import is_inscription
from sayso_server.core.grammar.quotation import CLOSING, chain, is_title, is_utterance
from sayso_server.core.marks import Quotation
from sayso_server.core.statement import Span

_SHORTEST_IN_A_SENTENCE = 10
"""Minimum number of words in a quotation inside one of the author's sentences; shorter ones are fragments."""
_SENTENCE_ENDS = frozenset({"", ".", "!", "?", "”", '"', "’", "'", "…", "\n", "\r", ":", ")"})


def follow_on(document: Document, taken: Sequence[Span]) -> Iterator[Candidate]:
    """ "We lost two crews."   A whole sentence without a cue: the last speaker continues.

    `taken` are the contents of all other statements.
    """
    spans_taken = merge(taken)
    starts = [t.start for t in spans_taken]

    def is_free(quotation: Quotation) -> bool:
        """Whether no content overlaps a quotation."""
        i = bisect.bisect_left(starts, quotation.span.end)
        return not (i and spans_taken[i - 1].overlaps(quotation.span))

    continued: set[Quotation] = set()
    for quotation in document.outer:
        if quotation in continued or not is_free(quotation) or not _is_sentence(document, quotation):
            continue
        free = tuple(itertools.takewhile(is_free, chain(document, quotation)))
        continued.update(free)
        tree = document.tree_at(quotation.span.start)
        sentence = tree.span if tree else None
        yield Candidate(tuple(q.span for q in free), None, None, None, None, sentence=sentence, follows=True)


def _is_sentence(document: Document, quotation: Quotation) -> bool:
    """Whether a quotation is a sentence, not a title or a fragment in one of the author's sentences."""
    plain, span = document.plain, quotation.span
    text = span.of(plain).rstrip(CLOSING).rstrip()
    words = len(text.split())
    if words < 2 or (text[-1:] not in {".", "!", "?", "…", "—"} and quotation.closed) or is_title(document, quotation):
        return False
    if is_inscription(document, quotation):
        return False
    lead = plain[max(0, span.start - 3) : span.start].rstrip(" \t•*")
    if words < _SHORTEST_IN_A_SENTENCE and lead[-1:] not in _SENTENCE_ENDS:
        return False
    return is_utterance(quotation, document) and plain[span.end : span.end + 1] in {"", " ", "\n", "\r"}
