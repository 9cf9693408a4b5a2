"""Whether a name is a person's: what the name itself and the words beside it say."""

from collections.abc import Sequence
from dataclasses import dataclass

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.spelling import ABBREVIATED, countries, is_given_name, normal
from sayso_server.core.tree import Tree, Word

_TITLE, _GIVEN, _LISTED, _TAGGED = 3.0, 3.0, -4.0, 1.5
_OFFICERS = frozenset(
    {"president", "executive", "chairman", "chairwoman", "spokesman", "spokeswoman", "ceo", "minister"}
)
_OF_COMPANIES = frozenset({"executive", "ceo", "chairman", "chairwoman", "shareholder", "board", "subsidiary"})


@dataclass(frozen=True)
class Reading:
    """A run of words as title and name: `run[:cut]` is the title. `behind` is the text after the run."""

    tree: Tree
    run: tuple[Word, ...]
    cut: int
    behind: str
    label: str = ""
    """What a tagger of names says: PER, ORG, LOC; empty where there is none."""

    @property
    def own(self) -> tuple[Word, ...]:
        """The words of the name itself."""
        return self.run[self.cut :]


def is_organization_name(words: Sequence[Word]) -> bool:
    """Whether the words of a name say that it is not a person's: … Agency, University of …, Castle & Finch."""
    normals = [normal(w.text) for w in words]
    endings = load_words("organizations", "company_words", "thing_words")
    if "of" in normals or "&" in normals or "for" in normals or normals[-1] in endings:
        return True
    if len(normals) > 1 and (normals[0] in load_words("organizations") or normals[0] in load_words("thing_openings")):
        return True
    if normals[-1] in load_words("outlets") and not is_given_name(normals[0]):
        return True
    return len(words) == 1 and len(words[0].text) > 1 and words[0].text.isupper()


def personhood(reading: Reading) -> float:
    """Above 0 for a person, below for anything else; the further, the surer."""
    tagged = {"": 0.0, "PER": _TAGGED}.get(reading.label, -_TAGGED)
    return tagged + _from_words(reading)


def _from_words(reading: Reading) -> float:
    own = reading.own
    words = [normal(w.text) for w in own]
    if is_organization_name(own) and not _is_titled_person(reading):
        is_label = len(own) == 1 and reading.behind.startswith(":")
        return 0.0 if is_label else _LISTED
    score = _TITLE if reading.cut else 0.0
    score += _GIVEN if is_given_name(words[0]) else 0.0
    score += _LISTED if words[0] in countries() and len(words) == 1 else 0.0
    score -= 3.0 if len(words) > 1 and (words[-1] in countries() or _has_acronym(own)) else 0.0
    score += 1.0 if 2 <= len(words) <= 4 else -0.3
    return score + _beside(reading)


def _is_titled_person(reading: Reading) -> bool:
    """Judge Durham Hall: the last word could end the name of a thing, but the title tells."""
    last = normal(reading.own[-1].text)
    is_titled = reading.cut > 0 and normal(reading.run[reading.cut - 1].text) in load_words("honorifics")
    return is_titled and last in load_words("thing_words") and last not in load_words("organizations")


def _has_acronym(own: Sequence[Word]) -> bool:
    """CNN in "CNN Philippines"; not in a name that stands all in capitals."""
    capital = [w.text.isupper() and len(w.text.replace(".", "")) > 2 for w in own]
    return any(capital) and not all(w.text.isupper() for w in own)


def _beside(reading: Reading) -> float:
    """What the words around a name say."""
    tree, first, last = reading.tree, reading.run[0], reading.run[-1]
    before = tree.words[first.index - 1] if first.index else None
    score = 2.0 if reading.behind[:6].lstrip(", (")[:2].isdigit() and reading.behind[:1] in {",", " "} else 0.0
    if before is not None:
        if before.lower in {"the", "an"} or before.lower in load_words("compass"):
            score -= 2.0
        elif before.lower in {"in", "at", "from", "across", "throughout"}:
            score -= 1.0
        elif before.upos == "NOUN" and not reading.cut:
            score += _noun_before(before)
    return score + sum(_dependent(tree, word, last) for word in reading.own)


def _noun_before(noun: Word) -> float:
    """Inspector (Moss), manufacturer (Pellucid)."""
    lemma = normal(noun.lemma)
    if ABBREVIATED.get(lemma, lemma) in load_words("roles"):
        return 2.0
    if lemma in load_words("explaining"):
        return -4.0
    return -2.0 if lemma in load_words("organizations") else 0.0


def _dependent(tree: Tree, word: Word, last: Word) -> float:
    """Relative clauses, appositions and possessions of a word of the name."""
    score = 0.0
    for child in tree.children(word):
        lemma = normal(child.lemma)
        if child.deprel == "acl:relcl":
            opening = {tree.words[i].lower for i in tree.subtree(child) if last.index < i < child.index}
            score += 2.0 * ("who" in opening) - 2.0 * ("which" in opening)
        elif child.relation == "appos" and child.upos == "NOUN":
            score += 2.0 * (lemma in load_words("roles")) - 2.0 * (lemma in load_words("organizations"))
    head = tree.head(word)
    if head is not None and word.deprel == "nmod:poss":
        lemma = normal(head.lemma)
        score -= 1.0 * (lemma in _OFFICERS) + 1.5 * (lemma in _OF_COMPANIES) + 3.0 * (lemma in load_words("of_places"))
    if head is not None and word.relation == "compound" and _is_office(tree, head):
        score -= 2.0  # Carrow in "Carrow Deputy Governor Owen Pell"
    if head is not None and word.relation == "nmod" and _governs(tree, head, word):
        score -= 4.0
    if head is not None and word.relation == "appos" and head.upos == "NOUN":
        lemma = normal(head.lemma)
        score += 1.0 * (lemma in load_words("roles")) - 2.0 * (lemma in load_words("organizations"))
    return score


def _is_office(tree: Tree, head: Word) -> bool:
    """Governor, spokesperson, before a name: of whom a compound tells where."""
    return normal(head.lemma) in load_words("roles") and head.deprel in {"nmod:desc", "compound"}


def _governs(tree: Tree, head: Word, word: Word) -> bool:
    """President of Velland, the capital of Velland; not a supporter of Moss."""
    lemma = normal(head.lemma)
    if not any(c.lower == "of" for c in tree.children(word, "case")):
        return False
    return lemma in load_words("of_places") or lemma in load_words("leaders") or head.upos == "PROPN"
