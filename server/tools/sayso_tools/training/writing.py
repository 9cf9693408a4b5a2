"""Writing styles that are rare in the treebanks, generated from treebank sentences for the tokenizer.

Each style is a function of a paragraph, a list of sentences of tokens, with a share of the paragraphs; `KINDS` lists
them in the order of application. A function returns paragraphs that it cannot change unchanged.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from sayso_tools.formats.conllu import Sentence, Token
from sayso_tools.training.edits import STOPS, capital, closed, has_stop, loose, lowered, mark, tight, words
from sayso_tools.training.phrases import LETTERS, WORDS, Source, invented
from sayso_tools.training.speech import with_speech

Paragraph = list[Sentence]


class Kind(NamedTuple):
    """A writing style: its share, and its function."""

    share: float
    make: Callable[[Paragraph, Source], Paragraph]


def with_moments(paragraph: Paragraph, source: Source) -> Paragraph:
    """Some sentences with abbreviations at the end or start: In the U.S., it was late at 4 a.m."""
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
    """Some capitalized words inside sentences preceded by a title or initials."""
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
    """Some words in square brackets, or an omission inside or at the end of a sentence: It was [very] late [...]"""
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
    """Some missing spaces: after a full stop before a capital letter, after a comma."""
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
    """One sentence as a headline: without its full stop, in capitals, in Title Case or unchanged."""
    sentence = source.rng.choice(paragraph)
    if len(sentence) > 3 and sentence[-1].text == ".":
        sentence = sentence[:-1]
    return recased([sentence], source)


def recased(paragraph: Paragraph, source: Source) -> Paragraph:
    """The whole paragraph in lower case, in capitals, or in Title Case."""
    change = source.rng.choice((str.lower, str.lower, str.upper, str.upper, capitalized))
    return [
        [Token(change(t.text), (change(t.text),) if len(t.words) == 1 else t.words, t.space) for t in sentence]
        if all(len(change(t.text)) == len(t.text) for t in sentence)
        else sentence
        for sentence in paragraph
    ]


def capitalized(text: str) -> str:
    """The word with an initial capital."""
    return text[:1].upper() + text[1:]


def unended(paragraph: Paragraph, source: Source) -> Paragraph:
    """The last sentence without its full stop, or with an ellipsis."""
    last = paragraph[-1]
    if last[-1].text != "." or len(last) < 3:
        return paragraph
    ending = source.rng.choice(([], [], [mark("…")], [mark("...")], [mark("…"), mark(".")]))
    return [*paragraph[:-1], [*(tight(last[:-1]) if ending else last[:-1]), *ending]]


def trailing(paragraph: Paragraph, source: Source) -> Paragraph:
    """Some full stops inside the paragraph replaced by an ellipsis."""
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
    """The paragraph after applying randomly chosen styles."""
    for kind in KINDS:
        if source.rng.random() < kind.share:
            paragraph = kind.make(paragraph, source)
    return paragraph
