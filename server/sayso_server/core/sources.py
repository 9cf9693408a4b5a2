"""Who says it, as the sentence has it: subjects, noun phrases, addressees, polarity."""

from collections.abc import Sequence

from sayso_server.core import lexicon
from sayso_server.core.contents import EDGES, is_punctuation, strip
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.statement import Polarity, Span
from sayso_server.core.tree import Tree, Word

RELATIVE = frozenset({"who", "which", "that", "whom"})
_TOLD = frozenset({"story", "lie", "truth", "joke", "tale", "news", "time", "what", "that", "all", "everything"})
_GOES_ON = frozenset({Frame.CLAUSE, Frame.SMALL, Frame.INFINITIVE})
_NOT_IN_MENTION = frozenset(
    {"acl:relcl", "parataxis", "advcl", "cop", "nsubj", "aux", "mark", "ccomp", "discourse", "advcl:relcl"}
)


def subject(tree: Tree, verb: Word, *, content: Sequence[Span] = (), depth: int = 0) -> tuple[Word | None, bool]:
    """The subject of a verb, its own or one that it shares, and whether it is a passive one; never inside `content`.

    Shared: by coordination (he smiled and said), by control (went on to say), by a participle (adding that …). A noun
    modified by the verb is its subject (a statement saying …); a relative pronoun stands for its noun. Behind a content
    ("…," said Olin) a bare noun behind the verb is the subject, whatever the parser calls it.
    """
    subjects = [c for c in tree.children(verb, "nsubj") if not any(s.covers(c) for s in content)]
    own = min(subjects, key=lambda c: abs(c.index - verb.index), default=None) or _inverted(tree, verb, content)
    head = tree.head(verb)
    if own is not None:
        is_relative = own.lower in RELATIVE and head is not None and verb.relation == "acl"
        return (_antecedent(tree, head, own) if is_relative and head else own), own.deprel == "nsubj:pass"
    if head is None or depth > 6:
        return None, False
    if verb.deprel == "acl" and head.upos in {"NOUN", "PROPN"} and verb.xpos == "VBG":
        return head, False
    if verb.relation == "conj" and verb.xpos == "VBG" and head.xpos != "VBG" and not tree.children(verb, "aux"):
        head = _participle_above(tree, head) or head  # adding that crews came, and urging
    lender = _lender(tree, verb, head)
    if lender is None:
        return _controller(tree, verb, head), False
    lent, passive = subject(tree, lender, content=content, depth=depth + 1)
    if (verb.relation == "advcl" and verb.xpos == "VBN") or tree.child(
        verb, "aux:pass"
    ):  # asked by reporters, Pell smiled
        return lent, True
    return lent, passive and verb.relation == "conj" and verb.xpos == "VBN"  # Pell is expected to say: Pell says


def _antecedent(tree: Tree, head: Word, pronoun: Word) -> Word:
    """What a relative pronoun stands for: for "who" the human noun just before it, if the parser went astray."""
    if pronoun.lower != "who" or is_human(head, tree) or head.upos == "PRON":
        return head
    before = [
        w for w in tree.words[head.index + 1 : pronoun.index] if w.upos in {"NOUN", "PROPN"} and is_human(w, tree)
    ]
    return before[-1] if before else head


def relative_subject(tree: Tree, verb: Word, source: Word) -> Word | None:
    """who in "Olin, who said": the pronoun that is the subject of a cue in a relative clause of the source."""
    for clause in [verb, *tree.ancestors(verb)]:
        if clause.deprel == "acl:relcl":
            pronoun = next((w for w in tree.children(clause, "nsubj") if w.lower in RELATIVE), None)
            return pronoun if pronoun is not None and source.index < pronoun.index < verb.index else None
        if clause.relation not in {"conj", "xcomp", "advcl"}:
            return None
    return None


def _participle_above(tree: Tree, word: Word) -> Word | None:
    """The participle that reports the clause of `word`."""
    above = tree.head(word)
    return above if above is not None and above.xpos == "VBG" and lexicon.verb(above.lemma.lower()) else None


def _lender(tree: Tree, verb: Word, head: Word) -> Word | None:
    """The verb whose subject is also this one's."""
    if verb.relation == "conj" and head.upos in {"VERB", "AUX", "ADJ"}:
        return head
    if verb.relation == "xcomp" and tree.child(head, "obj", "iobj") is None:
        return head
    reporting = reports_more(tree, verb)
    if reporting is not None:
        return reporting
    return head if verb.relation == "advcl" and verb.xpos in {"VBG", "VBN", "VB"} else None


def _controller(tree: Tree, verb: Word, head: Word) -> Word | None:
    """The object of the governor: her in "urged her to say"."""
    return tree.child(head, "obj", "iobj") if verb.relation == "xcomp" else None


def reports_more(tree: Tree, word: Word) -> Word | None:
    """The cue that a participle goes on from: said in "Olin said it failed, adding that …", wherever it hangs."""
    if word.xpos != "VBG" or word.relation not in {"advcl", "ccomp", "xcomp", "conj", "parataxis"}:
        return None
    entry = lexicon.verb(word.lemma.lower())
    if entry is None or not entry.frames.keys() & _GOES_ON or tree.children(word, "mark", "aux", "nsubj"):
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
    """Olin in "…," said Olin."""
    if not content or content[0].start > verb.start or tree.child(verb, "aux:pass"):
        return None
    for child in tree.children(verb, "obj", "iobj", "obl", "dep", "vocative", "xcomp", "nmod"):
        first = min(tree.subtree(child))
        if first == verb.index + 1 and child.upos in {"PROPN", "NOUN", "PRON"} and not tree.children(child, "case"):
            return child
    return None


def is_passive(tree: Tree, verb: Word) -> bool:
    """Whether the verb is a passive participle: was said, said to be worth; not has said."""
    return verb.xpos == "VBN" and (not tree.children(verb, "aux") or tree.child(verb, "aux:pass") is not None)


def agent(tree: Tree, verb: Word) -> Word | None:
    """The by-phrase of a passive, also where parsers hang it on what stands before it: dismissed as late by Olin."""
    phrases = tree.children(verb, "obl", "xcomp")
    below = [w for phrase in phrases for w in tree.children(phrase, "nmod", "obl")]
    by = [w for w in (*phrases, *below) if any(c.lower == "by" for c in tree.children(w, "case"))]
    return by[0] if by else next((w for w in phrases if w.deprel == "obl:agent"), None)


def mention(tree: Tree, word: Word, text: str) -> Span:
    """The noun phrase of `word`: with title, age and apposition, without relative clauses and case marks."""

    def skip(child: Word) -> bool:
        relation = child.deprel if child.deprel in _NOT_IN_MENTION else child.relation
        if relation == "acl":  # a report, published last week; but: officials briefed on the speech
            first = min(tree.subtree(child))
            return "," in {tree.words[first].text, tree.words[max(0, first - 1)].text}
        return relation in _NOT_IN_MENTION

    indices = tree.subtree(word, skip)
    for case in tree.children(word, "case"):
        indices -= tree.subtree(case)
    start = end = word.index
    while start - 1 in indices or (start - 2 in indices and is_punctuation(tree.words[start - 1])):
        start -= 1
    while end + 1 in indices or (end + 2 in indices and is_punctuation(tree.words[end + 1])):
        end += 1
    stripped = strip(text, Span(tree.words[start].start, tree.words[end].end), EDGES.replace("”", "").replace('"', ""))
    span = stripped or word.span
    aside = next((i for i in range(max(word.end, span.start + 1), span.end) if text[i] in "—–("), None)
    return (strip(text, Span(span.start, aside)) or span) if aside is not None else span


def is_human(word: Word, tree: Tree) -> bool:
    """Whether the word can be spoken to: a pronoun, a name, a group, a role."""
    lemma = word.lemma.lower()
    return (
        word.upos == "PROPN"
        or (word.upos == "PRON" and word.lower in {"him", "her", "them", "me", "us", "you", "he", "she", "they"})
        or word.lower in load_words("groups")
        or lemma in load_words("roles")
        or lemma in load_words("organizations")
    )


def addressees(tree: Tree, verb: Word, *, lemma: str, text: str) -> tuple[Span, ...]:
    """Whom the cue addresses: told reporters, said to her, was told."""
    found: list[Word] = []
    if lemma in load_words("addressing_verbs"):
        is_tell = lemma == "tell"
        found = [
            w
            for w in tree.children(verb, "iobj", "obj")
            if is_human(w, tree) or w.relation == "iobj" or (is_tell and w.lemma.lower() not in _TOLD)
        ]
        passive = tree.child(verb, "nsubj:pass")
        if not found and passive is not None and passive.lower not in RELATIVE:
            found = [passive]
        if not found and verb.xpos == "VBN" and verb.relation in {"advcl", "conj"}:  # asked by reporters, Pell smiled
            lent, is_asked = subject(tree, verb)
            found = [lent] if lent is not None and is_asked else []
    if not found:
        found = [
            w
            for w in tree.children(verb, "obl")
            if is_human(w, tree) and w.index > verb.index and [c.lower for c in tree.children(w, "case")] == ["to"]
        ]
    return tuple(mention(tree, w, text) for w in found[:1])


def polarity(tree: Tree, verb: Word) -> Polarity:
    """Whether the act of saying is denied (did not say, refused to say) or uncertain (is expected to say)."""
    entry = lexicon.verb(verb.lemma.lower())
    if (entry.lemma if entry else verb.lemma.lower()) in load_words("denials"):
        return Polarity.NEGATED
    chain = [verb]
    while chain[-1].relation == "xcomp" and (head := tree.head(chain[-1])) is not None and len(chain) < 5:
        chain.append(head)
    for position, word in enumerate(chain):
        lemma = word.lemma.lower()
        subjects = tree.children(word, "nsubj")
        parts = tree.children(word, "advmod", "aux") + [d for s in subjects for d in [s, *tree.children(s, "det")]]
        if any(p.lower in load_words("negators") for p in parts) or (position and lemma in load_words("denials")):
            return Polarity.NEGATED
        if position and lemma in load_words("hedging_verbs"):
            return Polarity.HEDGED
        if any(p.lower in load_words("hedges") or p.lower in {"may", "might"} for p in parts):
            return Polarity.HEDGED
    return Polarity.AFFIRMED


def is_circumstance(tree: Tree, word: Word) -> bool:
    """Whether a phrase tells where or when something was said: in a statement, on Friday, at a rally."""
    lemmas = {word.lemma.lower(), word.lower}
    return bool(lemmas & load_words("calendar", "media", "documents"))
