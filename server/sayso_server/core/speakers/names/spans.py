"""The words of each name in a sentence: where a name begins, which words are inside it, where two names meet."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.spelling import countries, is_demonym, is_given_name, normal
from sayso_server.core.speakers.names.splitting import is_called_so, split_coordination, split_possession, trimmed
from sayso_server.core.speakers.names.titles import is_title_of, person_in_run, tagged_words
from sayso_server.core.tree import TaggedName, Tree, Word

_NICKNAME_MARKS = {"“": "”", '"': '"', "‘": "’", "(": ")", "'": "'", "``": "''"}
_MOST_BEFORE_NICKNAME = 2
"""Maximum number of words in a name before its nickname."""
_NICKNAME_LENGTHS = (2, 3)
"""Number of tokens from the opening to the closing mark: “Bins”, “the Hat”."""
_NUMBER_SIGNS = frozenset({"No", "No.", "Number"})
_MOST_PARTICLES = 2
"""Maximum number of particles in a row inside a name: van der Berg."""
_NAME_TAGS = frozenset({"PROPN", "NOUN", "ADJ", "NUM", "X", "INTJ", "ADV"})
"""Parts of speech that parsers give to capitalised words of names."""


def name_spans(tree: Tree) -> Iterator[list[Word]]:
    """The names of a sentence, each with its title, without loose words at the ends."""
    tagged = tagged_words(tree)
    yield from _addresses(tree)
    for run in _runs(tree, tagged):
        for piece in split_possession(run, tagged):
            for part in split_coordination(piece, tagged):
                if name := trimmed(_without_number_sign(part), tagged):
                    yield name


def _addresses(tree: Tree) -> Iterator[list[Word]]:
    """The official addresses in a sentence, which parsers read as a negation and a number: No 10, Number 11."""
    for sign, number in pairwise(tree.words):
        is_sign = sign.text in _NUMBER_SIGNS and number.relation != "nummod"  # no 10 ships
        if is_sign and number.text in load_words("official_addresses"):
            yield [sign, number]


def _without_number_sign(run: Sequence[Word]) -> list[Word]:
    """The name without a final number sign: Carrow Council in "Carrow Council No. 7"; empty for "Juror No. 7"."""
    is_counted = bool(run) and run[-1].text in _NUMBER_SIGNS
    return list(run[:-1] if is_counted and len(run) > 2 else [] if is_counted else run)


def _runs(tree: Tree, tagged: Mapping[int, TaggedName]) -> Iterator[list[Word]]:
    """The longest runs of capitalised words, with small words inside (Secretary of State, van Dyke).

    A nickname in quotation marks between two names belongs to the run: Ed "Bins" Rowe. The parts of a word that the
    tokenizer split belong together.
    """
    run: list[Word] = []
    small: list[Word] = []  # words that are inside only if a capital follows
    skip_to = 0
    for word in tree.words:
        if word.index < skip_to:
            continue
        adjacent = bool(run) and (word.start - (small or run)[-1].end <= 1 or word.index == skip_to)
        if adjacent and not small and (end := _nickname_end(tree, run, word.index, tagged)):
            skip_to = end
        elif adjacent and not small and (end := _list_end(tree, run, word.index, tagged)):
            run += tree.words[word.index : end]
            skip_to = end
        elif adjacent and _extends(run, small, word, tagged):
            run += [*small, word]
            small = []
        elif adjacent and (_is_in_one_name(tree, run, word, tagged) or _continues(run, small, word, tagged)):
            small.append(word)
        else:
            if run:
                yield from _parts(_with_mark(run, small, tagged), tagged)
            run, small = ([word] if _may_begin(tree, word, tagged) else []), []
    if run:
        yield from _parts(_with_mark(run, small, tagged), tagged)


def _with_mark(run: list[Word], small: Sequence[Word], tagged: Mapping[int, TaggedName]) -> list[Word]:
    """A run with the possessive mark after it, if that is part of the name: McDonald's said …"""
    whole = [*run, *small[:1]]
    return whole if small and is_called_so(whole, len(run), tagged) else run


def _is_in_one_name(tree: Tree, run: Sequence[Word], word: Word, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether a small word is inside a name, as tagged: Karl zu Hohenberg; also in Pieter in 't Veld."""
    name = tagged.get(word.index)
    is_inside = name is not None and word.index + 1 < name.end and name == tagged.get(run[-1].index)
    if name is not None and is_inside and name.type == "ORG":
        return word.lower in {"for", "of", "on", "the"}
    if name is not None and is_inside and name.type == "PER":
        return word.lower not in {"and", "at", "for", "from", "of", "on"} and (
            word.text.isalpha() or word.text in {"-", ".", "'t", "’t"}
        )
    after = tree.words[word.index + 1 : word.index + 3]
    if _is_numbered(tree, run, word) or _is_of_the_year(run, word, after):
        return True
    if word.lower == "the" and after and normal(after[0].text) in load_words("titles_with_article"):
        return normal(run[-1].text) in load_words("roles", "honorifics")  # Senator the Hon. Ann Orr
    return len(after) == 2 and after[0].text in {"'t", "’t"} and after[1].text[:1].isupper() and word.text.islower()


def _is_numbered(tree: Tree, run: Sequence[Word], word: Word) -> bool:
    """Whether a word is a number inside a name: the Carrow 52 Project; not: in Carrow 52 Kesterians …"""
    after = next(iter(tree.words[word.index + 1 : word.index + 2]), None)
    if not word.text.isdigit() or after is None or not after.text[:1].isupper() or after.start - word.end != 1:
        return False
    is_joined = run[-1].head == after.index or after.head == run[-1].index
    return is_joined and after.upos in {"PROPN", "NOUN"} and normal(run[-1].text) not in load_words("calendar")


def _is_of_the_year(run: Sequence[Word], word: Word, after: Sequence[Word]) -> bool:
    """Whether a word is the "of" in the name of a prize: Time Person of the Year."""
    ends = len(after) == 2 and after[0].lower == "the" and after[1].text in {"Decade", "Month", "Week", "Year"}
    return word.lower == "of" and ends and len(run) > 1


_ELIDED = re.compile(r"(?:d|l|dell|all)['’](?=[^\W\d_])(?![a-zß-öø-ÿ])")
"""The beginning of a surname before its capital: d'Arcy, dell'Acqua."""


def begins_name(text: str) -> bool:
    """Whether a word is spelt like one of a name: Arcy, d'Arcy."""
    return text[:1].isupper() or _ELIDED.match(text) is not None


def _is_capital(word: Word) -> bool:
    """Whether the word can be part of a name."""
    return begins_name(word.text) and (
        word.lower == "united" or word.text == "US" or word.upos in _NAME_TAGS or is_given_name(normal(word.text))
    )


def _extends(run: Sequence[Word], small: Sequence[Word], word: Word, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether a word continues the name: a capital, the rest of a split word, hye in Park Geun-hye."""
    if small and small[-1].text == "-" and small[-1].end == word.start and word.text.isalpha():
        name = tagged.get(word.index)
        if name is not None and name.type == "PER" and name == tagged.get(run[-1].index):
            return True
    if not small and word.lower in load_words("company_words"):  # Corvane plc
        name = tagged.get(word.index)
        if name is not None and name.type == "ORG" and name == tagged.get(run[-1].index):
            return True
    if small and _ORDINAL.fullmatch(word.text) and word.index in tagged:
        return tagged[word.index] == tagged.get(run[-1].index)
    is_surname = begins_name(word.text) and not small and run[-1].lower in load_words("name_particles")  # Al Said
    is_one = _is_capital(word) or is_surname or _is_torn_off(word, run, small)
    return is_one and not _is_on_a_day(word, small)


def _is_torn_off(word: Word, run: Sequence[Word], small: Sequence[Word]) -> bool:
    """Whether a word is the rest of a split one: Sol | berg, one word in the text."""
    return not small and word.start == run[-1].end and word.text.isalpha() and run[-1].text.isalpha()


def _is_on_a_day(word: Word, small: Sequence[Word]) -> bool:
    """Whether a word is a day after "on": the Council on Friday."""
    return bool(small) and small[-1].lower == "on" and normal(word.text) in load_words("calendar")


def _parts(run: list[Word], tagged: Mapping[int, TaggedName]) -> Iterator[list[Word]]:
    """The parts of a run with two names and no comma: the ambassador to Germany Owen Pell, Harbour Watch Ann Orr."""
    known = len(run) > 2 and normal(run[0].text) in countries() and not is_demonym(normal(run[0].text))
    cut = 1 if known and is_given_name(normal(run[1].text)) else person_in_run(run, tagged)
    if cut and is_title_of(run, cut, tagged):
        cut = 0
    yield from (part for part in (run[:cut], run[cut:]) if part and _is_name(part, tagged))


def _nickname_end(tree: Tree, run: Sequence[Word], at: int, tagged: Mapping[int, TaggedName]) -> int:
    """The index after a nickname in quotation marks that begins at `at`; 0 if there is none: Ed “Bins” Rowe."""
    closing = _NICKNAME_MARKS.get(tree.words[at].text)
    for length in _NICKNAME_LENGTHS:
        end = at + length
        if closing and end + 1 < len(tree.words) and tree.words[end].text in {closing, '"', "''"}:
            inner = tree.words[at + 1 : end]
            fits = all(w.text[:1].isupper() or w.lower == "the" for w in inner) and len(run) <= _MOST_BEFORE_NICKNAME
            after = tree.words[end + 1]
            names = [tagged.get(w.index) for w in (run[-1], after)]
            are_tagged = all(name is not None and name.type == "PER" for name in names)
            is_person = are_tagged or is_given_name(normal(run[-1].text))
            return end + 1 if fits and _is_capital(after) and is_person else 0
    return 0


def _list_end(tree: Tree, run: Sequence[Word], at: int, tagged: Mapping[int, TaggedName]) -> int:
    """The index after a list that continues at a comma; 0 if there is none: Ministry of Culture, Youth and Sport."""
    words, fields = tree.words, load_words("fields_of_government")
    body = tagged.get(at)
    is_body = body is not None and body.type == "ORG" and body == tagged.get(run[-1].index)
    if body is not None and is_body and words[at].text == "," and at + 1 < body.end:
        return body.end if any(w.lower == "and" for w in words[at : body.end]) else 0
    heads = {"on", *load_words("name_prepositions")}
    if words[at].text != "," or not any(w.lower in heads for w in run) or normal(run[-1].text) not in fields:
        return 0
    end, closes = at, False
    while end < len(words) and not closes:
        first = end + 1
        if words[end].text == "," and first < len(words) and words[first].lower == "and":
            first += 1
        elif words[end].text != "," and words[end].lower != "and":
            return 0
        closes = words[first - 1].lower == "and"
        end = first
        while end < len(words) and words[end].text[:1].isupper() and (end == first or end not in tagged):
            end += 1
        if end == first or not any(normal(w.text) in fields for w in words[first:end]):
            return 0
    return end if closes else 0


def _may_begin(tree: Tree, word: Word, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether a name can begin with this word. A particle can: al-Harbi.

    Every sentence begins with a capital, so there only tagged names count.
    """
    if not begins_name(word.text) and not word.text[:1].isdigit():
        particle = word.text in load_words("name_particles") and word.index + 2 < len(tree.words)
        first = particle and word.index in tagged and tagged[word.index].first == word.index
        return first and tree.words[word.index + 1].text == "-"
    if _is_ordinal_of_body(tree, word, tagged):
        return True
    name = tagged.get(word.index)
    if word.upos == "VERB" and word.text.istitle() and word.index and name is not None and name.type == "ORG":
        return name.first == word.index and name.end > word.index + 1  # the Combined Task Force
    if not _is_capital(word) or word.lower in load_words("epithets", "elliptical"):
        return False
    if word.upos == "ADV" and word.lower in load_words("stop_words"):  # "When Democrats …
        return False
    if word.index > 0 or word.upos in {"PROPN", "ADJ"} or is_given_name(normal(word.text)):
        return True
    return word.index in tagged and word.lower not in load_words("stop_words")


_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)", re.IGNORECASE)


def _is_ordinal_of_body(tree: Tree, word: Word, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether a word is an ordinal in the tagged name of a body: 4th District Court, First Circuit Court.

    In figures, it also belongs to a capitalised noun that it qualifies: the 12th Amendment.
    """
    is_ordinal = _ORDINAL.fullmatch(word.text) or (word.text.istitle() and word.lower in load_words("ordinals"))
    name = tagged.get(word.index)
    after = tree.words[word.index + 1 : word.index + 2]
    follows = bool(after) and after[0].start - word.end == 1 and after[0].text[:1].isupper()
    if name is None and follows and _ORDINAL.fullmatch(word.text) and word.head == after[0].index:
        return after[0].upos == "PROPN" and after[0].lower not in load_words("calendar")
    return bool(is_ordinal) and name is not None and name.type == "ORG" and name.first == word.index and follows


def _is_name(run: Sequence[Word], tagged: Mapping[int, TaggedName]) -> bool:
    """Whether a run names anything: "Pell" does, "Friday" does not."""
    known = any(w.upos == "PROPN" or w.text == "US" or is_given_name(normal(w.text)) or w.index in tagged for w in run)
    is_outlet = len(run) > 1 and normal(run[-1].text) in load_words("outlets")  # Harbour Insider
    return (known or is_outlet) and not all(normal(w.text) in load_words("calendar") for w in run)


def _continues(run: list[Word], small: list[Word], word: Word, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether a small word can be inside this name: Secretary of State, but not John Kirby of the White House."""
    lower, last = word.lower, normal(run[-1].text)
    particles, prepositions = load_words("name_particles"), load_words("name_prepositions")
    if small:
        if word.text in {"'t", "’t"}:
            return True
        if lower in particles or word.text == "-":
            return small[-1].lower in particles and len(small) <= _MOST_PARTICLES
        return lower == "the" and small[-1].lower in prepositions and len(small) == 1
    if lower in prepositions:
        return _may_be_of(run, last, tagged)
    if lower == "on":
        return last in load_words("bodies_on")
    if lower == "to":
        return last in load_words("bodies_to")
    if lower in load_words("possessive_marks"):
        return _owns_an_office(run[-1]) or is_called_so([*run, word], len(run), tagged)
    is_inside = lower in load_words("name_particles", "inside_names") and lower != "the"
    return is_inside or (word.text == "." and (len(last) == 1 or last in load_words("honorifics", "titles_of_people")))


def _may_be_of(run: Sequence[Word], last: str, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether "of" can follow inside the name: Bank of …, Ministry of …, not John Kirby of …"""
    name = tagged.get(run[-1].index)
    if name is not None and name.type == "PER":
        return False
    is_office = last in load_words("roles", "organizations", "bodies_of")
    return len(run) == 1 or is_office or any(w.lower in load_words("possessive_marks") for w in run)


def _owns_an_office(word: Word) -> bool:
    """Whether the possessive mark after a word is inside a name: Sheriff's Office, Bishops' Conference."""
    return normal(word.text) in load_words("roles", "people_of_names")
