"""Binary features of a candidate from the roles of words: what the tagger says of its content, source and cue."""

import bisect
from collections.abc import Collection, Sequence

from sayso_server.core.candidate import Candidate
from sayso_server.core.grammar.tagger import thresholds
from sayso_server.core.selection.links import likelier, likely, neutral, roughly
from sayso_server.core.selection.words import Words


def of_roles(candidate: Candidate, places: Sequence[range], flat: Sequence[int], words: Words) -> list[str]:
    """The features of roles. `places`, `flat`: words of the content."""
    roles, rule = words.roles, candidate.rule
    apart = neutral(candidate, words)
    inside = [roles[i].content for i in flat]
    mean = sum(inside) / len(inside)
    out = [
        f"content.role={likely(mean)}",
        f"content.role={likely(mean)} rule={rule}",
        f"content.role.least={likely(min(inside))}",
        f"content.role.first={likely(inside[0])}",
        f"content.role.last={likely(inside[-1])}",
    ]
    for name, run in (("first", places[0]), ("last", places[-1])):
        if run:
            previous = _role_near(run.start, -1, words, apart)
            following = _role_near(run.stop - 1, 1, words, apart)
            inner = roles[run.start if name == "first" else run.stop - 1].content
            outer = previous if name == "first" else following
            out += [
                f"{name}.before.role={likely(previous)}",
                f"{name}.after.role={likely(following)}",
                f"{name}.edge={likelier(inner - outer)}",
                f"{name}.begins={likely(max([roles[i].begins for i in run[:3]]))}",
            ]
    least = thresholds().likely
    begun = sum([roles[i].begins >= least for i in flat])
    out.append(f"contents.begun={min(begun, 4)} spans={min(3, len(candidate.content))}")
    return out + _of_source(candidate, words) + _of_cue(candidate, mean, flat, words)


def _role_near(place: int, by: int, words: Words, apart: Collection[int]) -> float:
    """The probability that the word next to a content is content; 0 if it counts neither way."""
    i = words.near(place, by)
    return words.roles[i].content if i is not None and i not in apart else 0.0


def _of_source(candidate: Candidate, words: Words) -> list[str]:
    head = candidate.source_head
    if head is None or candidate.source is None:
        return []
    best, own = (max([words.roles[i].source for i in words.within(s)], default=0.0) for s in (candidate.source, head))
    return [f"source.role={likely(best)}", f"source.head.role={likely(own)}"]


def _of_cue(candidate: Candidate, mean: float, flat: Sequence[int], words: Words) -> list[str]:
    """The tagger's features of the cue; `mean` is the mean content probability of the words of the content."""
    site = candidate.site
    if site is None:
        return []
    own = [site.tree.roles[w.index] for w in site.words]
    cue = likely(max([r.cue for r in own]))
    return [
        f"cue.role={cue}",
        f"cue.role={cue} rule={candidate.rule}",
        f"cue.role={cue} content.role={roughly(mean)}",
        f"cue.content.role={likely(max([r.content for r in own]))}",
        f"cues.between={min(3, _cues_between(candidate, flat, words))}",
    ]


def _cues_between(candidate: Candidate, flat: Sequence[int], words: Words) -> int:
    """The number of other cues that the tagger sees between the content and the cue, or in the gaps of the content."""
    assert candidate.site is not None
    own = {bisect.bisect_left(words.starts, w.start) for w in candidate.site.words}
    low, high = min(flat[0], *own), max(flat[-1], *own)
    content = set(flat)
    cues = words.cues
    near = cues[bisect.bisect_left(cues, low) : bisect.bisect_right(cues, high)]
    return sum(i not in content and not any(abs(i - j) <= 3 for j in own) for i in near)
