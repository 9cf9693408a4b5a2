"""The words that report statements: `data/cues.toml`."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache

from sayso_server.core.lexicon.files import LexiconError, folder, read_toml, unique
from sayso_server.core.statement import CueClass


class Frame(StrEnum):
    """The kind of argument that a cue takes; see `data/cues.toml`."""

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
"""Frames with separate entries: the noun "claim" is not the verb "claim"."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A cue word: its class in each frame. `lemma` is lower case; `prepositions` open its topic (talked about)."""

    lemma: str
    frames: Mapping[Frame, CueClass]
    prepositions: frozenset[str] = frozenset()


@dataclass
class _Draft:
    frames: dict[Frame, CueClass] = field(default_factory=dict)
    prepositions: set[str] = field(default_factory=set)


def parse_cues(data: Mapping[str, object]) -> dict[str, Entry]:
    """Entries by lemma. Words of a phrase are joined by a space; some frames add a suffix to the key: claim|noun.

    An unknown class or frame is an error that names it; so is a word in two lists of one frame.
    """
    drafts: dict[str, _Draft] = {}
    for class_name, frames in data.items():
        if class_name not in list(CueClass) or not isinstance(frames, dict):
            raise LexiconError(f"cues.toml: {class_name!r} is not a class of cues")
        for frame_name, text in frames.items():
            if frame_name not in list(Frame):
                raise LexiconError(f"cues.toml: {frame_name!r} in {class_name!r} is not a frame")
            for word in unique(text, f"cues.toml: {class_name}.{frame_name}"):
                _add(drafts, word, Frame(frame_name), CueClass(class_name))
    return {
        key: Entry(key.partition("|")[0], draft.frames, frozenset(draft.prepositions)) for key, draft in drafts.items()
    }


def _add(drafts: dict[str, _Draft], word: str, frame: Frame, cue_class: CueClass) -> None:
    """Add one word of a list: point_out. In the lists of topics it ends with a preposition: talk_about adds to talk."""
    lemma, preposition = word.replace("_", " "), ""
    if frame in {Frame.TOPIC, Frame.NOUN_TOPIC}:
        lemma, _, preposition = lemma.rpartition(" ")
        if not lemma:
            raise LexiconError(f"cues.toml: {word!r} in {cue_class}.{frame} has no preposition: talk_about")
    key = f"{lemma}|{_KINDS[frame]}" if frame in _KINDS else lemma
    draft = drafts.setdefault(key, _Draft())
    if (first := draft.frames.setdefault(frame, cue_class)) is not cue_class:
        raise LexiconError(f"cues.toml: {word!r} has the frame {frame} in two classes: {first} and {cue_class}")
    draft.prepositions |= {preposition} - {""}


@cache
def _cues() -> dict[str, Entry]:
    return parse_cues(read_toml(folder() / "cues.toml"))


def verb(lemma: str) -> Entry | None:
    """The entry of a verb, even if the lemmatizer cut too much or too little: reiterat, begge, denie, quipp."""
    return _entry(lemma, "")


@lru_cache(maxsize=4096)
def _entry(lemma: str, kind: str) -> Entry | None:
    return next((entry for form in _repaired(lemma) if (entry := _cues().get(form + kind))), None)


@cache
def _irregular() -> Mapping[str, str]:
    """Lemmas by irregular form: say for said."""
    table = read_toml(folder() / "irregular_forms.toml")
    return {form: lemma for lemma, forms in table.items() for form in unique(forms, f"irregular_forms.toml: {lemma}")}


def is_form_of(lemma: str, words: AbstractSet[str]) -> bool:
    """Whether a verb is one of `words`, even if the lemmatizer cut too much or too little: denie, fined."""
    return any(form in words for form in _repaired(lemma))


def _repaired(lemma: str) -> Iterator[str]:
    yield lemma
    if lemma in _irregular():
        yield _irregular()[lemma]
    for ending in ("ed", "ing"):  # not lemmatized: joked, vowing
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
    """The entry of a word that only the rule `linked` uses."""
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
