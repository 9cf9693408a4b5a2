"""Gold annotations, and how well a statement agrees with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sayso_server.core.grammar.contents import overlap
from sayso_server.core.statement import Span

SAME = 0.5
"""IoU above which two contents count as the same."""


@dataclass(frozen=True)
class Annotation:
    """An annotated attribution."""

    content: tuple[Span, ...]
    cue: tuple[Span, ...]
    source: tuple[Span, ...]
    is_speech: bool

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> "Annotation":
        """From the format of the files."""
        content, cue, source = (spans(item[name]) for name in ("content", "cue", "source"))
        return cls(content, cue, source, item.get("speech", True))


def spans(pairs: Iterable[Sequence[int]]) -> tuple[Span, ...]:
    """Spans from the pairs of the files."""
    return tuple(Span(*pair) for pair in pairs)


def touch(one: Iterable[Span], other: Sequence[Span]) -> bool:
    """Whether two lists of spans share a character, or are both empty."""
    own = list(one)
    return any(a.overlaps(b) for a in own for b in other) or not (own or other)


def worth(
    content: Sequence[Span], source: Sequence[Span], cue: Sequence[Span], gold: Sequence[Annotation]
) -> float | None:
    """The IoU of content and source with the best annotation, 0 if none agrees.

    None if unknown: only outermost statements are annotated, so statements inside annotated contents cannot be judged.
    """
    best = max(gold, key=lambda g: overlap(content, g.content), default=None)
    shared = overlap(content, best.content) if best is not None else 0.0
    if best is not None and shared >= SAME:
        return shared if touch(source, best.source) else 0.0
    inside = cue or content
    if any(all(any(s.covers(own) for s in g.content) for own in inside) for g in gold):
        return None
    return 0.0
