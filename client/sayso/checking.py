"""Quotations of an article beside the text that they are taken from: which stand there word for word, and which do not.

Words are compared, without regard to case and typography: quotation marks, dashes, hyphens, spaces, line breaks and
punctuation. What the article marks as its own does not count either: an ellipsis stands for words that are left out,
and square brackets for words that are put in. Where the same words do not stand, the place with the most of them is
looked for.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from heapq import nlargest
from itertools import pairwise
from typing import NamedTuple

from sayso._places import Places
from sayso.models import Kind, Result, Span, Statement

FEWEST_WORDS = 3
"""A shorter quotation stands in many texts by chance."""
LEAST_SHARE = 2 / 3
"""Of the words of a quotation, which a place must have to be the one that was meant."""

_MOST_PLACES = 50
"""Where the words of a quotation stand, that are tried."""
_MOST_WINDOWS = 5
_MOST_VOTES = 2_000
_FAR = 600
"""Words within which the next part of a quotation is looked for, before it is looked for everywhere."""
_NEAR = 60
"""Words within which it is looked for where it differs."""
_LONG_PART = 4
"""Words of a part that may stand anywhere."""

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_LETTER = rf"(?:[^\W_]|[\u0300-\u036f{_INVISIBLE}])"
_WORD = rf"{_LETTER}+(?:['\u2018\u2019\u02bc]{_LETTER}+|(?<=\d)[.,:](?=\d){_LETTER}+)*|[$€£¥%&]"
_DOTS = r"(?:…|\.(?:\s?\.){2,3})"
_OF_QUOTATION = re.compile(
    rf"(?P<gap>\[\s*{_DOTS}\s*\]|\(\s*{_DOTS}\s*\)|{_DOTS})"
    rf"|(?P<initial>\[[^\W_]\](?:{_WORD}))"
    rf"|(?P<insertion>{_LETTER}*\[[^\[\]]{{1,300}}\]{_LETTER}*)"
    rf"|(?P<word>{_WORD})"
)
_OF_SOURCE = re.compile(
    r"(?P<aside>\[[^\[\]\n]{1,60}\]|\((?i:laughter|laughs|applause|cheers|crosstalk|inaudible)[^()\n]{0,40}\))"
    rf"|(?P<word>{_WORD})"
)
_DROPPED = re.compile(rf"[\[\]{_INVISIBLE}]|(?<=\d),(?=\d\d\d)")
_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc", "'''")
_QUOTED = re.compile(r"“[^“”]+”|\"[^\"]+\"|«[^«»]+»|„[^„“”]+[“”]")


class Verdict(StrEnum):
    """How a quotation stands in the texts that it was looked for in."""

    VERBATIM = "verbatim"
    DIFFERS = "differs"
    NOT_FOUND = "not_found"
    TOO_SHORT = "too_short"
    """One or two words, which stand there, perhaps by chance."""


class DifferenceKind(StrEnum):
    """What a piece of a quotation is to the source."""

    SAME = "same"
    REPLACED = "replaced"
    ADDED = "added"
    """Words of the quotation that the source has not."""
    LEFT_OUT = "left_out"
    """Words of the source that the quotation has not, and does not say so."""
    ELLIPSIS = "ellipsis"
    """The quotation says that it leaves words out."""
    INSERTION = "insertion"
    """The quotation says, by square brackets, that these words are not the speaker's."""
    INTERRUPTION = "interruption"
    """Where "she said" interrupts the quotation, the source continues with other words."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A piece of a quotation, and what stands in its place in the source."""

    kind: DifferenceKind
    quotation: str
    source: str


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """Where words stand in a source: [start, end) in code points, line and column from 1."""

    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class CheckedQuotation:
    """A quotation, and how it stands in the sources.

    `content` is where it stands in the article: more than one span where it is interrupted. `source` is the number,
    from 0, of the text that has it; None where none has. `places` are where its parts stand there, in order, and
    `differences` all of it, the same words included.
    """

    verdict: Verdict
    statement: Statement
    content: tuple[Span, ...]
    source: int | None = None
    places: tuple[SourcePlace, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def text(self) -> str:
        """The quotation; an interrupted one is joined by spaces."""
        return " ".join(span.text for span in self.content)

    @property
    def speaker(self) -> str:
        """Who is said to have said it, as far as the article tells."""
        return self.statement.speaker_name

    @property
    def is_faulty(self) -> bool:
        """Whether somebody should look at it."""
        return self.verdict in {Verdict.DIFFERS, Verdict.NOT_FOUND}


@dataclass(frozen=True, slots=True)
class Check:
    """The quotations of an article, in the order of its text."""

    quotations: tuple[CheckedQuotation, ...]

    @property
    def is_verbatim(self) -> bool:
        """Whether none differs or is missing."""
        return not any(quotation.is_faulty for quotation in self.quotations)


def check(result: Result, transcript: str | Sequence[str]) -> Check:
    """Look for the direct quotations of a result in a text, or in several.

    Quotations are the contents of direct statements and, of mixed ones, what stands in quotation marks.
    """
    return Sources([transcript] if isinstance(transcript, str) else transcript).check(result)


class Sources:
    """Texts to look for quotations in; worth keeping where several articles are checked against the same."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._sources = [_Source(text) for text in texts]

    def check(self, result: Result) -> Check:
        """Look for the direct quotations of a result."""
        return Check(tuple(self._checked(statement, content) for statement, content in _quotations(result)))

    def _checked(self, statement: Statement, content: tuple[Span, ...]) -> CheckedQuotation:
        quotation = _Quotation.of(content)
        best: _Match | None = None
        number = 0
        for index, source in enumerate(self._sources):
            match = source.find(quotation.folded)
            if match and (best is None or match.rank > best.rank):
                best, number = match, index
        is_short = quotation.size < FEWEST_WORDS
        if best is None or not (best.is_exact or best.is_near(quotation.size)):
            verdict = Verdict.NOT_FOUND if quotation.size else Verdict.TOO_SHORT
            return CheckedQuotation(verdict, statement, content)
        source = self._sources[number]
        verdict = Verdict.TOO_SHORT if is_short else Verdict.VERBATIM if best.is_exact else Verdict.DIFFERS
        places = tuple(source.place(found.start, found.end) for found in best.founds if found)
        return CheckedQuotation(
            verdict, statement, content, number, places, tuple(_differences(quotation, best, source))
        )


class _Word(NamedTuple):
    """A word as it is compared, and where it stands."""

    folded: str
    start: int
    end: int


class _Gap(NamedTuple):
    """What stands between two parts of a quotation."""

    kind: DifferenceKind
    text: str


class _Part(NamedTuple):
    """Words that must stand one after the other, and the text of the span in which they are."""

    text: str
    words: Sequence[_Word]

    def between(self, first: int, last: int) -> str:
        """The text of the words [first, last)."""
        return self.text[self.words[first].start : self.words[last - 1].end] if first < last else ""


@dataclass(frozen=True, slots=True)
class _Quotation:
    """Parts, and the gaps before each of them and after the last."""

    parts: Sequence[_Part]
    gaps: Sequence[Sequence[_Gap]]

    @property
    def size(self) -> int:
        """How many words are the speaker's."""
        return sum(len(part.words) for part in self.parts)

    @property
    def folded(self) -> list[list[str]]:
        """The words of the parts, as they are compared."""
        return [[word.folded for word in part.words] for part in self.parts]

    @classmethod
    def of(cls, content: Sequence[Span]) -> "_Quotation":
        """The quotation of spans of an article."""
        parts: list[_Part] = []
        gaps: list[list[_Gap]] = [[]]
        for span in content:
            words: list[_Word] = []
            if parts:
                gaps[-1].append(_Gap(DifferenceKind.INTERRUPTION, ""))
            for found in _OF_QUOTATION.finditer(span.text):
                if found.lastgroup in {"word", "initial"}:
                    words += _word(found)
                    continue
                if words:
                    parts.append(_Part(span.text, words))
                    gaps.append([])
                    words = []
                kind = DifferenceKind.ELLIPSIS if found.lastgroup == "gap" else DifferenceKind.INSERTION
                gaps[-1].append(_Gap(kind, found.group()))
            if words:
                parts.append(_Part(span.text, words))
                gaps.append([])
        return cls(parts, gaps)


class _Step(NamedTuple):
    """Words [first, last) of a part, and those of the source that stand in their place."""

    is_same: bool
    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Found:
    """Where a part stands in the source, word by word."""

    start: int
    end: int
    steps: Sequence[_Step]

    @property
    def same(self) -> int:
        """How many words of the part stand there."""
        return sum(step.last - step.first for step in self.steps if step.is_same)

    @property
    def is_exact(self) -> bool:
        return all(step.is_same for step in self.steps)


@dataclass(frozen=True, slots=True)
class _Match:
    """Where the parts of a quotation stand; None for one that does not."""

    founds: Sequence[_Found | None]

    @property
    def is_exact(self) -> bool:
        return all(found and found.is_exact for found in self.founds)

    @property
    def same(self) -> int:
        return sum(found.same for found in self.founds if found)

    @property
    def rank(self) -> tuple[bool, int, int]:
        """The better match has the greater one: of those with the same words, the one that spreads least."""
        founds = [found for found in self.founds if found]
        return self.is_exact, self.same, founds[0].start - founds[-1].end

    def is_near(self, size: int) -> bool:
        """Whether this is the place that was meant by a quotation of so many words."""
        return self.same >= max(FEWEST_WORDS, LEAST_SHARE * size)


class _Source:
    """A text and its words, which are found by pairs of them, the rarest first."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = Places(text)
        matches = (found for found in _OF_SOURCE.finditer(text) if found.lastgroup == "word")
        self._words = [word for found in matches for word in _word(found)]
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
        """Where the words [start, end) stand."""
        first, last = self._words[start].start, self._words[end - 1].end
        return SourcePlace(first, last, *self._lines.of(first))

    def find(self, parts: Sequence[Sequence[str]]) -> _Match | None:
        """The best place of a quotation: that of its longest part, and of the others before and behind it."""
        if not parts or not self._words:
            return None
        anchor = max(range(len(parts)), key=lambda index: len(parts[index]))
        best: _Match | None = None
        for found in self._candidates(parts[anchor]):
            match = self._extended(parts, anchor, found)
            if best is None or match.rank > best.rank:
                best = match
        return best

    def _candidates(self, part: Sequence[str]) -> list[_Found]:
        exact = self._exact(part, 0, len(self._words))
        if exact:
            return [_whole(part, start) for start in exact[:_MOST_PLACES]]
        slack = len(part) // 2 + 5
        windows = ((start - slack, start + len(part) + slack) for start in self._likely_starts(part))
        return [found for window in windows if (found := self._aligned(part, *window))]

    def _extended(self, parts: Sequence[Sequence[str]], anchor: int, found: _Found) -> _Match:
        founds: list[_Found | None] = [None] * len(parts)
        founds[anchor] = found
        end = found.end
        for index in range(anchor + 1, len(parts)):
            founds[index] = following = self._after(parts[index], end)
            end = following.end if following else end
        start = found.start
        for index in range(anchor - 1, -1, -1):
            founds[index] = preceding = self._before(parts[index], start)
            start = preceding.start if preceding else start
        return _Match(founds)

    def _after(self, part: Sequence[str], end: int) -> _Found | None:
        """A part of a quotation whose last part ends there."""
        starts = self._exact(part, end, len(self._words) if len(part) >= _LONG_PART else end + _FAR)
        return _whole(part, starts[0]) if starts else self._near(part, end, end + len(part) + _NEAR)

    def _before(self, part: Sequence[str], start: int) -> _Found | None:
        """A part of a quotation whose next part starts there."""
        starts = self._exact(part, 0 if len(part) >= _LONG_PART else start - _FAR, start)
        return _whole(part, starts[-1]) if starts else self._near(part, start - len(part) - _NEAR, start)

    def _near(self, part: Sequence[str], low: int, high: int) -> _Found | None:
        found = self._aligned(part, low, high)
        return found if found and found.same >= LEAST_SHARE * len(part) else None

    def _exact(self, part: Sequence[str], low: int, high: int) -> list[int]:
        """Where the words of a part stand one after the other within the words [low, high)."""
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
        """Where a part may start that differs: its rare words and pairs of words say so, each the more the rarer."""
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

    def _aligned(self, part: Sequence[str], low: int, high: int) -> _Found | None:
        """A part beside the words [low, high) of the source: the steps from its first word to its last."""
        low, high = max(low, 0), min(high, len(self._words))
        matcher = SequenceMatcher(None, self._folded[low:high], part, autojunk=False)
        blocks = _together([(a + low, b, size) for a, b, size in matcher.get_matching_blocks() if size])
        if not blocks:
            return None
        (first, ahead, _), (a, b, size) = blocks[0], blocks[-1]
        behind = len(part) - b - size
        start = first - self._reach(part[:ahead], first, low, -1)
        end = a + size + self._reach(part[len(part) - behind :], a + size, high, 1)
        steps: list[_Step] = []
        at, index = start, 0
        for a, b, size in [*blocks, (end, len(part), 0)]:
            if at < a or index < b:
                is_same = "".join(self._folded[at:a]) == "".join(part[index:b])
                steps.append(_Step(is_same, index, b, at, a))
            if size:
                steps.append(_Step(True, b, b + size, a, a + size))
            at, index = a + size, b + size
        return _Found(start, end, steps)

    def _reach(self, rest: Sequence[str], border: int, limit: int, step: int) -> int:
        """How many words of the source stand for the rest of a part, before (-1) or behind (1) those that are the same.

        As many as the rest has, unless the same letters are divided otherwise: "infra-", "structure".
        """
        most = abs(limit - border)
        for count in range(1, min(len(rest) + 3, most + 1)):
            words = self._folded[border : border + count] if step > 0 else self._folded[border - count : border]
            if "".join(words) == "".join(rest):
                return count
        return min(len(rest), most)


def _word(found: re.Match[str]) -> Iterator[_Word]:
    """The word that was found, unless it is of invisible characters only."""
    text = found.group()
    folded = text.casefold()
    if not text.isalnum() or not text.isascii():
        text = unicodedata.normalize("NFKC", _DROPPED.sub("", text)).translate(_APOSTROPHES)
        folded = unicodedata.normalize("NFC", text.casefold())
    if folded:
        yield _Word(folded, *found.span())


def _whole(part: Sequence[str], start: int) -> _Found:
    end = start + len(part)
    return _Found(start, end, [_Step(True, 0, len(part), start, end)])


def _together(blocks: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The longest run of the same words, and those beside it that are not far off for their length."""
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


def _differences(quotation: _Quotation, match: _Match, source: _Source) -> Iterator[Difference]:
    """All of a quotation, piece by piece."""
    before: _Found | None = None
    for index, (part, found) in enumerate(zip(quotation.parts, match.founds, strict=True)):
        skipped = source.between(before.end, found.start) if before and found else ""
        yield from _gaps(quotation.gaps[index], skipped)
        if found is None:
            yield Difference(DifferenceKind.ADDED, part.between(0, len(part.words)), "")
        for step in found.steps if found else ():
            yield _difference(step, part.between(step.first, step.last), source.between(step.start, step.end))
        before = found
    yield from _gaps(quotation.gaps[-1], "")


def _gaps(gaps: Sequence[_Gap], skipped: str) -> Iterator[Difference]:
    """The gaps between two parts; the first tells what the source has there."""
    for gap in gaps:
        if gap.text or skipped:
            yield Difference(gap.kind, gap.text, skipped)
        skipped = ""


def _difference(step: _Step, quotation: str, source: str) -> Difference:
    if step.is_same:
        return Difference(DifferenceKind.SAME, quotation, source)
    if not quotation:
        return Difference(DifferenceKind.LEFT_OUT, "", source)
    return Difference(DifferenceKind.REPLACED if source else DifferenceKind.ADDED, quotation, source)


def _quotations(result: Result) -> Iterator[tuple[Statement, tuple[Span, ...]]]:
    """The quotations of a result; not those that stand within another."""
    end = -1
    quoting = (statement for statement in result.statements if statement.content)
    for statement in sorted(quoting, key=lambda one: (one.content[0].start, -one.content[-1].end)):
        if statement.content[-1].end <= end:
            continue
        if statement.kind is Kind.DIRECT:
            end = statement.content[-1].end
            yield statement, statement.content
        elif statement.kind is Kind.MIXED:
            for quoted in (quoted for span in statement.content for quoted in _quoted(span)):
                yield statement, (quoted,)


def _quoted(span: Span) -> Iterator[Span]:
    """What stands in quotation marks."""
    for found in _QUOTED.finditer(span.text):
        yield Span(span.start + found.start(), span.start + found.end(), found.group())
