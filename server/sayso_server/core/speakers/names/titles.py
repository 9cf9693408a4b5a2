"""Titles before names: where the title ends and the name begins."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.spelling import countries, is_given_name, is_human_noun, normal
from sayso_server.core.tree import TaggedName, Tree, Word

_SHORTEST_WRITTEN_OUT = 3
"""Minimum number of letters in a post-nominal that may be written like a word: Esq, but not Ms."""
_MOST_LETTERS = 5
_VOWELLESS = re.compile(r"[B-DF-HJ-NP-TV-XZ][b-df-hj-np-tv-xz]{2,3}")
"""An abbreviated title, known or not: Clr, Smt."""
_INITIALS = re.compile(r"(?:[A-Z]\.){1,4}")


@dataclass(frozen=True, slots=True)
class TitledName:
    """Mayor Owen Pell, in its sentence: `words[:cut]` is the title. `after` is the text after the name."""

    tree: Tree
    words: tuple[Word, ...]
    cut: int
    after: str
    label: str = ""
    """The label of the name tagger: PER, ORG, LOC; empty if there is none."""

    @property
    def own(self) -> tuple[Word, ...]:
        """The words of the name itself."""
        return self.words[self.cut :]


def tagged_words(tree: Tree) -> dict[int, TaggedName]:
    """The tagger's name of each word that is part of one, by the index of the word."""
    return {i: name for name in tree.names for i in range(name.first, name.end)}


def person_in_run(run: Sequence[Word], tagged: Mapping[int, TaggedName]) -> int:
    """The index of a tagged person's name in a run: Ann in "Harbour Watch Ann Orr"; 0 if none or at the start."""
    for i, word in enumerate(run[1:], 1):
        name = tagged.get(word.index)
        if name is not None and name.type == "PER" and name.first == word.index:
            if run[i - 1].lower == "of" and len(run) - i > 2:  # Mayor of Carrow Ann Orr, tagged from Carrow on
                return next((j for j in range(i, len(run) - 1) if is_given_name(normal(run[j].text))), len(run) - 2)
            is_full = without_letters(run, tagged) - i == 2
            begins = is_given_name(normal(word.text)) or is_full or _INITIALS.fullmatch(word.text) is not None
            if _has_begun(run[:i]):
                continue
            if len(run) - i > 1 and begins and not _continues_name(normal(run[i - 1].text)):
                return _with_initials(run, i)
    return 0


def _with_initials(run: Sequence[Word], at: int) -> int:
    """K.R. in "Leader K.R. Olin": initials before a name that the tagger leaves out."""
    while at and _INITIALS.fullmatch(run[at - 1].text):
        at -= 1
    return at


def _has_begun(before: Sequence[Word]) -> bool:
    """Whether a name begins before its tag: Tan Sri Lim Boon Heng, tagged from Boon on, begins after the rank."""
    ranks = load_words("titles_of_people", "honorifics")
    return normal(before[-1].text) not in ranks and any(
        normal(w.text) in load_words("titles_of_people") for w in before[:-1]
    )


def _continues_name(before: str) -> bool:
    """Whether the next word belongs to the same name as this one: a given name, an initial, a particle."""
    return is_given_name(before) or len(before) == 1 or before in load_words("name_particles", "inside_names")


def is_title(words: Sequence[Word]) -> bool:
    """Whether the words before a name are a title: Judge, Secretary of State, Ecologist."""
    last = normal(words[-2 if words[-1].text == "." and len(words) > 1 else -1].text)
    jobs = load_words("roles", "honorifics", "titles_of_people")
    if last in jobs or is_human_noun(last) or is_title_of_several(words[-1]):
        return True
    following = load_words("name_prepositions")
    return any(normal(w.text) in jobs and words[i + 1].lower in following for i, w in enumerate(words[:-1]))


def is_title_of(run: Sequence[Word], cut: int, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether the words before a person are a title: a known one, or one that the parser joins to the name."""
    if is_title(run[:cut]):
        return True
    word, after = run[0], run[cut]
    name = tagged.get(word.index)
    is_free = name is None or (name.type == "PER" and name.end == cut + word.index)
    if cut != 1 or not is_free or not word.text.istitle() or normal(word.text) in countries():
        return False
    if name is not None and not is_given_name(normal(after.text)):  # Lee | Boon Heng
        return False
    own = {w.index for w in run[cut:]}
    return (after.relation == "flat" and after.head == word.index) or (word.deprel == "nmod:desc" and word.head in own)


def _ranks(run: Sequence[Word], tagged: Mapping[int, TaggedName]) -> int:
    """The number of words that are ranks of a person: DC Ann Orr, Sqn Ldr Orr; not in DC United."""
    types = {name.type for word in run if (name := tagged.get(word.index)) is not None}
    if types != {"PER"}:
        return 0
    cut = 0
    for i, word in enumerate(run[:-1]):
        text = normal(word.text)
        is_full = i + 2 < len(run) and is_given_name(normal(run[i + 1].text))
        if _is_title_of_person(run, i, tagged) or (is_full and _VOWELLESS.fullmatch(word.text.removesuffix("."))):
            cut = i + 1
        elif text not in load_words("roles", "honorifics", "title_words", "titles_like_names") and word.text != ".":
            break
    return cut


def _is_title_of_person(run: Sequence[Word], at: int, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether a word is a title: DI in "DI Marco", but not Di in "Di Marco"; Sheikh before two names only."""
    word, after = run[at], run[at + 1]
    text = normal(word.text)
    if text not in load_words("titles_of_people"):
        return False
    if text in load_words("name_particles") and not (word.text.isupper() or "." in {word.text[-1], after.text}):
        return False
    own, name = tagged.get(word.index), tagged.get(after.index)
    is_apart = name is not None and own != name
    if is_given_name(text):
        return at + 2 < len(run) and is_given_name(normal(after.text))  # Bailie Ann Orr, but Bailie Orr
    return is_apart or at + 2 < len(run) or text not in load_words("titles_like_names")


def _is_tagged_apart(run: Sequence[Word], at: int, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether a tagged person's name begins at this word."""
    name = tagged.get(run[at].index) if at < len(run) else None
    return name is not None and name.type == "PER" and name.first == run[at].index


def without_letters(own: Sequence[Word], tagged: Mapping[int, TaggedName]) -> int:
    """The number of words of a name before its post-nominals: Durham Hall QC, Ann Orr MSP."""
    end = len(own)
    while end > 1 and _are_letters(own[end - 1], own[: end - 1], tagged):
        end -= 1
    return end


def _are_letters(word: Word, before: Sequence[Word], tagged: Mapping[int, TaggedName]) -> bool:
    """Whether a word is a post-nominal: a known one, or unknown capitals outside the tagged name."""
    letters = word.text.replace(".", "")
    name, person = tagged.get(word.index), tagged.get(before[-1].index)
    if letters.lower() in load_words("name_suffixes"):
        return False
    if letters.lower() in load_words("post_nominals"):
        is_thing = person is not None and person.type != "PER"
        return not (letters.istitle() and len(letters) < _SHORTEST_WRITTEN_OUT) and not is_thing
    is_person = person is not None and person.type == "PER" and person.end - person.first > 1
    is_apart = name is None and letters.isupper() and not before[-1].text.isupper()
    return is_person and is_apart and 2 <= len(letters) <= _MOST_LETTERS


def is_title_of_several(word: Word) -> bool:
    """Whether a word is a title of several people: Senators in "Senators Orr and Pell", Chairmen."""
    jobs, text = load_words("roles", "honorifics"), normal(word.text)
    return text not in jobs and (text.removesuffix("s") in jobs or text.replace("men", "man") in jobs)


def title_length(run: Sequence[Word], tagged: Mapping[int, TaggedName]) -> int:
    """The number of words in a title before a name: 2 in "Prime Minister Owen Pell".

    The title ends with the last word that is a job title.
    """
    jobs = load_words("roles", "honorifics")
    person = person_in_run(run, tagged)
    if person and is_title_of(run, person, tagged):  # US Secretary of State Ann Orr
        return person
    cut = _ranks(run, tagged)
    if not cut and len(run) > 2 and normal(run[0].text) in load_words("party_members"):
        cut = int(is_given_name(normal(run[1].text)))  # Democrat Ann Orr
    if not cut and is_title_of_several(run[0]) and _is_tagged_apart(run, 1, tagged):
        cut = 1  # Senators Orr
    for i, word in enumerate(run[:-1]):
        if normal(word.text) in jobs and run[i + 1].lower not in load_words("after_unfinished_titles"):
            cut = i + 1
    cut += _ranks(run[cut:], tagged)  # Roads Minister Smt Ann Orr
    if cut and run[cut].text == "." and cut < len(run) - 1:
        cut += 1  # Spc | . Ann Orr
    if cut and normal(run[cut - 1].text) == "general" and normal(run[cut].text) in load_words("general_things"):
        cut -= 1  # General Electric
    is_of = len(run) > 3 and run[1].lower == "of" and run[2].lower != "the"
    if not cut and is_of and normal(run[0].text) in jobs and (len(run) > 4 or _is_tagged_apart(run, 3, tagged)):
        return 3  # Secretary of State Antony Blinken; not: VP of Harbour Engineering
    if not cut and len(run) == 3 and is_human_noun(normal(run[0].text)) and is_given_name(normal(run[1].text)):
        return 1  # Ecologist Piers Harker
    return cut


def is_office_of_person(tree: Tree, words: Sequence[Word]) -> bool:
    """Whether a phrase is an office with its holder in apposition: the Master of the Rolls, Ann Orr, said.

    Its first word must not be tagged as part of an organization: the University of Carrow, Ann Orr.
    """
    tagged, following = tagged_words(tree), load_words("name_prepositions")
    after = tree.words[words[-1].index + 1 : words[-1].index + 2]
    first = tagged.get(words[0].index)
    if words[0].lower in load_words("organizations", "bodies_of") or (first is not None and first.type == "ORG"):
        return False
    if not any(w.lower in following for w in (*words, *(after if len(words) == 1 else ()))):
        return False
    for child in tree.children(words[0], "appos"):
        names = [tagged.get(w.index) for w in (child, *tree.children(child, "flat"))]  # Senator the Hon. Ann Orr
        name = next((found for found in names if found is not None and found.type == "PER"), None)
        if name is not None and name.first > words[-1].index and name.end - name.first > 1:
            return any(w.text == "," for w in tree.words[words[-1].index + 1 : name.first])
    return False


def is_bare_title(words: Sequence[Word], cut: int, tagged: Mapping[int, TaggedName]) -> bool:
    """Whether a title names no one: Vice President, US Ambassador; not: Martin Luther King, Mayor Bishop."""
    own = words[cut:]
    if cut and len(own) == 1 and _is_tagged_apart(words, cut, tagged):
        return False
    jobs = load_words("roles")
    texts = [normal(w.text) for w in own]
    if all(text in jobs or text in load_words("title_words") for text in texts):
        return True
    of = next((i for i, text in enumerate(texts) if text in load_words("name_prepositions")), 0)
    offices = {"member"} | load_words("titles_of_people")
    if of and (texts[of - 1] in jobs or texts[of - 1] in offices):  # Health Minister for the Carrow Region
        return not any(text in load_words("organizations") or is_given_name(text) for text in texts[: of - 1])
    return len(texts) > 1 and texts[-1] in jobs and not any(is_given_name(text) for text in texts) and "of" not in texts
