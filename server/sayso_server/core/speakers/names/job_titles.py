"""What a person is, as the words beside the name say: before it, in apposition, as a predicate."""

from collections.abc import Callable, Iterator, Sequence

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.personhood import Reading
from sayso_server.core.speakers.names.spelling import normal
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

_HONORIFICS = frozenset({"mr", "mrs", "ms", "miss", "dr", "sir", "dame", "lord", "lady", "madam"})
_NOT_OF_ROLE = frozenset({"acl", "appos", "conj", "parataxis", "cop", "nsubj", "advmod", "aux"})
_BREAKS = frozenset({",", "(", ")", "–", "—", ";", ":"})
_POSSESSIVES = frozenset({"his", "her", "its", "their", "my", "our"})
_LONGEST = 14


def role_of(reading: Reading) -> Span | None:
    """The words of the role: chief executive of Vellmar. The fullest of those beside the name."""
    found = [s for s in (_apposition(reading), _before(reading)) if s is not None]
    return max(found, key=len, default=None) or _predicate(reading)


def _before(reading: Reading) -> Span | None:
    """The title, with the small words before it: Israeli prime minister (Pell), race director (Olin)."""
    words = reading.tree.words
    end = reading.run[0].index + reading.cut
    start = reading.run[0].index
    while start and _belongs(words, start - 1, words[start] if start < end else None):
        start -= 1
    while start < end and (
        words[start].lower in load_words("epithets") | {"of"} or words[start].upos in {"NUM", "PUNCT"}
    ):
        start += 1
    picked = words[start:end]
    is_role = any(normal(w.text) in load_words("roles") and normal(w.text) not in _HONORIFICS for w in picked)
    return Span(picked[0].start, picked[-1].end) if is_role else None


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
    return (
        near and (word.upos in {"NOUN", "ADJ", "PROPN"} or hyphen) and normal(word.text) not in load_words("calendar")
    )


def _apposition(reading: Reading) -> Span | None:
    """Pell, the foreign minister; the foreign minister, Pell."""
    tree, indices = reading.tree, {w.index for w in reading.run}
    last = reading.run[-1]
    for word in reading.own:
        for child in tree.children(word, "appos", "list", "conj"):
            joined = child.relation == "conj" and tree.child(child, "cc") is not None
            if child.index > last.index and _is_role(child) and not joined:
                return _phrase(tree, child, _behind(last))
        for head in _apposed_to(tree, word):
            if head.index not in indices and _is_role(head):
                return _phrase(tree, head, lambda w: w.index < reading.run[0].index)
    return None


def _apposed_to(tree: Tree, word: Word) -> Iterator[Word]:
    """Her father, the bandleader Cosmo Penn: bandleader, father."""
    head = tree.head(word)
    while word.relation == "appos" and head is not None:
        yield head
        word, head = head, tree.head(head)


def _is_role(word: Word) -> bool:
    """A role of one person: a plural tells of several, or the parser erred."""
    return normal(word.lemma) in load_words("roles") and not word.text[:1].isupper() and word.xpos != "NNS"


def _phrase(tree: Tree, head: Word, keep: Callable[[Word], bool]) -> Span | None:
    """The noun phrase without article, clauses and further appositions."""
    indices = tree.subtree(
        head,
        lambda w: (
            w.relation in _NOT_OF_ROLE
            or w.text in _BREAKS
            or (w.head == head.index and w.relation in {"case", "cc", "mark"})
        ),
    )
    start = end = head.index
    while start - 1 in indices and keep(tree.words[start - 1]):
        start -= 1
    while end + 1 in indices and keep(tree.words[end + 1]):
        end += 1
    while start < end and (
        tree.words[start].upos in {"DET", "NUM", "PUNCT"} or tree.words[start].lower in _POSSESSIVES
    ):
        start += 1
    short = end - start < _LONGEST
    return Span(tree.words[start].start, tree.words[end].end) if short else head.span


def _behind(word: Word) -> Callable[[Word], bool]:
    return lambda other: other.index > word.index


def _predicate(reading: Reading) -> Span | None:
    """Pell is the chairman of Vellmar."""
    tree = reading.tree
    for word in reading.own:
        head = tree.head(word)
        if word.deprel == "nsubj" and head is not None and tree.child(head, "cop") is not None and _is_role(head):
            return _phrase(tree, head, _behind(word))
    return None
