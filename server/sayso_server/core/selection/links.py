"""Binary features of a candidate from attribution links: words linked to its cue, inside and outside its content."""

import bisect
from collections.abc import Callable, Sequence

from sayso_server.core.candidate import Candidate
from sayso_server.core.grammar.tagger import thresholds
from sayso_server.core.links import LinkedCue
from sayso_server.core.selection.words import Words

Bins = Callable[[float], str]


def bins(*edges: float) -> Bins:
    """A function that names the bin of a number by its lower edge."""
    names = ("0", *map(str, edges))
    return lambda figure: names[bisect.bisect_right(edges, figure)]


likely = bins(0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99)
roughly = bins(0.1, 0.5, 0.9)
"""Bins for probabilities."""

likelier = bins(-0.5, -0.2, -0.05, -0.01, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
"""Bins for the difference between the first or last word of a content and the word next to it outside."""

expected = bins(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
"""Bins for the expected intersection over union."""

left = bins(0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
"""Bins for the share of linked words that a candidate leaves out."""

NEAR = 2
"""Words around a cue in which to look for its head word: has | long | claimed."""


def of_links(candidate: Candidate, places: Sequence[range], flat: Sequence[int], words: Words) -> list[str]:
    """The features from links; none if the models have no links. `places`, `flat`: indices of the content's words."""
    if not (words.linked or words.has_roles):
        return []
    cue, rule = _cue_of(candidate, flat, words), candidate.rule
    best = [words.outermost.get(words.starts[i]) for i in flat]
    own = cue.word.start if cue is not None else None
    rivals: dict[int, float] = {}
    for found in best:
        if found is not None and found[0] != own:
            rivals[found[0]] = rivals.get(found[0], 0.0) + found[1]
    rival = max(rivals.values(), default=0.0) / len(flat)
    out = [f"link.rival={likely(rival)}"]
    if cue is None:
        return [*out, "link.cue=none", f"link.cue=none rule={rule}"]
    apart = neutral(candidate, words)
    shares = [_share(cue, i, words) for i in flat]
    inside, every = sum(shares), cue.shares - sum(_share(cue, i, words) for i in apart)
    agreement = inside / max(1.0, len(flat) + every - inside)
    mean = inside / len(flat)
    scope = sum(link.scope for i in flat if (link := cue.links.get(words.starts[i])) is not None) / len(flat)
    out += [
        f"link.cue={likely(cue.likely)}",
        f"link.cue={likely(cue.likely)} rule={rule}",
        f"link.agreement={expected(agreement)}",
        f"link.agreement={expected(agreement)} rule={rule}",
        f"link.agreement={expected(agreement)} link.cue={roughly(cue.likely)}",
        f"link.share={likely(mean)}",
        f"link.share={likely(mean)} rule={rule}",
        f"link.scope={likely(scope)}",
        f"link.left={left(1 - inside / every if every else 1.0)}",
        f"link.rival={likely(rival)} link.share={roughly(mean)}",
    ]
    for name, run, end in (("first", places[0], 0), ("last", places[-1], -1)):
        if run:
            inner = run[end]
            outer = words.near(inner, -1 if end == 0 else 1)
            is_apart = outer is None or outer in apart
            edge = _share(cue, inner, words) - (0.0 if is_apart or outer is None else _share(cue, outer, words))
            out.append(f"link.{name}.edge={likelier(edge)}")
    return out + _of_source(candidate, cue, words)


def neutral(candidate: Candidate, words: Words) -> set[int]:
    """The words that count neither for nor against a content, because annotations draw its border elsewhere.

    These are the addressees (urged | the embassy | to reconsider), which annotations include in the content, and, for a
    rule that is sure of its ends, all other words of the sentence.
    """
    out = {i for span in candidate.addressees for i in words.within(span)}
    if candidate.is_firm and candidate.site is not None:
        content = {i for span in candidate.content for i in words.within(span)}
        out |= set(words.within(candidate.site.tree.span)) - content
    return out


def _share(cue: LinkedCue, place: int, words: Words) -> float:
    link = cue.links.get(words.starts[place])
    return link.share if link is not None else 0.0


def _of_source(candidate: Candidate, cue: LinkedCue, words: Words) -> list[str]:
    """How strongly the source is linked to the cue, and whether the candidate leaves out words linked as source."""
    least = thresholds().linked_source
    linked = {start: link.source for start, link in cue.links.items() if link.source >= least}
    if candidate.source is None or candidate.source_head is None:
        return [f"link.source=none missed={bool(linked)}"]
    own = cue.links.get(candidate.source_head.start)
    figure = own.source if own is not None else 0.0
    is_missed = any(not candidate.source.start <= start < candidate.source.end for start in linked)
    return [f"link.source={likely(figure)}", f"link.source={roughly(figure)} missed={is_missed}"]


def _cue_of(candidate: Candidate, flat: Sequence[int], words: Words) -> LinkedCue | None:
    """The likely cue that matches the candidate's cue; without a cue, the one with most of the content."""
    if candidate.site is None:
        sums: dict[int, float] = {}
        for i in flat:
            found = words.outermost.get(words.starts[i])
            if found is not None:
                sums[found[0]] = sums.get(found[0], 0.0) + found[1]
        return words.linked[max(sums, key=sums.__getitem__)] if sums else None
    own = [words.linked[w.start] for w in candidate.site.words if w.start in words.linked]
    if not own:
        at = bisect.bisect_left(words.starts, candidate.site.head.start)
        near = (words.near(at, by) for by in range(-NEAR, NEAR + 1))
        least = thresholds().cue
        starts = [words.starts[i] for i in near if i is not None and words.roles[i].cue >= least]
        own = [words.linked[start] for start in starts if start in words.linked]
    return max(own, key=lambda cue: cue.likely, default=None)
