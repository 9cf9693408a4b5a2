"""Headlines that open with a quotation: ‘We were lied to’: families demand answers"""

from collections.abc import Iterator, Sequence

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.headlines import headlines
from sayso_server.core.grammar.label import labelled
from sayso_server.core.grammar.noun_phrase import is_human, mention
from sayso_server.core.grammar.quotation import is_utterance
from sayso_server.core.lexicon import load_words
from sayso_server.core.tree import Word


def quotation_headline(document: Document) -> Iterator[Candidate]:
    """‘We were lied to’: families demand answers   demand -nsubj-> families: the subject after the colon has spoken."""
    for line in headlines(document):
        quotation = document.quotation_at(line.words[0].start)
        if quotation is None or not is_utterance(quotation, document):
            continue
        rest = [w for w in line.words if w.start >= quotation.span.end]
        if len(rest) < 3 or rest[0].text != ":":
            continue
        tree = document.tree_at(rest[1].start)
        actor = _actor(document, rest[1:])
        if tree is not None and actor is not None:
            source = mention(tree, actor, document.plain)
            yield from labelled(document, quotation.span, source, name=actor.span)


def _actor(document: Document, words: Sequence[Word]) -> Word | None:
    """The subject of the clause, if its phrase opens the clause and it can speak."""
    subject = next((w for w in words if w.relation == "nsubj"), None)
    if subject is None or document.label_of(subject.span) == "LOC":
        return None
    before = words[: words.index(subject)]
    is_phrase = all(w.upos in {"DET", "ADJ", "NOUN", "PROPN", "NUM", "PART"} for w in before)
    speaks = is_human(subject) or subject.lemma.lower() in load_words("people")
    return subject if is_phrase and speaks else None
