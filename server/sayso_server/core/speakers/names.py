"""Names in the text: runs of capitalised words, read as title and name."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sayso_server.core.document import Document
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.evidence import Reading, is_organization_name, personhood
from sayso_server.core.speakers.roles import role_of
from sayso_server.core.speakers.words import countries, is_demonym, is_given_name, is_human_noun, normal
from sayso_server.core.statement import Span
from sayso_server.core.tree import Name as NameOfTree
from sayso_server.core.tree import Tree, Word

_PARTICLES = frozenset(
    {"de", "dela", "del", "da", "das", "di", "do", "dos", "du", "la", "le", "van", "von", "der", "ter"}
    | {"al", "el", "ul", "bin", "ibn", "abu"}
)
_INSIDE = _PARTICLES | {"of", "&", "for", "and", "-", "the"}
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_POST_NOMINALS = frozenset({"QC", "KC", "MP", "MEP", "OBE", "CBE", "MBE", "PhD", "MD", "Esq"})
_PEOPLES = ("ans", "ists", "crats", "kurds", "ims", "ites", "hindus", "sikhs", "atives", "erals", "nials")
"""How plurals of peoples, parties and creeds end: Kurds, Republicans; not names of anybody."""
_DEMONYMS = ("an", "ic", "ese", "ish", "i")
_NICKNAME_MARKS = {"“": "”", '"': '"', "‘": "’", "(": ")", "'": "'", "``": "''"}
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


def is_capital(word: Word) -> bool:
    """Whether the word can be part of a name."""
    return word.text[:1].isupper() and (
        word.lower == "united"
        or word.text == "US"
        or word.upos in {"PROPN", "NOUN", "ADJ", "NUM", "X", "INTJ", "ADV"}
        or is_given_name(normal(word.text))
    )


def runs(tree: Tree) -> Iterator[list[Word]]:
    """Maximal runs of capitalised words of a sentence, with small words inside (Secretary of State, van Dyke).

    A nickname in marks between two names belongs to the run: Ed "Bins" Rowe. A word that the tokenizer tore is whole.
    """
    tagged = _tagged(tree)
    run: list[Word] = []
    small: list[Word] = []  # words that are inside only if a capital follows
    skip_to = 0
    for word in tree.words:
        if word.index < skip_to:
            continue
        adjacent = bool(run) and (word.start - (small or run)[-1].end <= 1 or word.index == skip_to)
        if adjacent and not small and (end := _nickname_end(tree, run, word.index)):
            skip_to = end
        elif adjacent and (is_capital(word) or _is_torn_off(word, run, small)) and not _is_on_a_day(word, small):
            run += [*small, word]
            small = []
        elif adjacent and _continues(run, small, word, tagged):
            small.append(word)
        else:
            yield from _parts(run, tagged)
            run, small = ([word] if _may_begin(tree, word, tagged) else []), []
    yield from _parts(run, tagged)


def _tagged(tree: Tree) -> dict[int, NameOfTree]:
    """The tagger's name that every word is of, by the index of the word."""
    return {i: name for name in tree.names for i in range(name.first, name.end)}


def _is_torn_off(word: Word, run: Sequence[Word], small: Sequence[Word]) -> bool:
    """ński behind Kaczy: one word in the text."""
    return not small and word.start == run[-1].end and word.text.isalpha() and run[-1].text.isalpha()


def _is_on_a_day(word: Word, small: Sequence[Word]) -> bool:
    """The Council on Friday."""
    return bool(small) and small[-1].lower == "on" and normal(word.text) in load_words("calendar")


def _parts(run: list[Word], tagged: Mapping[int, NameOfTree]) -> Iterator[list[Word]]:
    """Two names without a comma: the ambassador to Germany Richard Grenell, Amnesty International Man-kei Tam."""
    known = len(run) > 2 and normal(run[0].text) in countries() and not is_demonym(normal(run[0].text))
    cut = 1 if known and is_given_name(normal(run[1].text)) else _person_in_run(run, tagged)
    if cut and _is_title(run[:cut]):
        cut = 0
    yield from (part for part in (run[:cut], run[cut:]) if part and _is_name(part, tagged))


def _person_in_run(run: Sequence[Word], tagged: Mapping[int, NameOfTree]) -> int:
    """Where in a run the name of a person begins, by the tagger; 0 if it does not, or at once."""
    for i, word in enumerate(run[1:], 1):
        name = tagged.get(word.index)
        if name is not None and name.type == "PER" and name.first == word.index:
            if (
                run[i - 1].lower == "of" and len(run) - i > 2
            ):  # Mayor of London Sadiq Khan: a person's name, tagged from London on
                return next((j for j in range(i, len(run) - 1) if is_given_name(normal(run[j].text))), len(run) - 2)
            begins = is_given_name(normal(word.text)) or len(run) - i == 2
            before = normal(run[i - 1].text)
            is_inside = is_given_name(before) or len(before) == 1 or before in _INSIDE
            if len(run) - i > 1 and begins and not is_inside:
                return i
    return 0


def _is_title(words: Sequence[Word]) -> bool:
    """Whether what stands before a name is a title: Judge, Secretary of State, Ecologist."""
    last = normal(words[-1].text)
    roles = load_words("roles") | load_words("honorifics")
    if last in roles or is_human_noun(last):
        return True
    return any(normal(w.text) in roles and words[i + 1].lower in {"of", "for"} for i, w in enumerate(words[:-1]))


def _nickname_end(tree: Tree, run: Sequence[Word], at: int) -> int:
    """The index behind a nickname in marks that begins at `at`; 0 if there is none."""
    closing = _NICKNAME_MARKS.get(tree.words[at].text)
    for length in (2, 3):
        end = at + length
        if closing and end + 1 < len(tree.words) and tree.words[end].text in {closing, '"', "''"}:
            inner = tree.words[at + 1 : end]
            fits = all(w.text[:1].isupper() or w.lower == "the" for w in inner) and len(run) < 3
            behind = tree.words[end + 1]
            return end + 1 if fits and is_capital(behind) and is_given_name(normal(run[-1].text)) else 0
    return 0


def _may_begin(tree: Tree, word: Word, tagged: Mapping[int, NameOfTree]) -> bool:
    """Every sentence begins with a capital; only a name that is tagged as one counts there. Or a particle: al-Eryani."""
    if word.text in _PARTICLES and word.index + 2 < len(tree.words) and word.index in tagged:
        return tagged[word.index].first == word.index and tree.words[word.index + 1].text == "-"
    if not is_capital(word) or word.lower in load_words("epithets") | load_words("elliptical"):
        return False
    if word.upos == "ADV" and word.lower in load_words("stop_words"):  # "When Democrats …
        return False
    if word.index > 0 or word.upos in {"PROPN", "ADJ"} or is_given_name(normal(word.text)):
        return True
    return word.index in tagged and word.lower not in load_words("stop_words")


def _is_name(run: Sequence[Word], tagged: Mapping[int, NameOfTree]) -> bool:
    known = any(w.upos == "PROPN" or w.text == "US" or is_given_name(normal(w.text)) or w.index in tagged for w in run)
    return known and not all(normal(w.text) in load_words("calendar") for w in run)


def _continues(run: list[Word], small: list[Word], word: Word, tagged: Mapping[int, NameOfTree]) -> bool:
    """Whether a small word can stand inside this name: Secretary of State, but not John Kirby of the White House."""
    lower, last = word.lower, normal(run[-1].text)
    if small:
        if lower in _PARTICLES or word.text == "-":
            return small[-1].lower in _PARTICLES and len(small) < 3
        return lower == "the" and small[-1].lower in {"of", "for"} and len(small) == 1
    if lower in {"of", "for"}:
        name = tagged.get(run[-1].index)
        if name is not None and name.type == "PER":
            return False
        is_office = last in load_words("roles") or last in load_words("organizations")
        is_office = is_office or last in {"conference", "museum"} or any(w.lower in {"'s", "'"} for w in run)
        return len(run) == 1 or is_office
    if lower == "on":
        return last in {"commission", "committee", "subcommittee", "council", "conference"}
    if lower == "to":
        return last in {"committee", "campaign", "coalition"}
    if lower in {"'s", "'"}:
        return _owns_an_office(run[-1])
    return lower in _INSIDE - {"the"} or (word.text == "." and len(run[-1].text) == 1)


def _owns_an_office(word: Word) -> bool:
    """Sheriff in Sheriff's Office, Bishops in Bishops' Conference: the possessive mark is inside the name."""
    lower = normal(word.text)
    return lower in load_words("roles") or lower in load_words("people_of_names")


def _split_possession(run: list[Word]) -> Iterator[list[Word]]:
    """The Sheriff's Office is one name; the Governor's Ann Orr is two."""
    cut = next((i for i, w in enumerate(run) if w.lower in {"'s", "'"}), None)
    if cut is None or not run[cut + 1 :]:
        yield run
        return
    following = normal(run[cut + 1].text)
    is_whole = following in load_words("organizations") or normal(run[cut - 1].text) in load_words("people_of_names")
    if is_whole:
        yield run
    else:
        yield run[:cut]
        yield from _split_possession(run[cut + 1 :])


def _split_coordination(run: list[Word], tagged: Mapping[int, NameOfTree]) -> Iterator[list[Word]]:
    """ "Biden and Netanyahu" is two names, "Department of Health and Human Services" one."""
    cut = next((i for i, w in enumerate(run) if w.lower == "and"), None)
    if cut is None or not (_are_two(run, cut, tagged) or _may_be_two(run, cut)):
        yield run
        return
    yield run[:cut]
    yield from _split_coordination(run[cut + 1 :], tagged)


def _are_two(run: Sequence[Word], cut: int, tagged: Mapping[int, NameOfTree]) -> bool:
    """Whether the tagger sees names on both sides of "and": a person's before it, or each of two words or more."""
    behind = [normal(w.text) for w in run[cut + 1 : cut + 3]]
    if len(behind) == 2 and behind[0] in load_words("organizations") and behind[1] in {"of", "for"}:
        return True
    names = [tagged.get(w.index) for w in (*run[cut - 1 : cut], *run[cut + 1 : cut + 2])]
    if len(names) < 2 or names[0] is None or names[1] is None or names[0] == names[1]:
        return False
    return names[0].type == "PER" or min(cut, len(run) - cut - 1) > 1


def _may_be_two(run: Sequence[Word], cut: int) -> bool:
    """Whether nothing tells that "and" stands inside one name."""
    inside = any(w.lower in {"of", "for"} for w in run[:cut])
    return not inside and normal(run[-1].text) not in load_words("organizations")


def _title_length(run: Sequence[Word], tagged: Mapping[int, NameOfTree]) -> int:
    """How many words before the name are its title; the title ends with the last word that is a role."""
    roles = load_words("roles") | load_words("honorifics")
    person = _person_in_run(run, tagged)
    if person and _is_title(run[:person]):  # US Secretary of State Mike Pompeo
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
        return 1  # Ecologist Ryan Norris
    return cut


def read_run(document: Document, tree: Tree, run: list[Word]) -> Name | None:
    """A run as title and name; None for a bare title or a demonym."""
    cut = _title_length(run, _tagged(tree))
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
    if cut and (words[cut - 1] in roles or words[cut - 1] == "member"):  # Health Minister for the Biobio Region
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


def _trimmed(run: list[Word]) -> list[Word]:
    """A run without small words at its ends."""
    start, end = 0, len(run)
    leading = (_INSIDE - _PARTICLES) | load_words("calendar")
    while start < end - 1 and run[start].lower in leading:
        start += 1
    while end > start and run[end - 1].lower in _INSIDE:
        end -= 1
    return run[start:end]


def collect(document: Document) -> list[Name]:
    """All names of a document, in text order."""
    parts = (
        (tree, _trimmed(part))
        for tree in document.trees
        for run in runs(tree)
        for piece in _split_possession(run)
        for part in _split_coordination(piece, _tagged(tree))
    )
    found = [name for tree, part in parts if part and (name := read_run(document, tree, part)) is not None]
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
