"""Runs of capitalised words that are names, with their titles: where they begin, what is inside, where two meet."""

from collections.abc import Iterator, Mapping, Sequence

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.spelling import countries, is_demonym, is_given_name, is_human_noun, normal
from sayso_server.core.tree import TaggedName, Tree, Word

_PARTICLES = frozenset(
    {"de", "dela", "del", "da", "das", "di", "do", "dos", "du", "la", "le", "van", "von", "der", "ter"}
    | {"al", "el", "ul", "bin", "ibn", "abu"}
)

_INSIDE = _PARTICLES | {"of", "&", "for", "and", "-", "the"}

_NICKNAME_MARKS = {"“": "”", '"': '"', "‘": "’", "(": ")", "'": "'", "``": "''"}


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
    tagged = tagged_words(tree)
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
            if run:
                yield from _parts(run, tagged)
            run, small = ([word] if _may_begin(tree, word, tagged) else []), []
    if run:
        yield from _parts(run, tagged)


def tagged_words(tree: Tree) -> dict[int, TaggedName]:
    """The tagger's name that every word is of, by the index of the word."""
    return {i: name for name in tree.names for i in range(name.first, name.end)}


def _is_torn_off(word: Word, run: Sequence[Word], small: Sequence[Word]) -> bool:
    """berg behind Sol: one word in the text."""
    return not small and word.start == run[-1].end and word.text.isalpha() and run[-1].text.isalpha()


def _is_on_a_day(word: Word, small: Sequence[Word]) -> bool:
    """The Council on Friday."""
    return bool(small) and small[-1].lower == "on" and normal(word.text) in load_words("calendar")


def _parts(run: list[Word], tagged: Mapping[int, TaggedName]) -> Iterator[list[Word]]:
    """Two names without a comma: the ambassador to Germany Owen Pell, Harbour Watch Ann Orr."""
    known = len(run) > 2 and normal(run[0].text) in countries() and not is_demonym(normal(run[0].text))
    cut = 1 if known and is_given_name(normal(run[1].text)) else person_in_run(run, tagged)
    if cut and is_title(run[:cut]):
        cut = 0
    yield from (part for part in (run[:cut], run[cut:]) if part and _is_name(part, tagged))


def person_in_run(run: Sequence[Word], tagged: Mapping[int, TaggedName]) -> int:
    """Where in a run the name of a person begins, by the tagger; 0 if it does not, or at once."""
    for i, word in enumerate(run[1:], 1):
        name = tagged.get(word.index)
        if name is not None and name.type == "PER" and name.first == word.index:
            if run[i - 1].lower == "of" and len(run) - i > 2:  # Mayor of Carrow Ann Orr, tagged from Carrow on
                return next((j for j in range(i, len(run) - 1) if is_given_name(normal(run[j].text))), len(run) - 2)
            begins = is_given_name(normal(word.text)) or len(run) - i == 2
            before = normal(run[i - 1].text)
            is_inside = is_given_name(before) or len(before) == 1 or before in _INSIDE
            if len(run) - i > 1 and begins and not is_inside:
                return i
    return 0


def is_title(words: Sequence[Word]) -> bool:
    """Whether what stands before a name is a title: Judge, Secretary of State, Ecologist."""
    last = normal(words[-1].text)
    roles = load_words("roles", "honorifics")
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


def _may_begin(tree: Tree, word: Word, tagged: Mapping[int, TaggedName]) -> bool:
    """Every sentence begins with a capital; only a name that is tagged as one counts there. A particle: al-Harbi."""
    if not word.text[:1].isupper():
        is_tagged = word.text in _PARTICLES and word.index + 2 < len(tree.words) and word.index in tagged
        return is_tagged and tagged[word.index].first == word.index and tree.words[word.index + 1].text == "-"
    if not is_capital(word) or word.lower in load_words("epithets", "elliptical"):
        return False
    if word.upos == "ADV" and word.lower in load_words("stop_words"):  # "When Democrats …
        return False
    if word.index > 0 or word.upos in {"PROPN", "ADJ"} or is_given_name(normal(word.text)):
        return True
    return word.index in tagged and word.lower not in load_words("stop_words")


def _is_name(run: Sequence[Word], tagged: Mapping[int, TaggedName]) -> bool:
    known = any(w.upos == "PROPN" or w.text == "US" or is_given_name(normal(w.text)) or w.index in tagged for w in run)
    return known and not all(normal(w.text) in load_words("calendar") for w in run)


def _continues(run: list[Word], small: list[Word], word: Word, tagged: Mapping[int, TaggedName]) -> bool:
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


def _split_coordination(run: list[Word], tagged: Mapping[int, TaggedName]) -> Iterator[list[Word]]:
    """ "Biden and Netanyahu" is two names, "Department of Health and Human Services" one."""
    cut = next((i for i, w in enumerate(run) if w.lower == "and"), None)
    if cut is None or not (_are_two(run, cut, tagged) or _may_be_two(run, cut)):
        yield run
        return
    yield run[:cut]
    yield from _split_coordination(run[cut + 1 :], tagged)


def _are_two(run: Sequence[Word], cut: int, tagged: Mapping[int, TaggedName]) -> bool:
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


def _trimmed(run: list[Word]) -> list[Word]:
    """A run without small words at its ends."""
    start, end = 0, len(run)
    leading = (_INSIDE - _PARTICLES) | load_words("calendar")
    while start < end - 1 and run[start].lower in leading:
        start += 1
    while end > start and run[end - 1].lower in _INSIDE:
        end -= 1
    return run[start:end]


def name_runs(tree: Tree) -> Iterator[list[Word]]:
    """The names of a sentence as words, each with its title and nothing loose at its ends."""
    tagged = tagged_words(tree)
    for run in runs(tree):
        for piece in _split_possession(run):
            for part in _split_coordination(piece, tagged):
                if trimmed := _trimmed(part):
                    yield trimmed
