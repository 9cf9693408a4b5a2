"""Finds the parts of a quotation in a source: the exact words, otherwise the place with the most matching words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from heapq import nlargest
from itertools import pairwise
from typing import NamedTuple

from sayso._places import Places
from sayso.checking.findings import SourcePlace
from sayso.checking.words import OF_SOURCE, words_at

FEWEST_WORDS = 3
"""Words. Shorter quotations occur in many texts by chance."""
LEAST_SHARE = 2 / 3
"""The share of a quotation's words that a place must have to count as its source."""

_MOST_PLACES = 50
"""The number of candidate places to try for a quotation."""
_MOST_WINDOWS = 5
_MOST_VOTES = 2_000
_FAR = 600
"""The next part of a quotation is looked for within this many words first, and only then everywhere."""
_NEAR = 60
"""A part that differs is looked for within this many words."""
_LONG_PART = 4
"""The minimum number of words of a part that may be anywhere."""


class Step(NamedTuple):
    """Words [first, last) of a part, and the corresponding words of the source."""

    is_same: bool
    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """The place of a part in the source, word by word."""

    start: int
    end: int
    steps: Sequence[Step]

    @property
    def same(self) -> int:
        """How many words of the part match."""
        return sum(step.last - step.first for step in self.steps if step.is_same)

    @property
    def is_exact(self) -> bool:
        return all(step.is_same for step in self.steps)


@dataclass(frozen=True, slots=True)
class Match:
    """The places of the parts of a quotation; None for a part that was not found."""

    founds: Sequence[Found | None]

    @property
    def is_exact(self) -> bool:
        return all(found and found.is_exact for found in self.founds)

    @property
    def same(self) -> int:
        return sum(found.same for found in self.founds if found)

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Sort key, greater for better matches: more matching words, then the smaller spread."""
        founds = [found for found in self.founds if found]
        return self.is_exact, self.same, founds[0].start - founds[-1].end

    def is_near(self, size: int) -> bool:
        """Whether the place has enough of the words of a quotation of `size` words."""
        return self.same >= max(FEWEST_WORDS, LEAST_SHARE * size)


class Source:
    """A text and its words, indexed by pairs of words; the rarest are looked up first."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = Places(text)
        matches = (found for found in OF_SOURCE.finditer(text) if found.lastgroup == "word")
        self._words = [word for found in matches for word in words_at(found)]
        self._folded = [word.folded for word in self._words]
        self._at: dict[str, list[int]] = {}
        for position, word in enumerate(self._folded):
            self._at.setdefault(word, []).append(position)
        self._pairs: dict[tuple[str, str], list[int]] = {}
        for position, pair in enumerate(pairwise(self._folded)):
            self._pairs.setdefault(pair, []).append(position)

    def between(self, start: int, end: int) -> str:
        """The text of the words [start, end)."""
        return self._text[self._words[start].start : self._words[end - 1].end] if start < end else ""

    def place(self, start: int, end: int) -> SourcePlace:
        """The place of the words [start, end)."""
        first, last = self._words[start].start, self._words[end - 1].end
        return SourcePlace(first, last, *self._lines.of(first))

    def find(self, parts: Sequence[Sequence[str]]) -> Match | None:
        """The best place of a quotation: the longest part is placed first, then the parts before and after it."""
        if not parts or not self._words:
            return None
        anchor = max(range(len(parts)), key=lambda index: len(parts[index]))
        best: Match | None = None
        for found in self._candidates(parts[anchor]):
            match = self._extended(parts, anchor, found)
            if best is None or match.rank > best.rank:
                best = match
        return best

    def _candidates(self, part: Sequence[str]) -> list[Found]:
        exact = self._exact(part, 0, len(self._words))
        if exact:
            return [_whole(part, start) for start in exact[:_MOST_PLACES]]
        slack = len(part) // 2 + 5
        windows = ((start - slack, start + len(part) + slack) for start in self._likely_starts(part))
        return [found for window in windows if (found := self._aligned(part, *window))]

    def _extended(self, parts: Sequence[Sequence[str]], anchor: int, found: Found) -> Match:
        founds: list[Found | None] = [None] * len(parts)
        founds[anchor] = found
        end = found.end
        for index in range(anchor + 1, len(parts)):
            founds[index] = following = self._after(parts[index], end)
            end = following.end if following else end
        start = found.start
        for index in range(anchor - 1, -1, -1):
            founds[index] = preceding = self._before(parts[index], start)
            start = preceding.start if preceding else start
        return Match(founds)

    def _after(self, part: Sequence[str], end: int) -> Found | None:
        """The place of a part of a quotation; the previous part ends at `end`."""
        starts = self._exact(part, end, len(self._words) if len(part) >= _LONG_PART else end + _FAR)
        return _whole(part, starts[0]) if starts else self._near(part, end, end + len(part) + _NEAR)

    def _before(self, part: Sequence[str], start: int) -> Found | None:
        """The place of a part of a quotation; the next part starts at `start`."""
        starts = self._exact(part, 0 if len(part) >= _LONG_PART else start - _FAR, start)
        return _whole(part, starts[-1]) if starts else self._near(part, start - len(part) - _NEAR, start)

    def _near(self, part: Sequence[str], low: int, high: int) -> Found | None:
        found = self._aligned(part, low, high)
        return found if found and found.same >= LEAST_SHARE * len(part) else None

    def _exact(self, part: Sequence[str], low: int, high: int) -> list[int]:
        """The positions in [low, high) where the words of a part occur in sequence."""
        rarest = min(range(len(part)), key=lambda index: len(self._at.get(part[index], ())))
        starts = (position - rarest for position in self._at.get(part[rarest], ()))
        last = high - len(part)
        wanted = list(part)
        return [
            start
            for start in starts
            if max(low, 0) <= start <= last and self._folded[start : start + len(part)] == wanted
        ]

    def _likely_starts(self, part: Sequence[str]) -> list[int]:
        """Likely start positions of a part that differs, voted by its words and pairs of words, weighted by rarity."""
        hits: list[tuple[int, list[int]]] = []
        for index, word in enumerate(part):
            hits.append((index, self._at.get(word, [])))
        for index, pair in enumerate(pairwise(part)):
            hits.append((index, self._pairs.get(pair, [])))
        width = max(len(part) // 4, 4)
        votes: dict[int, float] = defaultdict(float)
        left = _MOST_VOTES
        for index, positions in sorted(hits, key=lambda hit: len(hit[1])):
            if left <= 0:
                break
            for position in positions[:left]:
                votes[(position - index) // width] += 1 / len(positions)
            left -= len(positions)
        return [bucket * width for bucket in nlargest(_MOST_WINDOWS, votes, key=lambda bucket: votes[bucket])]

    def _aligned(self, part: Sequence[str], low: int, high: int) -> Found | None:
        """A part aligned with the words [low, high) of the source: the steps from its first word to its last."""
        low, high = max(low, 0), min(high, len(self._words))
        matcher = SequenceMatcher(None, self._folded[low:high], part, autojunk=False)
        blocks = _together([(a + low, b, size) for a, b, size in matcher.get_matching_blocks() if size])
        if not blocks:
            return None
        (first, ahead, _), (a, b, size) = blocks[0], blocks[-1]
        behind = len(part) - b - size
        start = first - self._reach(part[:ahead], first, low, -1)
        end = a + size + self._reach(part[len(part) - behind :], a + size, high, 1)
        steps: list[Step] = []
        at, index = start, 0
        for a, b, size in [*blocks, (end, len(part), 0)]:
            if at < a or index < b:
                is_same = "".join(self._folded[at:a]) == "".join(part[index:b])
                steps.append(Step(is_same, index, b, at, a))
            if size:
                steps.append(Step(True, b, b + size, a, a + size))
            at, index = a + size, b + size
        return Found(start, end, steps)

    def _reach(self, rest: Sequence[str], border: int, limit: int, step: int) -> int:
        """How many words of the source match the rest of a part, before (-1) or after (1) the matching words.

        As many as the rest has, unless the same letters are split differently: "infra-", "structure".
        """
        most = abs(limit - border)
        for count in range(1, min(len(rest) + 3, most + 1)):
            words = self._folded[border : border + count] if step > 0 else self._folded[border - count : border]
            if "".join(words) == "".join(rest):
                return count
        return min(len(rest), most)


def _whole(part: Sequence[str], start: int) -> Found:
    end = start + len(part)
    return Found(start, end, [Step(True, 0, len(part), start, end)])


def _together(blocks: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The longest run of matching words, and the neighbouring runs that are close enough for their length."""
    if not blocks:
        return []
    core = max(range(len(blocks)), key=lambda index: blocks[index][2])
    first, last = core, core
    while first and _belongs(blocks[first - 1], blocks[first], blocks[first - 1][2]):
        first -= 1
    while last + 1 < len(blocks) and _belongs(blocks[last], blocks[last + 1], blocks[last + 1][2]):
        last += 1
    return list(blocks[first : last + 1])


def _belongs(left: tuple[int, int, int], right: tuple[int, int, int], size: int) -> bool:
    in_source = right[0] - left[0] - left[2]
    in_part = right[1] - left[1] - left[2]
    return in_source <= in_part + 2 + 3 * size
