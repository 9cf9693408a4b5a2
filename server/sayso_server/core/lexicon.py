"""The words that extraction knows, read once from `data/*.toml` and checked."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources

from sayso_server.core.statement import CueClass


class Frame(StrEnum):
    """What a cue takes; see `data/cues.toml`."""

    CLAUSE = "clause"
    QUOTE = "quote"
    INFINITIVE = "infinitive"
    COMMITMENT = "commitment"
    SMALL = "small"
    OBJECT = "object"
    TOPIC = "topic"
    NOUN = "noun"
    NOUN_TOPIC = "noun_topic"
    ADJECTIVE = "adjective"
    SEEN = "seen"
    NOUN_SEEN = "noun_seen"


_KINDS = {
    Frame.NOUN: "noun",
    Frame.NOUN_TOPIC: "noun",
    Frame.ADJECTIVE: "adjective",
    Frame.SEEN: "seen",
    Frame.NOUN_SEEN: "noun_seen",
}
"""Frames whose words have entries of their own: a noun is not the verb of the same form."""


class LexiconError(ValueError):
    """A data file of the lexicon is wrong; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One cue word: the classes of its frames. `lemma` is lower case, `prepositions` open its topic (talked about)."""

    lemma: str
    frames: Mapping[Frame, CueClass]
    prepositions: frozenset[str] = frozenset()


def _read(name: str) -> dict[str, object]:
    path = resources.files("sayso_server.core") / "data" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _unique(words: Sequence[str], where: str) -> frozenset[str]:
    """The words as a set; one that stands twice is an error that names it."""
    twice = [word for word, count in Counter(words).items() if count > 1]
    if twice:
        raise LexiconError(f"{where}: {twice[0]!r} stands twice")
    return frozenset(words)


RESERVED = frozenset({"source", "licence"})
"""What a file of words says of itself: where its words come from, and under which licence."""


@cache
def _word_lists() -> dict[str, frozenset[str]]:
    """Every list of `data/words/*.toml` by its name; a name that stands in two files is an error."""
    lists: dict[str, frozenset[str]] = {}
    folder = resources.files("sayso_server.core") / "data" / "words"
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        for key, value in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if not isinstance(value, str):
                raise LexiconError(f"{path.name}: {key!r} must be a string of words")
            if key in lists:
                raise LexiconError(f"{path.name}: {key!r} stands in another file too")
            if key not in RESERVED:
                lists[key] = _unique(value.split(), f"{path.name}: {key}")
    return lists


@cache
def load_words(*names: str) -> frozenset[str]:
    """The words of one list, or of several, of `data/words/*.toml`."""
    try:
        return frozenset().union(*(_word_lists()[name] for name in names))
    except KeyError as error:
        raise LexiconError(f"data/words has no list {error}") from None


@dataclass
class _Draft:
    frames: dict[Frame, CueClass] = field(default_factory=dict)
    prepositions: set[str] = field(default_factory=set)


def parse_cues(data: Mapping[str, object]) -> dict[str, Entry]:
    """Entries by lemma; several words are joined by a space; what is not a verb ends in its kind: claim|noun.

    An unknown class or frame, or a word that stands twice in a list, is an error that names it. Where two classes claim
    the same frame of a word, the one that comes first in the file has it.
    """
    drafts: dict[str, _Draft] = {}
    for class_name, frames in data.items():
        if class_name not in list(CueClass) or not isinstance(frames, dict):
            raise LexiconError(f"cues.toml: {class_name!r} is not a class of cues")
        for frame_name, text in frames.items():
            if frame_name not in list(Frame):
                raise LexiconError(f"cues.toml: {frame_name!r} in {class_name!r} is not a frame")
            _unique(text.split(), f"cues.toml: {class_name}.{frame_name}")
            for word in text.split():
                _add(drafts, word, Frame(frame_name), CueClass(class_name))
    return {
        key: Entry(key.partition("|")[0], draft.frames, frozenset(draft.prepositions)) for key, draft in drafts.items()
    }


def _add(drafts: dict[str, _Draft], word: str, frame: Frame, cue_class: CueClass) -> None:
    """One word of a list: point_out, and in the lists of topics talk_about, which stands for talk."""
    lemma, preposition = word.replace("_", " "), ""
    if frame in {Frame.TOPIC, Frame.NOUN_TOPIC}:
        lemma, _, preposition = lemma.rpartition(" ")
    key = f"{lemma}|{_KINDS[frame]}" if frame in _KINDS else lemma
    draft = drafts.setdefault(key, _Draft())
    draft.frames.setdefault(frame, cue_class)
    draft.prepositions |= {preposition} - {""}


@cache
def _cues() -> dict[str, Entry]:
    return parse_cues(_read("cues"))


def verb(lemma: str) -> Entry | None:
    """The entry of a verb, also where a lemmatizer has cut too much or too little: reiterat, begge, denie, quipp."""
    return _entry(lemma, "")


@lru_cache(maxsize=4096)
def _entry(lemma: str, kind: str) -> Entry | None:
    return next((entry for form in _repaired(lemma) if (entry := _cues().get(form + kind))), None)


def _repaired(lemma: str) -> Iterator[str]:
    yield lemma
    for ending in ("ed", "ing"):  # not cut at all: joked, vowing
        if lemma.endswith(ending) and len(stem := lemma.removesuffix(ending)) > 2:
            yield from (f"{stem}e", stem, stem[:-1])
    if lemma.endswith("ie"):
        yield f"{lemma[:-2]}y"
    elif lemma.endswith("e"):
        yield lemma[:-1]
        if lemma[-3:-2] == lemma[-2:-1]:
            yield lemma[:-2]
    else:
        yield f"{lemma}e"
        if lemma[-2:-1] == lemma[-1:]:
            yield lemma[:-1]


def noun(lemma: str) -> Entry | None:
    """The entry of a noun that takes a clause."""
    return _cues().get(f"{lemma}|noun")


def adjective(lemma: str) -> Entry | None:
    """The entry of an adjective that takes a clause or an infinitive."""
    return _cues().get(f"{lemma}|adjective")


def seen(lemma: str, upos: str) -> Entry | None:
    """The entry of a word whose content no rule finds."""
    return _cues().get(f"{lemma}|noun_seen") if upos in {"NOUN", "PROPN"} else _entry(lemma, "|seen")


@cache
def _heads_of_phrases() -> frozenset[str]:
    return frozenset(key[:i] for key in _cues() for i, char in enumerate(key) if char == " ")


def begins_phrase(head: str) -> bool:
    """Whether a verb has any entry with a particle, preposition or adjective."""
    return head in _heads_of_phrases()


def phrase(head: str, particle: str) -> Entry | None:
    """The entry of a verb with a particle, preposition or adjective."""
    return _cues().get(f"{head} {particle}")


@cache
def load_table(name: str) -> Mapping[str, frozenset[str]]:
    """The table `data/<name>.toml`: sets of words by key, all lower case."""
    table = {}
    for key, value in _read(name).items():
        if not isinstance(value, str):
            raise LexiconError(f"{name}.toml: {key!r} must be a string of words")
        if key not in RESERVED:
            table[key] = _unique(value.split(), f"{name}.toml: {key}")
    return table
