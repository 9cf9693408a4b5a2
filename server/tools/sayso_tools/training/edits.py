"""Small edits of a sentence of tokens: spaces, full stop, capitals."""

from dataclasses import replace

from sayso_tools.formats.conllu import Sentence, Token

MARKS = frozenset("\"“”«»‘’'`")
STOPS = frozenset(".!?")


def words(text: str) -> Sentence:
    """The tokens of a text split at spaces; commas, colons, brackets and a stop after a full word are separate."""
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
    """A token of one word."""
    return Token(text, (text,), space)


def tight(sentence: Sentence) -> Sentence:
    """The sentence without a space after it."""
    return [*sentence[:-1], replace(sentence[-1], space=False)] if sentence else []


def loose(sentence: Sentence) -> Sentence:
    """The sentence with a space after it."""
    return [*sentence[:-1], replace(sentence[-1], space=True)] if sentence else []


def closed(sentence: Sentence, stop: str = ".") -> Sentence:
    """The sentence with a full stop, unless it ends with an abbreviation's point."""
    if sentence[-1].text.endswith(".") and stop == ".":
        return loose(sentence)
    return [*tight(sentence), mark(stop, space=True)]


def lowered(sentence: Sentence) -> Sentence:
    """The sentence with its first word in lower case, unless the word is I or has more capitals."""
    first = sentence[0]
    if first.text[:1].isupper() and first.text[1:].islower():
        lower = first.text[0].lower() + first.text[1:]
        return [replace(first, text=lower, words=(lower,) if len(first.words) == 1 else first.words), *sentence[1:]]
    return sentence


def has_stop(sentence: Sentence) -> bool:
    """Whether the sentence is prose that ends with one full stop, without quotation marks."""
    return (
        len(sentence) > 1
        and sentence[-1].text in STOPS
        and not any(t.text in MARKS or t.text == "''" for t in sentence)
    )


def capital(sentence: Sentence) -> Sentence:
    """The sentence with an initial capital."""
    first = sentence[0].text[:1].upper() + sentence[0].text[1:]
    return [mark(first, space=sentence[0].space), *sentence[1:]]
