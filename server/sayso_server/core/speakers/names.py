"""Names in the text: runs of capitalised words, read as title and name, person or organization."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sayso_server.core.document import Document
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span, SpeakerType
from sayso_server.core.tree import Tree, Word

_INSIDE = frozenset(
    {"of", "de", "van", "von", "der", "la", "al", "bin", "ibn", "da", "di", "du", "del", "&", "for", "and", "-", "the"}
)
_PARTICLES = frozenset({"de", "van", "von", "der", "la", "al", "bin", "ibn", "da", "di", "du", "del"})
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "jr.", "sr."})


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it stands in the text. `title` are the words before it, `parts` the name itself."""

    span: Span
    title: tuple[str, ...]
    parts: tuple[str, ...]
    type: SpeakerType
    definite: bool
    role: str = ""
    key: tuple[str, ...] = field(init=False)
    """The name for comparison: lower case, without initials' stops and suffixes."""

    def __post_init__(self) -> None:
        key = tuple(w for p in self.parts if (w := normal(p)) and w not in _SUFFIXES)
        object.__setattr__(self, "key", key)

    @property
    def display(self) -> str:
        """The name without title."""
        return " ".join(self.parts).replace(" - ", "-")


def normal(word: str) -> str:
    """A word of a name for comparison."""
    return re.sub(r"['’]s$|[.'’]$", "", word.lower())


def is_capital(word: Word) -> bool:
    """Whether the word can be part of a name."""
    return word.text[:1].isupper() and (
        word.upos in {"PROPN", "NOUN", "ADJ", "NUM", "X", "INTJ", "ADV"} or _is_known(word)
    )


def _is_known(word: Word) -> bool:
    lower = normal(word.text)
    return lower in load_words("female_names") or lower in load_words("male_names")


def runs(tree: Tree) -> Iterator[list[Word]]:
    """Maximal runs of capitalised words of a sentence, with small words inside (Secretary of State, van Dyke)."""
    run: list[Word] = []
    small: list[Word] = []  # words that are inside only if a capital follows
    for word in tree.words:
        adjacent = bool(run) and word.start - (small or run)[-1].end <= 1
        if adjacent and is_capital(word):
            run += [*small, word]
            small = []
        elif adjacent and _continues(run, small, word):
            small.append(word)
        else:
            if _is_name(run):
                yield run
            run, small = ([word] if is_capital(word) and _may_begin(word) else []), []
    if _is_name(run):
        yield run


def _may_begin(word: Word) -> bool:
    """Every sentence begins with a capital; only a name that is tagged as one counts there."""
    return word.index > 0 or word.upos in {"PROPN", "ADJ"} or _is_known(word)


def _is_name(run: list[Word]) -> bool:
    known = any(w.upos == "PROPN" or _is_known(w) for w in run)
    return known and not all(normal(w.text) in load_words("calendar") for w in run)


def _continues(run: list[Word], small: list[Word], word: Word) -> bool:
    """Whether a small word can stand inside this name: Secretary of State, but not John Kirby of the White House."""
    if small:
        return word.lower == "the" and small[-1].lower in {"of", "for"} and len(small) == 1
    if word.lower in {"of", "for"}:
        last = normal(run[-1].text)
        return len(run) == 1 or last in load_words("roles") or last in load_words("organizations")
    return word.lower in _INSIDE - {"the"} or (word.text == "." and len(run[-1].text) == 1)


def _split_coordination(run: list[Word]) -> Iterator[list[Word]]:
    """ "Biden and Netanyahu" is two names, "Department of Health and Human Services" one."""
    cut = next((i for i, w in enumerate(run) if w.lower == "and"), None)
    if cut is None or any(w.lower == "of" for w in run[:cut]) or normal(run[-1].text) in load_words("organizations"):
        yield run
        return
    yield run[:cut]
    yield from _split_coordination(run[cut + 1 :])


def read_run(tree: Tree, run: list[Word]) -> Name | None:
    """A run as title and name: the title ends with the last word that is a role."""
    roles = load_words("roles") | load_words("honorifics")
    cut = 0
    is_person = False
    for i, word in enumerate(run):
        of_place = i + 1 < len(run) and run[i + 1].lower in {"of", "for"}
        if normal(word.text) in roles and not of_place and i < len(run) - 1 and run[i + 1].lower != "and":
            cut, is_person = i + 1, True
    if (
        cut == 0 and len(run) > 3 and run[1].lower == "of" and normal(run[0].text) in roles
    ):  # Secretary of State Antony Blinken
        cut, is_person = 3, True
    title = tuple(w.text for w in run[:cut])
    parts = tuple(w.text for w in run[cut:])
    if all(normal(part) in roles for part in parts):
        return None
    first = run[0].index
    definite = first > 0 and tree.words[first - 1].lower == "the"
    kind = (
        SpeakerType.PERSON
        if is_person and not _is_organization(parts, run[cut:])
        else _type_of(parts, run, definite=definite)
    )
    return Name(Span(run[cut].start, run[-1].end), title, parts, kind, definite, role=_role(tree, run, title))


def _is_organization(parts: Iterable[str], words: list[Word]) -> bool:
    normals = [normal(p) for p in parts]
    if any(n in load_words("organizations") for n in (normals[-1], normals[0])) or "of" in normals or "&" in normals:
        return True
    last = words[-1].text
    return len(words) == 1 and len(last) > 1 and last.isupper()


def _type_of(parts: tuple[str, ...], run: list[Word], *, definite: bool) -> SpeakerType:
    given = normal(parts[0])
    if given in load_words("female_names") or given in load_words("male_names"):
        return SpeakerType.PERSON
    if _is_organization(parts, run) or definite:
        return SpeakerType.ORGANIZATION
    if 2 <= len(parts) <= 4:
        return SpeakerType.PERSON
    return SpeakerType.UNKNOWN


def _role(tree: Tree, run: list[Word], title: tuple[str, ...]) -> str:
    """The title, unless it is only an honorific; else an apposition behind the name that names a role."""
    if title and not (
        len(title) == 1 and normal(title[0]) in {"mr", "mrs", "ms", "miss", "dr", "sir", "dame", "lord", "lady"}
    ):
        return " ".join(title)
    indices = {w.index for w in run}
    for word in run:
        for child in tree.children(word, "appos"):
            if (
                child.index not in indices
                and child.index > run[-1].index
                and child.lemma.lower() in load_words("roles")
            ):
                words = sorted(
                    tree.subtree(child, lambda w: w.deprel == "acl:relcl" or w.relation in {"acl", "appos", "conj"})
                )
                phrase = [tree.words[i] for i in words if i > run[-1].index]
                while phrase and phrase[0].lower in {"the", "a", "an", ","}:
                    phrase.pop(0)
                if phrase and phrase[-1].index - phrase[0].index < 14:
                    return " ".join(w.text for w in phrase if w.text != ",")
    return ""


def _trimmed(run: list[Word]) -> list[Word]:
    """A run without small words at its ends."""
    start, end = 0, len(run)
    while start < end and run[start].lower in _INSIDE - _PARTICLES:
        start += 1
    while end > start and run[end - 1].lower in _INSIDE:
        end -= 1
    return run[start:end]


def collect(document: Document) -> list[Name]:
    """All names of a document, in text order."""
    parts = (
        (tree, _trimmed(part)) for tree in document.trees for run in runs(tree) for part in _split_coordination(run)
    )
    found = [name for tree, part in parts if part and (name := read_run(tree, part)) is not None]
    return sorted([*found, *_surnames_alone(document, found)], key=lambda name: name.span.start)


def _surnames_alone(document: Document, found: Sequence[Name]) -> Iterator[Name]:
    """Surnames of people named in full elsewhere, where the tagger saw no name (Grieve said …)."""
    surnames = {n.key[-1] for n in found if n.type is SpeakerType.PERSON and len(n.key) > 1}
    taken = {i for n in found for i in range(n.span.start, n.span.end)}
    for tree in document.trees:
        for word in tree.words:
            if word.text[:1].isupper() and normal(word.text) in surnames and word.start not in taken:
                yield Name(word.span, (), (word.text,), SpeakerType.UNKNOWN, definite=False)
