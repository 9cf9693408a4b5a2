"""The subject of a verb, its own or one that it shares, and the agent of a passive."""

from collections.abc import Sequence

from sayso_server.core import lexicon
from sayso_server.core.cues import relaying
from sayso_server.core.grammar.circumstance import is_circumstance, is_time
from sayso_server.core.grammar.noun_phrase import is_human
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

_CONTINUING = frozenset({Frame.CLAUSE, Frame.SMALL, Frame.INFINITIVE})
_NOMINAL = frozenset({"PROPN", "NOUN", "PRON"})
_ELLIPTICAL = frozenset({"ADJ", "DET", "NUM"})
"""Heads of noun phrases without a noun: the other, another, one."""
_STOPS = frozenset('.!?…:;,”"’')
_DEEPEST = 6
"""Maximum number of verbs in a row that share one subject."""


def is_relative(word: Word) -> bool:
    """Whether a word is a relative pronoun: who, which, that, whom."""
    return word.lower in load_words("relative_pronouns")


def subject(tree: Tree, verb: Word, *, content: Sequence[Span] = (), depth: int = 0) -> tuple[Word | None, bool]:
    """The subject of a verb, its own or a shared one, and whether it is passive; never inside `content`.

    Shared: by coordination (he smiled and said), by control (went on to say), by a participle (adding that …). A noun
    modified by the verb is its subject (a statement saying …). The antecedent is returned instead of a relative
    pronoun. After a content ("…," said Olin), a bare noun after the verb is the subject, whatever its relation in the
    tree.
    """
    if (above := relaying(tree, verb)) is not None:
        return _relayed(tree, above), False
    subjects = [c for c in subjects_of(tree, verb) if not any(s.covers(c) for s in content)]
    own = min(subjects, key=lambda c: abs(c.index - verb.index), default=None) or _inverted(tree, verb, content)
    own = own or _fronted(tree, verb)
    head = tree.head(verb)
    if own is not None:
        needs_noun = is_relative(own) and head is not None and verb.relation == "acl"
        return (_antecedent(tree, head, own) if needs_noun and head else own), own.deprel == "nsubj:pass"
    if head is None or depth > _DEEPEST:
        return None, False
    if verb.deprel == "acl" and head.upos in {"NOUN", "PROPN"} and verb.xpos == "VBG":
        return _voice(tree, head, verb), False
    if verb.relation == "conj" and verb.xpos == "VBG" and head.xpos != "VBG" and not tree.children(verb, "aux"):
        head = _participle_above(tree, head) or head  # adding that crews came, and urging
    lender = _lender(tree, verb, head)
    if lender is None:
        return _controller(tree, verb, head), False
    lent, passive = subject(tree, lender, content=content, depth=depth + 1)
    is_asked = verb.relation == "advcl" and _is_participle(tree, verb)  # asked by reporters, Pell smiled
    if is_asked or tree.child(verb, "aux:pass"):
        return lent, True
    return lent, passive and verb.relation == "conj" and verb.xpos == "VBN"  # Pell is expected to say: Pell says


def _voice(tree: Tree, noun: Word, verb: Word) -> Word:
    """The speaker in a by-phrase after a noun of saying (officials in "calls by officials asking …"); else the noun."""
    opening = next(iter(tree.words[noun.index + 1 : noun.index + 2]), noun)
    is_voiced = opening.lower == "by" and lexicon.noun(noun.lemma.lower()) is not None
    speaker = tree.head(opening) if is_voiced and noun.lemma.lower() not in load_words("documents") else None
    return speaker if speaker is not None and noun.index < speaker.index < verb.index else noun


def _relayed(tree: Tree, verb: Word) -> Word | None:
    """The person quoted: Olin in "quoted Olin as saying", "Olin was quoted as saying", "Olin, quoted as saying …"."""
    named = tree.child(verb, "obj", "iobj") or tree.child(verb, "nsubj:pass")
    if named is not None:
        return named
    return tree.head(verb) if verb.relation == "acl" else tree.child(verb, "nsubj")


def subjects_of(tree: Tree, verb: Word) -> list[Word]:
    """The subjects in the tree, except inside a quotation: "No comment," added the coach."""
    found = tree.children(verb, "nsubj")
    if not found or not follows_quotation(tree, verb):
        return found
    opening = next((w.index for w in reversed(tree.words[: verb.index]) if w.xpos == "``"), 0)
    return [w for w in found if w.index > verb.index or min(tree.subtree(w)) < opening]


def _antecedent(tree: Tree, head: Word, pronoun: Word) -> Word:
    """The antecedent of a relative pronoun; for "who", the human noun just before it if the parser chose another."""
    if pronoun.lower != "who" or is_human(head) or head.upos == "PRON":
        return head
    before = [w for w in tree.words[head.index + 1 : pronoun.index] if w.upos in {"NOUN", "PROPN"} and is_human(w)]
    return before[-1] if before else head


def relative_subject(tree: Tree, verb: Word, source: Word) -> Word | None:
    """The relative pronoun that is the subject of a cue in a relative clause of the source: who in "Olin, who said"."""
    for clause in [verb, *tree.ancestors(verb)]:
        if clause.deprel == "acl:relcl":
            pronoun = next((w for w in tree.children(clause, "nsubj") if is_relative(w)), None)
            return pronoun if pronoun is not None and source.index < pronoun.index < verb.index else None
        if clause.relation not in {"conj", "xcomp", "advcl"}:
            return None
    return None


def _participle_above(tree: Tree, word: Word) -> Word | None:
    """The governor of `word`, if it is a participle that reports."""
    above = tree.head(word)
    return above if above is not None and above.xpos == "VBG" and lexicon.verb(above.lemma.lower()) else None


def _is_participle(tree: Tree, verb: Word) -> bool:
    """Whether a verb is a past participle, or tagged as a past tense: asked by reporters; Pressed, she smiled."""
    if verb.xpos != "VBD" or tree.children(verb, "nsubj"):
        return verb.xpos == "VBN"
    head = tree.head(verb)
    opens = verb.index == 0 and verb.relation == "advcl" and tree.words[1].upos != "PUNCT"
    opens = opens and head is not None and bool(tree.child(head, "nsubj"))
    return opens or bool(agent(tree, verb))


def _lender(tree: Tree, verb: Word, head: Word) -> Word | None:
    """The verb whose subject this verb shares."""
    if verb.relation == "conj" and (head.upos in {"VERB", "AUX", "ADJ"} or tree.child(head, "cop") is not None):
        return head
    if verb.relation == "xcomp" and tree.child(head, "obj", "iobj") is None:
        return head
    if (
        verb.xpos == "VB"
        and verb.relation == "acl"
        and tree.child(head, "cop") is not None
        and tree.child(head, "case")
    ):
        return head  # was in touch to say
    reporting = reports_more(tree, verb)
    if reporting is not None:
        return reporting
    if verb.relation == "advcl" and (verb.xpos in {"VBG", "VB"} or _is_participle(tree, verb)):
        return tree.head(head) if head.relation == "advmod" else head  # stopped short of saying
    return None


def _controller(tree: Tree, verb: Word, head: Word) -> Word | None:
    """The object of the governor: her in "urged her to say"; for "had this to say", the governor's subject."""
    if verb.relation == "xcomp" and head.lemma == "have":
        return subject(tree, head)[0]
    return tree.child(head, "obj", "iobj") if verb.relation == "xcomp" else None


def reports_more(tree: Tree, word: Word) -> Word | None:
    """The cue that a participle continues, wherever it is attached: said in "Olin said it failed, adding that …"."""
    if word.xpos != "VBG" or word.relation not in {"advcl", "ccomp", "xcomp", "conj", "parataxis"}:
        return None
    entry = lexicon.verb(word.lemma.lower())
    if entry is None or not entry.frames.keys() & _CONTINUING or tree.children(word, "mark", "aux", "nsubj"):
        return None
    if word.relation != "advcl" and (word.index == 0 or tree.words[min(tree.subtree(word))].text != ","):
        return None
    if not tree.children(word, "ccomp", "obj"):
        return None
    governor = tree.head(word)
    if word.relation == "ccomp" and governor is not None:
        return governor
    for ancestor in tree.ancestors(word):
        governor = tree.head(ancestor)
        if ancestor.relation == "ccomp" and governor is not None and lexicon.verb(governor.lemma.lower()):
            return governor
        if ancestor.relation not in {"conj", "advcl", "xcomp"}:
            return None
    return None


def _inverted(tree: Tree, verb: Word, content: Sequence[Span]) -> Word | None:
    """A subject after its verb: Olin in "…," said Olin; the judge in "…," ordered the judge."""
    follows = bool(content) and content[0].start <= verb.start
    if not (follows or follows_quotation(tree, verb)) or verb.xpos in {"VB", "VBG"} or tree.child(verb, "aux", "mark"):
        return None
    for child in tree.children(verb, "obj", "iobj", "obl", "dep", "vocative", "xcomp", "nmod"):
        first = min(tree.subtree(child))
        is_noun = child.upos in _NOMINAL or (child.relation in {"obj", "iobj"} and child.upos in _ELLIPTICAL)
        if first == verb.index + 1 and is_noun and not tree.children(child, "case"):
            return child
    return None


def follows_quotation(tree: Tree, verb: Word) -> bool:
    """Whether a verb directly follows closing marks, or opens the rest of a sentence after them."""
    if verb.index == 0:
        return verb.text[0].islower()
    return tree.words[verb.index - 1].xpos == "''"


def is_inverted(tree: Tree, verb: Word) -> bool:
    """Whether the subject comes after a verb that follows a quotation: "…," ordered the judge."""
    own, _ = subject(tree, verb)
    return follows_quotation(tree, verb) and own is not None and own.index > verb.index


def headline_patient(tree: Tree, verb: Word) -> Word | None:
    """The patient of a headline's passive, which parsers take for an active verb: PM in "PM urged to act".

    The line has no final stop, the verb is a past form without the object that it needs, and the subject has no
    article.
    """
    if tree.words[-1].text[-1] in _STOPS or verb.xpos not in {"VBD", "VBN"} or not _lacks_object(tree, verb):
        return None
    head = tree.head(verb)
    above = head if verb.deprel == "acl" and head is not None and head.deprel == "root" else None
    patient = tree.child(verb, "nsubj") or above
    if patient is None or patient.index > verb.index or patient.upos == "PRON" or tree.children(patient, "det"):
        return None
    return patient


def _lacks_object(tree: Tree, verb: Word) -> bool:
    """Whether a verb lacks an object that it requires: told, urged, accused; not: said, called for."""
    lemma, following = verb.lemma.lower(), tree.words[verb.index + 1 : verb.index + 2]
    entry = lexicon.verb(lemma)
    if entry is None or tree.children(verb, "obj", "iobj", "aux") or tree.child(verb, "aux:pass"):
        return False
    if any(lexicon.phrase(lemma, w.lemma.lower()) for w in following):
        return False
    if lemma in load_words("telling_verbs") or Frame.SMALL in entry.frames:
        return True
    clause = tree.child(verb, "ccomp")
    is_directive = Frame.INFINITIVE in entry.frames and lemma in load_words("addressing_verbs")
    return is_directive and (clause is None or "VerbForm=Fin" not in clause.feats)


def _fronted(tree: Tree, verb: Word) -> Word | None:
    """A noun before a finite verb, parsed as its object: Moss in "told her Moss had said it failed"."""
    before = [w for w in tree.children(verb, "obj", "iobj") if w.index < verb.index and w.upos in _NOMINAL]
    helpers = tree.children(verb, "aux")
    opening = helpers[0].index if helpers else verb.index
    is_plain = verb.relation not in {"acl", "advcl"} and verb.xpos in {"VBD", "VBZ", "VBP", "VBN"}
    plain = [w for w in before if not is_relative(w) and not is_time(tree, w)]
    found = [w for w in plain if max(tree.subtree(w)) == opening - 1]
    return found[-1] if found and is_plain else None


def is_passive(tree: Tree, verb: Word) -> bool:
    """Whether the verb is a passive participle: was said, said to be worth; not has said."""
    return verb.xpos == "VBN" and (not tree.children(verb, "aux") or tree.child(verb, "aux:pass") is not None)


def agent(tree: Tree, verb: Word) -> Word | None:
    """The by-phrase of a passive, even if the parser attaches it to the phrase before."""
    own = tree.child(verb, "obl:agent")
    if own is not None:
        return own
    phrases = tree.children(verb, "obl", "xcomp", "advcl")
    below = [w for p in phrases if not tree.child(p, "aux:pass") for w in tree.children(p, "nmod", "obl")]
    by = [w for w in phrases if _is_by(tree, w) and not is_time(tree, w)]
    return by[0] if by else next((w for w in below if _is_by(tree, w) and _can_act(tree, w)), None)


def _is_by(tree: Tree, word: Word) -> bool:
    return any(c.lower == "by" for c in tree.children(word, "case"))


def _can_act(tree: Tree, word: Word) -> bool:
    return not is_time(tree, word) and (
        is_human(word) or word.lemma.lower() in load_words("people", "kin", "documents")
    )


def without_agent(tree: Tree, verb: Word, indices: set[int]) -> set[int]:
    """The words of a content without the agent of its cue and the day of the act: asked to go by police on Friday."""
    by = agent(tree, verb) if is_passive(tree, verb) else None
    if by is None or not indices & (own := tree.subtree(by)):
        return indices
    governor = tree.head(by)
    beside = tree.children(governor, "obl", "nmod") if governor is not None else []
    dates = [tree.subtree(w) for w in beside if w.index > by.index and is_circumstance(tree, w)]
    return indices - own.union(*dates)


def without_next_subject(tree: Tree, verb: Word, indices: set[int]) -> set[int]:
    """The words of a content without the subject of the next clause: told to go | and the shops | were closed.

    Parsers coordinate such a noun with the last one of the content.
    """
    last = max(indices, default=-1)
    following = tree.words[last + 1 : last + 2]
    joined = [w for w in tree.children(verb, "conj") if w.index > last and not tree.children(w, "nsubj", "expl")]
    if not any(a in following for w in joined for a in tree.children(w, "aux", "cop")):
        return indices
    noun = tree.words[last]
    chain = [
        w for w in (noun, *tree.ancestors(noun)) if w.relation == "conj" and w.index in indices and w.upos != "VERB"
    ]
    return indices - tree.subtree(chain[-1]) if chain else indices
