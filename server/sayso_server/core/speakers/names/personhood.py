"""Decides whether a name is a person's, by named features that `data/personhood.json` weighs."""

from collections.abc import Iterator, Sequence

from sayso_server.core.lexicon import load_words
from sayso_server.core.scoring import Scored, Scorer, load_scorer
from sayso_server.core.speakers.names.spelling import countries, is_given_name, normal, unabbreviated
from sayso_server.core.speakers.names.titles import TitledName
from sayso_server.core.tree import Tree, Word

_QUOTES = frozenset('"“”‘')
AS_IT = "speaks as it"
"""The feature of a name of one word that an "it" or "its" shows to be a thing's."""
_AGE_WITHIN = 6
"""Characters after a name in which to look for an age: Olin (43)."""


def scorer() -> Scorer:
    """The weights of the features. A margin above 0 means a person; the distance from 0 shows how sure it is."""
    return load_scorer("personhood")


def personhood(name: TitledName) -> Scored:
    """How strongly the words show that a name is a person's."""
    return scorer().score(features(name))


def is_organization_name(words: Sequence[Word]) -> bool:
    """Whether the words of a name show that it is not a person's: … Agency, University of …, Castle & Finch."""
    normals = [normal(w.text) for w in words]
    if not {"of", "and", "&", "for"}.isdisjoint(normals):
        return True
    if normals[-1] in load_words("organizations", "company_words", "thing_words", "official_addresses"):
        return True
    if len(normals) > 1 and normals[0] in load_words("organizations", "thing_openings"):
        return True
    if normals[-1] in load_words("outlets") and not is_given_name(normals[0]):
        return True
    return len(words) == 1 and len(words[0].text) > 1 and words[0].text.isupper()


def features(name: TitledName) -> Iterator[str]:
    """The features of a name and of the words around it; some occur several times."""
    if name.label:
        yield "tagged as a person" if name.label == "PER" else "tagged as something else"
    if is_organization_name(name.own) and not _is_titled_person(name):
        is_speaker = len(name.own) == 1 and name.after.startswith(":")  # OLIN: …
        if not is_speaker:
            yield "name of an organization"
        return
    yield from _of_name(name)
    yield from _of_words_before(name)
    if len(name.own) == 1 and not name.cut and _speaks_as_it(name.tree, name.own[0]):
        yield AS_IT
    for word in name.own:
        yield from _of_dependents(name.tree, word, name.words[-1])
        yield from _of_head(name.tree, word)
        if _is_followed_by_it(name, word):
            yield "it follows"


def _of_name(name: TitledName) -> Iterator[str]:
    """Features of the name itself: Sen. Ada Prowse."""
    own = name.own
    words = [normal(w.text) for w in own]
    if name.cut:
        yield "title"
    if is_given_name(words[0]):
        yield "given name"
    if len(words) == 1 and words[0] in countries():
        yield "country"
    if len(words) > 1 and (words[-1] in countries() or _has_acronym(own)):
        yield "country or acronym inside"
    yield "two to four words" if 2 <= len(words) <= 4 else "one word or many"
    if name.after[:_AGE_WITHIN].lstrip(", (")[:2].isdigit() and name.after[:1] in {",", " "}:
        yield "age"


def _is_titled_person(name: TitledName) -> bool:
    """Whether a title shows a person although the name ends like a thing's: Judge Durham Hall."""
    last = normal(name.own[-1].text)
    is_titled = name.cut > 0 and normal(name.words[name.cut - 1].text) in load_words("honorifics")
    return is_titled and last in load_words("thing_words") and last not in load_words("organizations")


def _has_acronym(own: Sequence[Word]) -> bool:
    """Whether an acronym is in a name: CNN in "CNN Philippines"; not in a name written all in capitals."""
    capital = [w.text.isupper() and len(w.text.replace(".", "")) > 2 for w in own]
    return any(capital) and not all(w.text.isupper() for w in own)


def _of_words_before(name: TitledName) -> Iterator[str]:
    """Features of the word before a name: the Halder, in Carrow, Inspector Moss, manufacturer Pellucid."""
    first = name.words[0]
    if not first.index:
        return
    before = name.tree.words[first.index - 1]
    if before.lower in {"the", "an"} or before.lower in load_words("compass"):
        yield "article before"
    elif before.lower in load_words("place_prepositions"):
        yield "preposition of place before"
    elif before.upos == "NOUN" and not name.cut:
        lemma = normal(before.lemma)
        if unabbreviated(lemma) in load_words("roles"):
            yield "job title before"
        elif lemma in load_words("explaining"):
            yield "kind of outlet before"
        elif lemma in load_words("organizations"):
            yield "kind of organization before"


def _speaks_as_it(tree: Tree, word: Word) -> bool:
    """Whether a word names a thing that acts: Corvane said it would cut jobs, said its board …; shares in Corvane."""
    head = tree.head(word)
    if head is None:
        return False
    if word.relation == "nmod" and head.xpos == "NNS" and head.lemma in {"share", "bond"}:
        return tree.child(word, "case") is not None
    if word.deprel not in {"nsubj", "nsubj:outer"} or head.upos != "VERB":
        return False
    if any(o.lower == "itself" for o in tree.children(head, "obj", "iobj", "obl")):  # Corvane describes itself as …
        return True
    if any(told.upos == "PROPN" for told in tree.children(head, "iobj", "obj")):  # Olin told the BBC it had …
        return False
    clauses = tree.children(head, "ccomp")
    clauses += [c for o in tree.children(head, "obl") for c in tree.children(o, "acl") if o.lemma == "statement"]
    return any(_is_about_it(tree, clause, head) for clause in clauses)


def _is_about_it(tree: Tree, clause: Word, verb: Word) -> bool:
    """Whether "its" in a clause can only be the speaker's, or an "it" does an act of people and bodies."""
    for i in sorted(tree.subtree(clause)):
        word = tree.words[i]
        if i <= verb.index or word.text == "“":
            continue
        if word.lower == "its":
            return word.deprel == "nmod:poss"
        if word.lower == "it":
            acting = tree.head(word)
            return acting is not None and _acts(tree, acting)
        if word.upos in {"NOUN", "PROPN"} or (word.upos == "PRON" and word.lower != "that"):
            return False
    return False


def _acts(tree: Tree, verb: Word) -> bool:
    """Whether only people and bodies do this: hire, close a mill, be glad, will leave one of its shops."""
    if verb.lemma in load_words("acts_of_bodies", "feelings"):
        return True
    if verb.lemma in load_words("acts_on_things"):
        return tree.child(verb, "obj") is not None
    will = any(c.lower in {"will", "would"} for c in tree.children(verb, "aux"))
    its = any(tree.words[i].lower == "its" for i in tree.subtree(verb))
    return will and its and verb.upos == "VERB" and verb.lemma != "take"


def _of_dependents(tree: Tree, word: Word, last: Word) -> Iterator[str]:
    """Features of a name's dependents: Olin, who …; the Halder, which …; Olin, the director; Pellucid, a maker."""
    for child in tree.children(word):
        lemma = normal(child.lemma)
        if child.deprel == "acl:relcl":
            opening = {tree.words[i].lower for i in tree.subtree(child) if last.index < i < child.index}
            if "who" in opening:
                yield "who"
            if "which" in opening:
                yield "which"
        elif child.relation == "appos" and child.upos == "NOUN":
            if lemma in load_words("roles"):
                yield "job title in apposition"
            if lemma in load_words("organizations"):
                yield "kind of organization in apposition"


def _of_head(tree: Tree, word: Word) -> Iterator[str]:
    """Features of the head of a name: Pellucid's chief executive, the capital of Velland, the manufacturer Pellucid."""
    head = tree.head(word)
    if head is None:
        return
    lemma = normal(head.lemma)
    if word.deprel == "nmod:poss":
        yield from _of_possession(lemma)
    if word.relation == "compound" and _is_office(head, lemma):
        yield "before an office"
    if word.relation == "nmod" and _governs(tree, head, word):
        yield "is governed"
    if word.relation == "appos" and head.upos == "NOUN":
        if lemma in load_words("roles"):
            yield "in apposition to a job title"
        if lemma in load_words("organizations"):
            yield "in apposition to a kind of organization"


def _is_followed_by_it(name: TitledName, word: Word) -> bool:
    """Whether a later "it" is the name: Corvane will close its plant, Corvane said its …; not: Olin said it rained."""
    tree, verb = name.tree, name.tree.head(word)
    if word.deprel != "nsubj" or verb is None or verb.upos != "VERB":
        return False
    if any(o.lower == "itself" for o in tree.children(verb, "obj", "iobj", "obl")):
        return True
    for other in tree.words[name.words[-1].index + 1 :]:
        if other.upos in {"NOUN", "PROPN"} or other.text in _QUOTES:
            return False
        if other.lower in load_words("it_pronouns") and (head := tree.head(other)) is not None:
            if other.deprel == "nmod:poss":
                above = tree.head(head)
                return above is verb or normal(head.lemma) in load_words("possessions_of_firms")
            return other.deprel == "nsubj" and head.lemma in load_words("volition")
    return False


def _of_possession(lemma: str) -> Iterator[str]:
    """Features of the noun that a name possesses: Pellucid's president, Pellucid's board, Carrow's mayor."""
    if lemma in load_words("possessed_officers"):
        yield "has an officer"
    if lemma in load_words("possessions_of_companies"):
        yield "has something that companies have"
    if lemma in load_words("of_places"):
        yield "has something that places have"


def _is_office(head: Word, lemma: str) -> bool:
    """Whether a noun is the office of a place: Governor in "Carrow Deputy Governor Owen Pell"."""
    return lemma in load_words("roles") and head.deprel in {"nmod:desc", "compound"}


def _governs(tree: Tree, head: Word, word: Word) -> bool:
    """Whether a noun makes its "of" phrase a place: president of Velland, capital of Velland; not: friend of Moss."""
    if not any(c.lower == "of" for c in tree.children(word, "case")):
        return False
    return normal(head.lemma) in load_words("of_places", "leaders") or head.upos == "PROPN"
