"""The source that the links give to a cue."""

from sayso_server.core.document import Document
from sayso_server.core.grammar.circumstance import is_time
from sayso_server.core.grammar.tagger import thresholds
from sayso_server.core.links import LinkedCue
from sayso_server.core.tree import Tree, Word

_HEADS = frozenset({"PROPN", "NOUN", "PRON"})


def source_of(document: Document, cue: LinkedCue) -> tuple[Tree, Word] | None:
    """The head of a cue's linked source, and its sentence: of the run of linked words around the most certain one."""
    least = thresholds().linked_source
    likely = {start: link.source for start, link in cue.links.items() if link.source >= least}
    surest = max(likely, key=likely.__getitem__, default=None)
    tree = document.tree_at(surest) if surest is not None else None
    if tree is None:
        return None
    members = {word.index for word in tree.words if word.start in likely}
    first = last = next(word.index for word in tree.words if word.start == surest)
    while first - 1 in members:
        first -= 1
    while last + 1 in members:
        last += 1
    run = tree.words[first : last + 1]
    heads = [word for word in run if not first <= word.head <= last]
    head = next((word for word in heads if word.upos in _HEADS), heads[0])
    return None if is_time(tree, head) else (tree, head)
