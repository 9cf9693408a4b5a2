"""Words normalized for comparison, and quotations as parts of words with gaps between them."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sayso.checking.findings import DifferenceKind
from sayso.models import Kind, Result, Span, Statement

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
OF_SOURCE = re.compile(
    r"(?P<aside>\[[^\[\]\n]{1,60}\]|\((?i:laughter|laughs|applause|cheers|crosstalk|inaudible)[^()\n]{0,40}\))"
    rf"|(?P<word>{_WORD})"
)
_DROPPED = re.compile(rf"[\[\]{_INVISIBLE}]|(?<=\d),(?=\d\d\d)")
_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc", "'''")
_QUOTED = re.compile(r"“[^“”]+”|\"[^\"]+\"|«[^«»]+»|„[^„“”]+[“”]")


class Word(NamedTuple):
    """A normalized word and its place."""

    folded: str
    start: int
    end: int


class Gap(NamedTuple):
    """The gap between two parts of a quotation."""

    kind: DifferenceKind
    text: str


class Part(NamedTuple):
    """Consecutive words, and the text of their span."""

    text: str
    words: Sequence[Word]

    def between(self, first: int, last: int) -> str:
        """The text of the words [first, last)."""
        return self.text[self.words[first].start : self.words[last - 1].end] if first < last else ""


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation: parts, and the gaps before each part and after the last."""

    parts: Sequence[Part]
    gaps: Sequence[Sequence[Gap]]

    @property
    def size(self) -> int:
        """The number of words that are the speaker's own."""
        return sum(len(part.words) for part in self.parts)

    @property
    def folded(self) -> list[list[str]]:
        """The normalized words of each part."""
        return [[word.folded for word in part.words] for part in self.parts]

    @classmethod
    def of(cls, content: Sequence[Span]) -> "Quotation":
        """The quotation in these spans of an article."""
        parts: list[Part] = []
        gaps: list[list[Gap]] = [[]]
        for span in content:
            words: list[Word] = []
            if parts:
                gaps[-1].append(Gap(DifferenceKind.INTERRUPTION, ""))
            for found in _OF_QUOTATION.finditer(span.text):
                if found.lastgroup in {"word", "initial"}:
                    words += words_at(found)
                    continue
                if words:
                    parts.append(Part(span.text, words))
                    gaps.append([])
                    words = []
                kind = DifferenceKind.ELLIPSIS if found.lastgroup == "gap" else DifferenceKind.INSERTION
                gaps[-1].append(Gap(kind, found.group()))
            if words:
                parts.append(Part(span.text, words))
                gaps.append([])
        return cls(parts, gaps)


def words_at(found: re.Match[str]) -> Iterator[Word]:
    """The matched word, unless it has only invisible characters."""
    text = found.group()
    folded = text.casefold()
    if not text.isalnum() or not text.isascii():
        text = unicodedata.normalize("NFKC", _DROPPED.sub("", text)).translate(_APOSTROPHES)
        folded = unicodedata.normalize("NFC", text.casefold())
    if folded:
        yield Word(folded, *found.span())


def quotations(result: Result) -> Iterator[tuple[Statement, tuple[Span, ...]]]:
    """The quotations of a result, without nested ones."""
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
    """The words in quotation marks."""
    for found in _QUOTED.finditer(span.text):
        yield Span(span.start + found.start(), span.start + found.end(), found.group())
