"""Names in the text: runs of capitalised words, read as title and name."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sayso_server.core.document import Document
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.job_titles import role_of
from sayso_server.core.speakers.names.personhood import Reading, is_organization_name, personhood
from sayso_server.core.speakers.names.spans import is_title, name_runs, person_in_run, tagged_words
from sayso_server.core.speakers.names.spelling import countries, is_demonym, is_given_name, is_human_noun, normal
from sayso_server.core.statement import Span
from sayso_server.core.tree import TaggedName, Tree, Word

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_POST_NOMINALS = frozenset({"QC", "KC", "MP", "MEP", "OBE", "CBE", "MBE", "PhD", "MD", "Esq"})
_PEOPLES = ("ans", "ists", "crats", "kurds", "ims", "ites", "hindus", "sikhs", "atives", "erals", "nials")
"""How plurals of peoples, parties and creeds end: Kurds, Republicans; not names of anybody."""
_DEMONYMS = ("an", "ic", "ese", "ish", "i")
_AGE = re.compile(r",? \(?(?:aged )?(\d\d?)\b(?![.,]?\d)|(\d\d?)-year-old\b")


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it stands in the text. `title` are the capitalised words before it, `display` the name without them."""

    span: Span
    title: tuple[str, ...]
    display: str
    person: float = 0.0
    """Evidence that this names a person; below 0 that it does not."""
    role: Span | None = None
    """The words beside the name that say what the person is."""
    age: str = ""
    nickname: str = ""
    is_label: bool = False
    """Before a colon at the beginning of a line: NG: …"""
    is_place: bool = False
    """Behind "in" or "near"."""
    label: str = ""
    """What a tagger of names says: PER, ORG, LOC; empty where there is none."""
    key: tuple[str, ...] = field(init=False)
    """The name for comparison: lower case, without initials' stops and suffixes."""

    def __post_init__(self) -> None:
        key = tuple(w for p in re.split(r"[\s-]+", self.display) if (w := normal(p)) and w not in _SUFFIXES)
        object.__setattr__(self, "key", key)


def _title_length(run: Sequence[Word], tagged: Mapping[int, TaggedName]) -> int:
    """How many words before the name are its title; the title ends with the last word that is a role."""
    roles = load_words("roles", "honorifics")
    person = person_in_run(run, tagged)
    if person and is_title(run[:person]):  # US Secretary of State Ann Orr
        return person
    cut = 0
    for i, word in enumerate(run[:-1]):
        following = run[i + 1].lower
        if normal(word.text) in roles and following not in {"of", "for", "and", "-", "'s", "'"}:
            cut = i + 1
    if cut and normal(run[cut - 1].text) == "general" and normal(run[cut].text) in load_words("general_things"):
        cut -= 1  # General Electric
    if not cut and len(run) > 3 and run[1].lower == "of" and normal(run[0].text) in roles:
        return 3  # Secretary of State Antony Blinken
    if not cut and len(run) == 3 and is_human_noun(normal(run[0].text)) and is_given_name(normal(run[1].text)):
        return 1  # Ecologist Piers Harker
    return cut


def read_run(document: Document, tree: Tree, run: list[Word]) -> Name | None:
    """A run as title and name; None for a bare title or a demonym."""
    cut = _title_length(run, tagged_words(tree))
    own = run[cut:]
    end = own[-1].end  # with what stands behind the name: Durham Hall QC
    while len(own) > 1 and own[-1].text.replace(".", "") in _POST_NOMINALS:
        own, run = own[:-1], run[:-1]
    if _is_bare_title(own) or _is_adjective(own):
        return None
    before = tree.words[run[0].index - 1] if run[0].index else None
    title = tuple(w.text for w in run[:cut])
    behind = document.plain[end : end + 16]
    reading = Reading(tree, tuple(run), cut, behind, document.label_of(Span(own[0].start, own[-1].end)))
    person = personhood(reading)
    age = _AGE.match(behind)
    is_organization = is_organization_name(own)
    role = role_of(reading) if person > 0 or (cut and not is_organization) else None
    if cut and is_organization and person <= 0:  # the Prime Minister's Office: no title
        own, title = run, ()
    return Name(
        span=Span(own[0].start, end),
        title=title,
        display=_display(document, own, title),
        person=person,
        role=role,
        label=reading.label,
        is_label=behind.startswith(":") and run[0].index == 0,
        age=(age[1] or age[2]) if age else "",
        nickname=_nickname(own, document),
        is_place=before is not None and before.lower in {"in", "near", "outside", "across"},
    )


def _is_bare_title(own: Sequence[Word]) -> bool:
    """Vice President, Secretary of State, US Ambassador: nobody is named. But: Martin Luther King."""
    roles = load_words("roles")
    words = [normal(w.text) for w in own]
    if all(word in roles or word in load_words("title_words") for word in words):
        return True
    cut = next((i for i, word in enumerate(words) if word in {"of", "for"}), 0)
    if cut and (words[cut - 1] in roles or words[cut - 1] == "member"):  # Health Minister for the Carrow Region
        return not any(w in load_words("organizations") or is_given_name(w) for w in words[: cut - 1])
    return len(words) > 1 and words[-1] in roles and not any(is_given_name(w) for w in words) and "of" not in words


def _is_adjective(own: Sequence[Word]) -> bool:
    """A demonym alone: Israeli in "Israeli officials"."""
    word = normal(own[0].text)
    is_people = own[0].xpos in {"NNPS", "NNS"} and word.endswith(_PEOPLES) and word not in countries()
    return len(own) == 1 and not is_given_name(word) and (own[0].upos == "ADJ" or is_demonym(word) or is_people)


def _display(document: Document, own: Sequence[Word], title: Sequence[str]) -> str:
    """The name as written, a nickname in marks left out; a monarch's with the title: Pope Francis."""
    words = [w for w in own if normal(w.text) not in _SUFFIXES]
    reigning = len(words) == 1 and title and normal(title[-1]) in load_words("reigning")
    pieces = [f"{title[-1]} "] if reigning else []
    for i, word in enumerate(own):
        gap = word.start - own[i - 1].end if i else 0
        pieces += [" " if gap else "", document.plain[word.start : word.end]]
    return "".join(pieces)


def _nickname(own: Sequence[Word], document: Document) -> str:
    for one, other in itertools.pairwise(own):
        if other.start - one.end > 1:
            return normal(re.sub(r"[^\w ]", "", document.plain[one.end : other.start]).strip())
    return ""


def collect(document: Document) -> list[Name]:
    """All names of a document, in text order."""
    parts = ((tree, run) for tree in document.trees for run in name_runs(tree))
    found = [name for tree, run in parts if (name := read_run(document, tree, run)) is not None]
    found = [_continued(document, name) for name in found]
    found = _without_pairs(_with_peoples(document, found))
    found += _surnames_alone(document, found)
    return _with_surnames_of_kin(document, sorted(found, key=lambda name: name.span.start))


def _continued(document: Document, name: Name) -> Name:
    """A name that the parser cut between two sentences: Curtis | Yoo advised."""
    tree = document.tree_at(name.span.end + 1)
    behind = tree.words[0] if tree is not None else None
    if (
        behind is None
        or len(name.key) != 1
        or behind.start != name.span.end + 1
        or not behind.text[:1].isupper()
        or behind.lower in load_words("stop_words")
    ):
        return name
    span = Span(name.span.start, behind.end)
    return replace(name, span=span, display=f"{name.display} {behind.text}", person=name.person + 1)


def _with_peoples(document: Document, found: Sequence[Name]) -> list[Name]:
    """Velland is a country where the text has a Vellandic leader."""
    adjectives = {w.lower for t in document.trees for w in t.words if w.upos == "ADJ" and w.text[:1].isupper()}
    stems = {a[:5] for a in adjectives if len(a) > 6 and a.endswith(_DEMONYMS)}
    return [
        replace(n, person=n.person - 4.0)
        if len(n.key) == 1 and len(n.key[0]) > 4 and n.key[0][:5] in stems and not is_given_name(n.key[0])
        else n
        for n in found
    ]


def _without_pairs(found: Sequence[Name]) -> list[Name]:
    """Without the Orr-Pell debate, where Ann Orr and Owen Pell are named: that is neither of them."""
    surnames = {n.key[-1] for n in found if n.person > 0 and len(n.key) > 1 and "-" not in n.display}
    return [n for n in found if " " in n.display or "-" not in n.display or not set(n.key) <= surnames]


def _surnames_alone(document: Document, found: Sequence[Name]) -> Iterator[Name]:
    """Surnames of people named in full elsewhere, where the tagger saw no name (Grieve said …)."""
    surnames = {n.key[-1] for n in found if n.person > 0 and len(n.key) > 1}
    taken = {i for n in found for i in range(n.span.start, n.span.end)}
    for tree in document.trees:
        for word in tree.words:
            if word.text[:1].isupper() and normal(word.text) in surnames and word.start not in taken:
                yield Name(word.span, (), word.text)


def _with_surnames_of_kin(document: Document, found: Sequence[Name]) -> list[Name]:
    """Ruth Roake lost her husband, Peter: Peter Roake."""
    out: list[Name] = []
    people: list[Name] = []
    for name in found:
        owner = _of_kin(document, name) if len(name.key) == 1 and people else ""
        other = {"his": "female_names", "her": "male_names"}.get(owner)
        last = next((n for n in reversed(people[-3:]) if other and n.key[0] not in load_words(other)), None)
        if last is not None:
            whole = f"{name.display} {last.display.split()[-1]}"
            out.append(replace(name, display=whole, person=name.person + 2))
        else:
            out.append(name)
        if out[-1].person > 0 and len(out[-1].key) > 1 and is_given_name(out[-1].key[0]):
            people.append(out[-1])
    return out


def _of_kin(document: Document, name: Name) -> str:
    """His in "his wife, Mary"; empty where no kinship is told."""
    lead = document.plain[max(0, name.span.start - 24) : name.span.start].lower()
    kin = re.search(r"\b(his|her) (?:late |older |younger |elder )?([a-z]+),? $", lead)
    return kin[1] if kin is not None and kin[2] in load_words("kin") else ""
