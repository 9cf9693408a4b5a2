"""Kinds of writing that the treebanks hold too little of, made from their own sentences for the tokenizer.

Each kind is a function of one paragraph, a list of sentences of tokens, with a share of the paragraphs; `KINDS` has all
of them in the order in which they are applied. What a function cannot change it returns as it is.
"""

import json
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from sayso_tools.formats.conllu import Sentence, Token

Paragraph = list[Sentence]


def surnames(rows: Iterable[Sequence[str]]) -> list[str]:
    """Proper nouns of rows of a treebank, in alphabetic order."""
    return sorted({row[1] for row in rows if row[3] == "PROPN" and row[1].isalpha() and row[1].istitle()})


@dataclass(frozen=True)
class Source:
    """What is drawn from: a generator of random numbers, and surnames."""

    rng: random.Random
    names: Sequence[str]


class Kind(NamedTuple):
    """A kind of writing: how often it is made, and of what."""

    share: float
    make: Callable[[Paragraph, Source], Paragraph]


MARKS = frozenset("\"“”«»‘’'`")
STOPS = frozenset(".!?")
SPOKEN_ENDS = [[","]] * 3 + [["."], ["…"], ["…", "."], ["..."], ["...."], ["—"], ["?"]]
"""What a full stop becomes at the end of a quotation before its cue."""

PAIRS = (("“", "”"),) * 5 + (('"', '"'),) * 3 + (("‘", "’"),) * 2 + (("'", "'"), ("«", "»"), ("``", "''"))
WORDS: dict[str, list[str]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
"""What a name in braces stands for: one of these, whose own names in braces are filled in turn."""

NUMBERS = {"hour": (1, 12), "minute": (10, 59), "date of month": (1, 28), "year": (1990, 2025)}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def invented(name: str, source: Source) -> str:
    """One of what a name in braces may stand for."""
    rng = source.rng
    if name in WORDS:
        return re.sub(r"{(.+?)}", lambda match: invented(match[1], source), rng.choice(WORDS[name]))
    if name in NUMBERS:
        return str(rng.randint(*NUMBERS[name]))
    if name == "letters":
        return "".join(rng.choices(LETTERS, k=rng.randint(3, 9)))
    if name == "initial":
        return rng.choice(LETTERS).upper()
    return rng.choice(source.names) if name == "name" else rng.choice(source.names).upper()


def words(text: str) -> Sentence:
    """Tokens of a text cut at spaces; commas, colons, brackets and a stop after a full word are tokens of their own."""
    out: Sentence = []
    for chunk in text.split():
        opening = list(chunk[: len(chunk) - len(chunk.lstrip("(["))])
        core = chunk[len(opening) :]
        closing = core[len(core.rstrip(",:;)]")) :]
        core = core[: len(core) - len(closing)]
        parts = [*opening, *([core] if core else []), *closing]
        out += [Token(part, (part,), i == len(parts) - 1) for i, part in enumerate(parts)]
    return out


def mark(text: str, *, space: bool = False) -> Token:
    """A token that is one word."""
    return Token(text, (text,), space)


def tight(sentence: Sentence) -> Sentence:
    """The sentence without a space after it."""
    return [*sentence[:-1], replace(sentence[-1], space=False)] if sentence else []


def loose(sentence: Sentence) -> Sentence:
    """The sentence with a space after it."""
    return [*sentence[:-1], replace(sentence[-1], space=True)] if sentence else []


def closed(sentence: Sentence, stop: str = ".") -> Sentence:
    """The sentence with a full stop; the point of an abbreviation at its end is one already."""
    if sentence[-1].text.endswith(".") and stop == ".":
        return loose(sentence)
    return [*tight(sentence), mark(stop, space=True)]


def lowered(sentence: Sentence) -> Sentence:
    """The sentence with its first word in lower case, unless that is I or has more capitals."""
    first = sentence[0]
    if first.text[:1].isupper() and first.text[1:].islower():
        lower = first.text[0].lower() + first.text[1:]
        return [replace(first, text=lower, words=(lower,) if len(first.words) == 1 else first.words), *sentence[1:]]
    return sentence


def has_stop(sentence: Sentence) -> bool:
    """Whether the sentence is prose that ends with one stop, without quotation marks."""
    return (
        len(sentence) > 1
        and sentence[-1].text in STOPS
        and not any(t.text in MARKS or t.text == "''" for t in sentence)
    )


def said(source: Source, *, end: bool = True) -> Sentence:
    """What follows a quotation: who said it, at times when, or what else they did."""
    rng = source.rng
    who, cue = invented("speaker", source), invented("cue", source)
    out = words(f"{cue} {who}" if rng.random() < 0.35 and " " not in cue else f"{who} {cue}")
    if rng.random() < 0.25:
        out += words(invented("moment", source))
    if not end:
        return out
    if rng.random() < 0.2:
        out = [*tight(out), mark(",", space=True), *words(invented("tail", source))]
    return closed(out)


def with_speech(paragraph: Paragraph, source: Source) -> Paragraph:
    """Some sentences, or two in a row, as quotations: with a cue before, behind or inside, or without."""
    rng = source.rng
    out: Paragraph = []
    i = 0
    while i < len(paragraph):
        sentence = paragraph[i]
        if not has_stop(sentence) or rng.random() < 0.3:
            out.append(sentence)
            i += 1
            continue
        several = [sentence]
        while i + len(several) < len(paragraph) and rng.random() < 0.3 and has_stop(paragraph[i + len(several)]):
            several.append(paragraph[i + len(several)])
        out += quoted(several, source)
        i += len(several)
    return out


def quoted(several: Sequence[Sentence], source: Source) -> Paragraph:
    """Sentences as one quotation, each still a sentence; the cue belongs to the first or the last of them."""
    rng = source.rng
    opening, closing = rng.choice(PAIRS)
    draw = rng.random()
    body = [loose(s) for s in several]
    stop = body[-1][-1].text
    body[-1] = tight(body[-1])
    if draw < 0.42:  # “It was late. We left,” she said.
        marks = rng.choice(SPOKEN_ENDS) if stop == "." else [stop]
        body[-1] = [*tight(body[-1][:-1]), *map(mark, marks), mark(closing, space=True), *said(source)]
    elif draw < 0.54:  # She said: “It was late. We left.”
        lead = [*tight(capital(said(source, end=False))), mark(rng.choice([":", ","]), space=True)]
        body[-1] = [*body[-1], mark(closing, space=True)]
        return [[*lead, mark(opening), *body[0]], *body[1:]]
    elif draw < 0.64 and len(several) > 1:  # “It was late,” she said. “We left.”
        body[0] = [*tight(body[0][:-1]), mark(","), mark(closing, space=True), *said(source)]
        body[1] = [mark(opening), *body[1]]
        body[-1] = [*body[-1], mark(closing, space=True)]
    elif draw < 0.88:  # “It was late. We left.”
        body[-1] = [*body[-1], mark(closing, space=True)]
    else:  # She called it “late in the day.” The mark closes at the end only.
        word = rng.randrange(len(several[0]) - 1)
        first = several[0]
        return [[*first[:word], mark(opening), *tight(first[word:]), mark(closing, space=True)], *several[1:]]
    body[0] = [mark(opening), *body[0]]
    return body


def capital(sentence: Sentence) -> Sentence:
    """The sentence with a capital letter at its beginning."""
    first = sentence[0].text[:1].upper() + sentence[0].text[1:]
    return [mark(first, space=sentence[0].space), *sentence[1:]]


def with_moments(paragraph: Paragraph, source: Source) -> Paragraph:
    """Some sentences with abbreviations at the end, or at the beginning: In the U.S., it was late at 4 a.m."""
    rng = source.rng
    out: Paragraph = []
    for sentence in paragraph:
        draw = rng.random()
        if has_stop(sentence) and draw < 0.5:
            out.append(closed([*loose(sentence[:-1]), *words(invented("moment", source))], sentence[-1].text))
        elif draw < 0.65 and has_stop(sentence):
            comma = [mark(",", space=True)] if rng.random() < 0.6 else []
            lead = capital(words(invented("moment", source)))
            out.append([*(tight(lead) if comma else lead), *comma, *lowered(sentence)])
        elif draw < 0.8 and has_stop(sentence):
            cue = words(f"{invented('person', source)} {rng.choice(('said', 'says', 'told reporters', 'denied'))}")
            out.append([*capital(cue), *lowered(sentence)])
        else:
            out.append(sentence)
    return out


def with_names(paragraph: Paragraph, source: Source) -> Paragraph:
    """Capitalized words inside sentences with a title or initials before them."""
    out: Paragraph = []
    for sentence in paragraph:
        made: Sentence = []
        for i, token in enumerate(sentence):
            is_name = token.text.istitle() and len(token.text) > 3 and token.text.isalpha() and (i or len(sentence) > 3)
            if is_name and (not made or made[-1].space) and source.rng.random() < 0.25:
                made += words(invented("person", source))
                if made[-1].text == "Jr." and len(sentence) == i + 1:
                    made.pop()
                made[-1] = replace(made[-1], space=token.space)
            else:
                made.append(token)
        out.append(made)
    return out


def with_brackets(paragraph: Paragraph, source: Source) -> Paragraph:
    """Some words in square brackets, something left out inside a sentence or at its end: It was [very] late [...]"""
    rng = source.rng
    out: Paragraph = []
    for sentence in paragraph:
        made: Sentence = []
        for token in sentence:
            draw = rng.random() if made and made[-1].space and token.space and token.text.isalpha() else 1.0
            if draw < 0.05:
                made += [mark("["), replace(token, space=False), mark("]", space=True)]
            elif draw < 0.1:
                made += [mark(rng.choice(("[...]", "[…]")), space=True), token]
            else:
                made.append(token)
        if has_stop(sentence) and rng.random() < 0.15:
            made = [*loose(made[:-1]), mark("[...]", space=True)]
        out.append(made)
    return out


def with_bullets(paragraph: Paragraph, source: Source) -> Paragraph:
    """Each sentence with a bullet, a number or a time before it."""
    bullet = source.rng.choice(WORDS["bullet"])
    out: Paragraph = []
    for number, sentence in enumerate(paragraph, 1):
        if bullet.startswith("{"):
            lead = words(invented("time", source))
        else:
            counted = {"1": str(number), "a": LETTERS[(number - 1) % len(LETTERS)]}
            lead = loose([mark(counted.get(part, part)) for part in bullet])
        out.append([*lead, *sentence])
    return out


def with_dateline(paragraph: Paragraph, source: Source) -> Paragraph:
    """A dateline before the first sentence: CARROW, Ohio (AP) — It was late."""
    lead = [*words(invented("dateline", source)), mark(source.rng.choice(("—", "–", "--", "-")), space=True)]
    return [[*lead, *paragraph[0]], *paragraph[1:]]


def with_turn(paragraph: Paragraph, source: Source) -> Paragraph:
    """A speaker before the first sentence, as in a transcript: OLIN: It was late."""
    lead = tight(words(invented("turn", source)))
    return [[*lead, mark(":", space=True), *paragraph[0]], *paragraph[1:]]


def glued(paragraph: Paragraph, source: Source) -> Paragraph:
    """Some spaces left out: after a stop before a capital letter, after a comma."""
    rng = source.rng
    out: Paragraph = []
    for i, sentence in enumerate(paragraph):
        follows = paragraph[i + 1][0].text if i + 1 < len(paragraph) else ""
        made = list(sentence)
        for place, token in enumerate(sentence[:-1]):
            if token.text == "," and not sentence[place + 1].text[0].isdigit() and rng.random() < 0.1:
                made[place] = replace(token, space=False)
        is_free = made[-1].text in STOPS and follows[:1].isupper() and len(follows) > 1
        out.append(tight(made) if is_free and rng.random() < 0.8 else made)
    return out


def headline(paragraph: Paragraph, source: Source) -> Paragraph:
    """One sentence, as a headline: without its stop, in capitals, Title Case or as it is."""
    sentence = source.rng.choice(paragraph)
    if len(sentence) > 3 and sentence[-1].text == ".":
        sentence = sentence[:-1]
    return recased([sentence], source)


def recased(paragraph: Paragraph, source: Source) -> Paragraph:
    """All of it in lower case, in capitals, or in Title Case."""
    change = source.rng.choice((str.lower, str.lower, str.upper, str.upper, capitalized))
    return [
        [Token(change(t.text), (change(t.text),) if len(t.words) == 1 else t.words, t.space) for t in sentence]
        if all(len(change(t.text)) == len(t.text) for t in sentence)
        else sentence
        for sentence in paragraph
    ]


def capitalized(text: str) -> str:
    """The word with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def unended(paragraph: Paragraph, source: Source) -> Paragraph:
    """The last sentence without its stop, or with an ellipsis."""
    last = paragraph[-1]
    if last[-1].text != "." or len(last) < 3:
        return paragraph
    ending = source.rng.choice(([], [], [mark("…")], [mark("...")], [mark("…"), mark(".")]))
    return [*paragraph[:-1], [*(tight(last[:-1]) if ending else last[:-1]), *ending]]


def trailing(paragraph: Paragraph, source: Source) -> Paragraph:
    """Some stops inside the paragraph as an ellipsis."""
    return [
        [*s[:-1], *map(mark, source.rng.choice((["…"], ["…", "."], ["...."], ["..."])))]
        if s[-1].text == "." and len(s) > 2 and source.rng.random() < 0.4 else s
        for s in paragraph
    ]  # fmt: skip


KINDS = (
    Kind(0.24, with_names),
    Kind(0.40, with_moments),
    Kind(0.06, trailing),
    Kind(0.50, with_speech),
    Kind(0.10, with_brackets),
    Kind(0.12, with_bullets),
    Kind(0.06, with_dateline),
    Kind(0.05, with_turn),
    Kind(0.06, unended),
    Kind(0.06, glued),
    Kind(0.12, recased),
    Kind(0.06, headline),
)


def varied(paragraph: Paragraph, source: Source) -> Paragraph:
    """The paragraph after every kind of writing whose turn it is."""
    for kind in KINDS:
        if source.rng.random() < kind.share:
            paragraph = kind.make(paragraph, source)
    return paragraph
