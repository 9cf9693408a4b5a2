"""The job title of a person, from the words around the name: before it, in apposition, as a predicate."""

from collections.abc import Callable, Iterator, Sequence

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.spelling import normal
from sayso_server.core.speakers.names.titles import TitledName
from sayso_server.core.statement import Span
from sayso_server.core.tree import TaggedName, Tree, Word

_OUTSIDE = frozenset({"acl", "appos", "conj", "parataxis", "cop", "nsubj", "advmod", "aux"})
"""Relations of dependents that are not part of a job title."""
_BREAKS = frozenset({",", "(", ")", "–", "—", ";", ":"})
_LONGEST = 14
"""Maximum number of words in a job title; of a longer one only the head is taken, because the parse must be wrong."""


def job_title_of(name: TitledName) -> Span | None:
    """The longest of the job titles around the name: chief executive of Vellmar."""
    found = [s for s in (_apposition(name), _before(name)) if s is not None]
    return max(found, key=len, default=None) or _predicate(name)


def _before(name: TitledName) -> Span | None:
    """The job title before the name, with its small words: Israeli prime minister (Pell), race director (Olin)."""
    words = name.tree.words
    end = name.words[0].index + name.cut
    start = name.words[0].index
    while start and _belongs(words, start - 1, words[start] if start < end else None):
        start -= 1
    while start < end and _is_loose(words[start]):
        start += 1
    picked = words[start:end]
    jobs = load_words("roles") - load_words("bare_honorifics")
    return Span(picked[0].start, picked[-1].end) if any(normal(w.text) in jobs for w in picked) else None


def _is_loose(word: Word) -> bool:
    """Whether a word cannot open a job title: former, of, 43."""
    return word.lower == "of" or word.lower in load_words("epithets") or word.upos in {"NUM", "PUNCT"}


def _belongs(words: Sequence[Word], at: int, following: Word | None) -> bool:
    """Whether a word before a title, or before the name itself, can be part of it."""
    word = words[at]
    if following is None:
        return normal(word.lemma) in load_words("roles") or normal(word.text) in load_words("roles")
    near = following.start - word.end <= 1
    if near and following.text[:1].isupper():
        if word.text == "United" or (word.lower == "of" and at and words[at - 1].text[:1].isupper()):
            return True  # United States President, House of Representatives Speaker
        if following.text == "United":
            return False
    hyphen = word.text == "-" and following.start == word.end
    is_part = word.upos in {"NOUN", "ADJ", "PROPN"} or hyphen
    return near and is_part and normal(word.text) not in load_words("calendar")


def _apposition(name: TitledName) -> Span | None:
    """The job title in apposition: Pell, the foreign minister; the foreign minister, Pell."""
    tree, indices = name.tree, {w.index for w in name.words}
    last = name.words[-1]
    for word in name.own:
        for child in tree.children(word, "appos", "list", "conj"):
            joined = child.relation == "conj" and tree.child(child, "cc") is not None
            is_whose = any(w.lower == "whose" for w in tree.children(child, "nmod:poss"))  # Pell, whose lawyer said …
            is_job = (_is_job(child) or _is_titled(tree, child) or _is_office(tree, child)) and not is_whose
            if child.index > last.index and is_job and not joined:
                return _phrase(tree, child, _after(last))
        for head in _apposed_to(tree, word):
            if head.index not in indices and (_is_job(head) or _is_office(tree, head) or _is_titled(tree, head)):
                return _phrase(tree, head, lambda w: w.index < name.words[0].index)
    return None


def _apposed_to(tree: Tree, word: Word) -> Iterator[Word]:
    """The nouns that a name is in apposition to: bandleader, father in "her father, the bandleader Cosmo Penn".

    In "Housing Secretary, Rt Hon Ann Orr", the honorific is the apposition.
    """
    head = tree.head(word)
    while word.relation == "flat" and head is not None:
        word, head = head, tree.head(head)
    while word.relation == "appos" and head is not None:
        yield head
        word, head = head, tree.head(head)


def _is_job(word: Word) -> bool:
    """Whether a noun is the job of one person. A plural is of several, or a wrong parse."""
    is_capital = word.text[:1].isupper() and not word.text.isupper()  # an MP, a CEO
    return normal(word.lemma) in load_words("roles") and not is_capital and word.xpos != "NNS"


def _is_titled(tree: Tree, word: Word) -> bool:
    """Whether a noun is a title with an article, which makes it a job: Leader in "Pell, the Senate Majority Leader"."""
    is_bare = not tree.children(word, "flat", "conj")
    return normal(word.lemma) in load_words("roles") and is_bare and tree.child(word, "det") is not None


def _is_office(tree: Tree, word: Word) -> bool:
    """Whether a noun is an office: Chancellor of the Exchequer, Housing Secretary."""
    after = tree.words[word.index + 1 : word.index + 2]
    is_specified = word.xpos not in {"NNS", "NNPS"} and any(
        c.index < word.index for c in tree.children(word, "compound")
    )
    return normal(word.lemma) in load_words("roles") and (is_specified or (bool(after) and after[0].lower == "of"))


def _phrase(tree: Tree, head: Word, keep: Callable[[Word], bool]) -> Span | None:
    """The noun phrase without article, clauses and further appositions."""

    def skip(word: Word) -> bool:
        outside = word.relation in _OUTSIDE or word.text in _BREAKS or word.lower in load_words("emphasizing_pronouns")
        return outside or (word.head == head.index and word.relation in {"case", "cc", "mark"})

    indices = tree.subtree(head, skip)
    start = end = head.index
    while start - 1 in indices and keep(tree.words[start - 1]):
        start -= 1
    while end + 1 in indices and keep(tree.words[end + 1]):
        end += 1
    while start < end and _is_determiner(tree.words[start]):
        start += 1
    short = end - start < _LONGEST and not any(start <= name.first and name.end <= end + 1 for name in _people(tree))
    return Span(tree.words[start].start, tree.words[end].end) if short else head.span


def _people(tree: Tree) -> Iterator[TaggedName]:
    """The full names of people in a sentence: in a list, the next person's name is not part of a job title."""
    marks = load_words("possessive_marks")
    people = (name for name in tree.names if name.type == "PER")
    return (name for name in people if sum(w.lower not in marks for w in tree.words[name.first : name.end]) > 1)


def _is_determiner(word: Word) -> bool:
    return word.upos in {"DET", "NUM", "PUNCT"} or word.lower in load_words("possessive_pronouns")


def _after(word: Word) -> Callable[[Word], bool]:
    return lambda other: other.index > word.index


def _predicate(name: TitledName) -> Span | None:
    """The job title as a predicate: Pell is the chairman of Vellmar."""
    tree = name.tree
    for word in name.own:
        head = tree.head(word)
        if word.deprel == "nsubj" and head is not None and tree.child(head, "cop") is not None and _is_job(head):
            return _phrase(tree, head, _after(word))
    return None
