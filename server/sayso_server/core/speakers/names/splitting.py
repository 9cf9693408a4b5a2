"""Splits a run of capitalised words into names, at possessives and coordinations, and trims its ends."""

from collections.abc import Iterator, Mapping, Sequence

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.spelling import is_given_name, normal
from sayso_server.core.speakers.names.titles import is_title_of_several
from sayso_server.core.tree import TaggedName, Word


def split_possession(run: list[Word], tagged: Mapping[int, TaggedName]) -> Iterator[list[Word]]:
    """Splits at a possessive: the Sheriff's Office is one name, the Governor's Ann Orr is two."""
    cut = next((i for i, w in enumerate(run) if w.lower in load_words("possessive_marks")), None)
    if cut is None or not run[cut + 1 :]:
        yield run
        return
    following = normal(run[cut + 1].text)
    is_of_people = normal(run[cut - 1].text) in load_words("people_of_names")
    is_whole = following in load_words("organizations") or is_of_people or is_called_so(run, cut, tagged)
    if is_whole:
        yield run
    else:
        yield run[:cut]
        yield from split_possession(run[cut + 1 :], tagged)


def is_called_so(run: Sequence[Word], at: int, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether the possessive mark at this place is part of the name: McDonald's, Moody's Analytics."""
    if not 0 < at < len(run) or run[at].lower not in load_words("possessive_marks"):
        return False
    name = tagged.get(run[at - 1].index)
    return normal(run[at - 1].text) in load_words("possessive_names") and (name is None or name.type != "PER")


def split_coordination(run: list[Word], tagged: Mapping[int, TaggedName]) -> Iterator[list[Word]]:
    """Splits at a coordination: "Biden and Netanyahu" is two names, "Department of Health and Human Services" one."""
    cuts = [i for i, w in enumerate(run) if w.lower == "and" or _are_people(run, i, tagged)]
    if cuts and any(w.text == "," for w in run[: cuts[0]]):  # Ministry of Culture, Youth and Sport
        cuts = cuts[1:]
    cut = next(iter(cuts), None)
    if cut is None or _is_one_body(run, cut, tagged) or not (_are_two(run, cut, tagged) or _may_be_two(run, cut)):
        yield run
        return
    yield run[:cut]
    yield from split_coordination(run[cut + 1 :], tagged)


def _are_two(run: Sequence[Word], cut: int, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether the tagger has names on both sides of "and": a person's before it, or each of two words or more."""
    after = [normal(w.text) for w in run[cut + 1 : cut + 3]]
    if len(after) == 2 and after[0] in load_words("organizations") and after[1] in load_words("name_prepositions"):
        return True
    names = [tagged.get(w.index) for w in (*run[cut - 1 : cut], *run[cut + 1 : cut + 2])]
    if len(names) < 2 or names[0] is None or names[1] is None or names[0] == names[1]:
        return False
    return names[0].type == "PER" or min(cut, len(run) - cut - 1) > 1


def _are_people(run: Sequence[Word], cut: int, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether people are on both sides of the sign: Anna & Ben Cole, Senators Orr & Pell; not Castle & Finch."""
    if run[cut].text != "&" or not 0 < cut < len(run) - 1:
        return False
    names = [tagged.get(run[i].index) for i in (cut - 1, cut + 1)]
    are_tagged = all(name is not None and name.type == "PER" for name in names) and names[0] != names[1]
    are_titled = cut == 2 and is_title_of_several(run[0])
    return are_tagged and (are_titled or is_given_name(normal(run[cut + 1].text)))


def _is_one_body(run: Sequence[Word], cut: int, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether a coordination is one body, for the tagger or by its fields: Joint Committee on Roads and Harbours."""
    name, fields = tagged.get(run[cut - 1].index), load_words("fields_of_government")
    if cut == 1 and normal(run[0].text) in fields and any(normal(w.text) in fields for w in run[2:]):
        return True  # Customs and Border Patrol
    if cut > 1 and all(normal(w.text) in fields for w in (run[cut - 1], *run[cut + 1 : cut + 2])):
        return True  # Carrow Fire and Rescue
    if normal(run[cut - 1].text) in fields and any(normal(w.text) in load_words("roles") for w in run[cut + 2 : -1]):
        return True  # Trade and Bridges Minister Owen Pell
    return name is not None and name.type == "ORG" and name == tagged.get(run[cut + 1].index)


def _may_be_two(run: Sequence[Word], cut: int) -> bool:
    """Whether nothing shows that "and" is inside one name."""
    inside = any(w.lower == "on" or w.lower in load_words("name_prepositions") for w in run[:cut])
    return not inside and normal(run[-1].text) not in load_words("organizations")


def _is_date(word: Word, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether a word before a name is a day or a month; not Jan in Jan Orr."""
    name = tagged.get(word.index)
    return word.lower in load_words("calendar") and (name is None or name.type != "PER")


def _is_day_after(run: Sequence[Word], tagged: Mapping[int, TaggedName]) -> bool:
    """Whether the last word is a day, and not part of the name of a person or thing of two words."""
    day, before = run[-1], run[-2]
    if not day.text.endswith("day") or day.lower not in load_words("calendar"):
        return False
    own, name = tagged.get(day.index), tagged.get(before.index)
    if name is None or name.type != "PER":
        return False
    return own != name or day.index - name.first > 1


def trimmed(run: list[Word], tagged: Mapping[int, TaggedName]) -> list[Word]:
    """A run without small words and days at its ends: Governor Owen Pell Tuesday."""
    start, end = 0, len(run)
    while start < end - 1 and (run[start].lower in load_words("inside_names") or _is_date(run[start], tagged)):
        start += 1
    while end > start + 1 and _is_day_after(run[:end], tagged):
        end -= 1
    while end > start and _is_loose_at_end(run, end - 1, tagged):
        end -= 1
    return run[start:end]


def _is_loose_at_end(run: Sequence[Word], at: int, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether a small word at the end of a run is not part of the name: of, van, 's."""
    is_small = run[at].text in load_words("name_particles") or run[at].lower in load_words("inside_names")
    return is_small and not is_called_so(run, at, tagged)
