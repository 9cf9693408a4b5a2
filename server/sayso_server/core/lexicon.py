"""The words that extraction knows, read once from `data/*.toml` and checked."""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from sayso_server.core.statement import CueClass


class Frame(StrEnum):
    """What a cue takes; see `data/cues.toml`."""

    CLAUSE = "clause"
    QUOTE = "quote"
    INFINITIVE = "infinitive"
    COMMITMENT = "commitment"
    SMALL = "small"
    NOUN = "noun"
    PHRASE = "phrase"


class LexiconError(ValueError):
    """A data file of the lexicon is wrong; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One cue word: the classes of its frames. `lemma` is lower case."""

    lemma: str
    frames: Mapping[Frame, CueClass]


def _read(name: str) -> dict[str, object]:
    path = resources.files("sayso_server.core") / "data" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _unique(words: Sequence[str], where: str) -> frozenset[str]:
    """The words as a set; one that stands twice is an error that names it."""
    twice = [word for word, count in Counter(words).items() if count > 1]
    if twice:
        raise LexiconError(f"{where}: {twice[0]!r} stands twice")
    return frozenset(words)


@cache
def _word_lists() -> dict[str, frozenset[str]]:
    lists = {}
    for key, value in _read("words").items():
        if not isinstance(value, str):
            raise LexiconError(f"words.toml: {key!r} must be a string of words")
        lists[key] = _unique(value.split(), f"words.toml: {key}")
    return lists


@cache
def load_words(name: str) -> frozenset[str]:
    """The word list `name` of `data/words.toml`."""
    try:
        return _word_lists()[name]
    except KeyError:
        raise LexiconError(f"words.toml has no list {name!r}") from None


def parse_cues(data: Mapping[str, object]) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """Verbs and nouns by lemma, and phrases by their words.

    An unknown class or frame, or a word that stands twice in a list, is an error that names it. Where two classes claim
    the same frame of a word, the one that comes first in the file has it.
    """
    words: dict[str, dict[Frame, CueClass]] = {}
    nouns: dict[str, dict[Frame, CueClass]] = {}
    phrases: dict[str, dict[Frame, CueClass]] = {}
    for class_name, frames in data.items():
        if class_name not in list(CueClass) or not isinstance(frames, dict):
            raise LexiconError(f"cues.toml: {class_name!r} is not a class of cues")
        for frame_name, text in frames.items():
            if frame_name not in list(Frame):
                raise LexiconError(f"cues.toml: {frame_name!r} in {class_name!r} is not a frame")
            frame, cue_class = Frame(frame_name), CueClass(class_name)
            lemmas = (
                [line.strip() for line in text.splitlines() if line.strip()] if frame is Frame.PHRASE else text.split()
            )
            target = nouns if frame is Frame.NOUN else phrases if frame is Frame.PHRASE else words
            _unique(lemmas, f"cues.toml: {class_name}.{frame_name}")
            for lemma in lemmas:
                target.setdefault(lemma, {}).setdefault(frame, cue_class)
    entries = {lemma: Entry(lemma, frames) for lemma, frames in words.items()}
    for lemma, frames in nouns.items():
        entries[f"{lemma}|noun"] = Entry(lemma, frames)
    return entries, {phrase: Entry(phrase, frames) for phrase, frames in phrases.items()}


@cache
def _cues() -> tuple[dict[str, Entry], dict[str, Entry]]:
    return parse_cues(_read("cues"))


def verb(lemma: str) -> Entry | None:
    """The entry of a verb."""
    return _cues()[0].get(lemma)


def noun(lemma: str) -> Entry | None:
    """The entry of a noun that takes a clause."""
    return _cues()[0].get(f"{lemma}|noun")


def phrase(head: str, particle: str) -> Entry | None:
    """The entry of a verb with a particle, preposition or adjective."""
    return _cues()[1].get(f"{head} {particle}")


@cache
def load_table(name: str) -> Mapping[str, frozenset[str]]:
    """The table `data/<name>.toml`: sets of words by key, all lower case."""
    table = {}
    for key, value in _read(name).items():
        if not isinstance(value, str):
            raise LexiconError(f"{name}.toml: {key!r} must be a string of words")
        table[key] = _unique(value.split(), f"{name}.toml: {key}")
    return table
