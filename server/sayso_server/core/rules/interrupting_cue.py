"""Cues between commas: the content surrounds or precedes them."""

from collections.abc import Iterator
from dataclasses import replace

from sayso_server.core import lexicon
from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.circumstance import is_circumstance
from sayso_server.core.grammar.complement import complements_of
from sayso_server.core.grammar.contents import is_punctuation, spans
from sayso_server.core.grammar.quotation import with_whole_quotations
from sayso_server.core.grammar.report import reported
from sayso_server.core.grammar.sentence import sentence_before
from sayso_server.core.grammar.subject import is_relative, reports_more
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.statement import Kind, Span
from sayso_server.core.tree import Tree, Word

_COMMAS = frozenset({",", "—", "–", "-", "--"})
_NICKNAME_MARKS = frozenset({"“", "”", "‘", "’", '"'})
_UNFINISHED = frozenset({"AUX", "ADP", "DET", "PART", "SCONJ"})
"""Parts of speech that do not end a clause: it was, said Olin, a disaster."""
_LONGEST_ASIDE = 14
"""Maximum number of words in a cue between commas, with its subject."""


def interrupting_cue(site: Site, document: Document) -> Iterator[Candidate]:
    """The plan, Olin said, failed.   failed -parataxis-> said, or any other relation

    The cue and its subject are between commas; the content is the rest of the sentence.
    """
    cue_class = site.class_of(Frame.CLAUSE)
    if cue_class is None:
        return
    inside = _aside(site)
    if inside is None:
        return
    tree = site.tree
    quotation = document.quotation_at(site.head.start)
    indices = _around(site, inside)
    if quotation is not None:
        indices = {i for i in indices if quotation.span.covers(tree.words[i])}
    content = spans(document, tree, indices)
    content = with_whole_quotations(document, content, [w.span for w in site.words])
    source = _own_subject(tree, site.head)
    found = reported(site, document, content=content, cue_class=cue_class, source=source)
    if found and found.source is not None:
        yield _with_open_mark(found, document)


def _with_open_mark(found: Candidate, document: Document) -> Candidate:
    """The candidate with an unclosed mark, which makes all of its content quoted: “We will rebuild, Olin said."""
    quotation = document.quotation_at(found.content[0].start)
    if quotation is None or found.content[0].start != quotation.span.start + 1 or found.cue is None:
        return found
    if document.plain[quotation.span.end - 1] in "”\"»’'" or not quotation.span.covers(found.cue.spans[0]):
        return found
    first = Span(quotation.span.start, found.content[0].end)
    return replace(found, content=(first, *found.content[1:]), kind=Kind.DIRECT)


def _own_subject(tree: Tree, verb: Word) -> Word | None:
    """The subject nearest to the verb; else the noun just before it: Crews, the board says, left."""
    own = min(tree.children(verb, "nsubj"), key=lambda c: abs(c.index - verb.index), default=None)
    before = tree.words[verb.index - 1]
    if verb.index and before.text in _COMMAS and (own is None or own.index < verb.index):  # …, said Olin, …
        following = tree.words[verb.index + 1 : verb.index + 2]
        return next((w for w in following if w.upos in {"PROPN", "PRON"}), own)
    if verb.index == 0 or verb.xpos not in {"VBD", "VBZ", "VBP"} or before.upos not in {"NOUN", "PROPN", "PRON"}:
        return own
    between = tree.words[own.index : verb.index] if own is not None and own.index < verb.index else ()
    return before if own is None or any(w.text in _COMMAS for w in between) else own


def _aside(site: Site) -> range | None:
    """The words of a cue between commas with its subject and little else: ", Olin told reporters,"."""
    tree, verb = site.tree, site.head
    own = _own_subject(tree, verb)
    if own is None or is_relative(own) or own.lower in load_words("talkers") or own.deprel == "nsubj:pass":
        return None
    first = min(own.index, verb.index)
    while first > 0 and not is_punctuation(tree.words[first - 1]):
        first -= 1
    end = max(own.index, verb.index) + 1
    while end < len(tree.words) and (tree.words[end].text in _NICKNAME_MARKS or not is_punctuation(tree.words[end])):
        end += 1
    words = tree.words[first:end]
    is_of_noun = verb.deprel == "acl:relcl" and first <= verb.head < own.index  # a gift his father found
    if first == 0 or end == len(tree.words) or len(words) > _LONGEST_ASIDE or _opens_a_clause(words[0]) or is_of_noun:
        return None
    if any(w.xpos in {"VBD", "VBZ", "VBP"} and w.relation != "aux" for w in words if w.index != verb.index):
        return None
    if tree.words[end].text == ":":
        return None  # the content comes after the colon
    after = tree.words[verb.index + 1 : end] if own.index < verb.index else ()
    if any(not first <= w.head < end for w in after):
        return None
    if any(first <= c.index < end for c in _arguments(tree, verb)) or words[-1].lower in load_words("unfinished"):
        return None
    is_last = all(is_punctuation(w) for w in tree.words[end:])
    if tree.words[first - 1].text not in _COMMAS or not (tree.words[end].text in {*_COMMAS, ";"} or is_last):
        return None
    return range(first, end)


def _arguments(tree: Tree, verb: Word) -> list[Word]:
    """Dependents that a cue cannot have if it reports the clause around it."""
    is_addressing = verb.lemma.lower() in load_words("addressing_verbs")
    return tree.children(verb, "ccomp", "xcomp", "obj") if not is_addressing else tree.children(verb, "ccomp", "xcomp")


def _opens_a_clause(word: Word) -> bool:
    return word.upos in {"SCONJ", "CCONJ"} or word.lower in load_words("clause_openings")


def _is_day(tree: Tree, indices: set[int]) -> bool:
    """Whether words only name a day: on Friday."""
    words = [tree.words[i] for i in indices if not is_punctuation(tree.words[i])]
    return bool(words) and all(w.upos in {"ADP", "DET"} or w.lower in load_words("calendar") for w in words)


def _is_bare(tree: Tree, left: set[int]) -> bool:
    """Whether a sentence begins with a prepositional phrase without a verb, such as "in the end"."""
    words = [tree.words[i] for i in sorted(left)]
    return bool(words) and words[0].upos == "ADP" and not any(w.upos in {"AUX", "VERB"} for w in words)


def _around(site: Site, inside: range) -> set[int]:
    """The sentence around an aside, between semicolons; empty if it is not the content.

    It excludes a day or a place of the act (On Friday, Olin said, …), and a participle that reports more.
    """
    tree, verb = site.tree, site.head
    left = sentence_before(tree, set(inside))
    opener = tree.words[inside.start - 2] if inside.start > 1 else None
    branch = next((w for w in [opener, *tree.ancestors(opener)] if w.head == verb.index), None) if opener else None
    if branch is not None and branch.relation == "obl" and (_is_bare(tree, left) or is_circumstance(tree, branch)):
        return set()  # On Friday, Olin said, …   In the end, he showed her the port.
    if opener is not None and is_relative(opener) and inside.start > 2 and is_punctuation(tree.words[opener.index - 1]):
        left = {opener.index}  # the port was shut, which, she said, was bad
    is_deed = branch is not None and branch.relation == "advcl" and branch.xpos == "VBG"  # Writing …, Olin said, …
    if is_deed and branch is not None and lexicon.verb(branch.lemma.lower()):
        left = set()
    is_adverb = len(left) == 1 and all(tree.words[i].upos == "ADV" for i in left)  # Still, Olin said, …
    if is_adverb or _is_day(tree, left):
        left = set()
    right: set[int] = set()
    for word in tree.words[inside.stop :]:
        if word.text == ";" or (word.xpos == "VBG" and reports_more(tree, word)):
            break
        right.add(word.index)
    ending = max((i for i in left if not is_punctuation(tree.words[i])), default=None)
    if ending is not None and tree.words[ending].upos not in _UNFINISHED:
        right = _without_source(tree, verb, right)
    opening = tree.words[inside.stop + 1 : inside.stop + 2]
    if not (left or right) or any(w.xpos == "VBG" or w.lower in load_words("relative_openings") for w in opening):
        return set()
    if not right and complements_of(tree, verb) and complements_of(tree, verb)[0].index > verb.index:
        return set()
    return left | right


def _without_source(tree: Tree, verb: Word, right: set[int]) -> set[int]:
    """The words after an inverted source without its apposition and without a circumstance of the act.

    Rents will fall, warns Mara Olin, head of research at the bank, in a note to clients.
    """
    own = _own_subject(tree, verb)
    if own is None or own.index < verb.index:
        return right
    circumstances = [w for w in tree.children(verb, "obl") if is_circumstance(tree, w) and w.index > own.index]
    rest = right.difference(*(tree.subtree(w) for w in (own, *circumstances)))
    return {i for i in rest if not is_punctuation(tree.words[i])} and rest
