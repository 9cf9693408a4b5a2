"""Statements as clauses: complements of the cue, and clauses that the cue interrupts or follows."""

from collections.abc import Iterator
from dataclasses import replace

from sayso_server.core.contents import chain, is_punctuation, spans, without
from sayso_server.core.cues import Candidate, Site
from sayso_server.core.document import Document
from sayso_server.core import lexicon
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.rules.attributive import is_set_off, sentence_before
from sayso_server.core.rules.build import candidate, with_whole_quotations
from sayso_server.core.rules.quoted import goes_on, is_utterance
from sayso_server.core.sources import RELATIVE, is_circumstance, is_passive, mention, reports_more, subject
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

_OF_THE_ACT = frozenset({"as", "after", "before", "when", "while", "to"})  # these date the saying, not what is said
FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_TALKERS = frozenset({"i", "we", "you"})
"""I should say, you know: how people talk, not reports."""
_COMMAS = frozenset({",", "—", "–", "-", "--"})
_RELATIVE_OPENINGS = frozenset({"who", "which", "whose", "whom", "where"})
_LONGEST_ASIDE = 14
_QUESTION = frozenset({"whether", "if", "how", "why", "what", "when", "where", "who", "which"})


def clausal_complement(site: Site, document: Document) -> Iterator[Candidate]:
    """Olin said that the plan failed.   said -ccomp-> failed

    With and without "that", with a wh-word; before the cue (The plan failed, Olin said) or around it.
    """
    cue_class = site.class_of(Frame.CLAUSE)
    if cue_class is None:
        return
    if site.entry.lemma == "say" and [w.xpos for w in site.tree.words[site.head.index + 1 :][:2]] == ["TO", "VB"]:
        return  # said to be worth
    complements = _complements(site.tree, site.head)
    indices = _complement_words(site, complements) if complements else _that_clause(site)
    indices |= _and_that(site, indices)
    content = spans(document, site.tree, indices)
    early = _before_the_clause(site, complements[0]) if complements else []
    content = without(content, [*_own_words(site, document), *early], document.plain)
    quotation = document.quotation_at(site.head.start)
    if quotation is not None and not complements:
        content = tuple(Span(s.start, min(s.end, quotation.span.end - 1)) for s in content if s.start < quotation.span.end)
    content = with_what_follows(document, site, content)
    content = with_whole_quotations(document, content, [w.span for w in site.words])
    found = candidate("clausal-complement", site, document, content=content, cue_class=cue_class)
    if found and complements and not found.addressees and site.entry.lemma in load_words("addressing_verbs"):
        found = replace(found, addressees=_early_addressee(site, complements[0], early, document))
    if found:
        yield found


def _early_addressee(site: Site, complement: Word, early: list[Span], document: Document) -> tuple[Span, ...]:
    """the board in "told the board it failed", when the parser hangs it on the clause."""
    people = [w for w in site.tree.children(complement, "iobj", "obj") if any(s.covers(w.span) for s in early)]
    return tuple(mention(site.tree, w, document.plain) for w in people[:1])


def _complement_words(site: Site, complements: list[Word]) -> set[int]:
    """The words of the complements, with what parsers hang elsewhere."""
    tree, first = site.tree, complements[0]
    indices = set().union(*(_clause(tree, c, site) for c in complements))
    return (
        indices
        | _leading(site, first)
        | _stray_subject(site, first)
        | _stray_conjunct(site, complements)
        | _extracted(tree, site.head, first)
    )


def with_what_follows(document: Document, site: Site, content: tuple[Span, ...]) -> tuple[Span, ...]:
    """The content with a quotation that goes on from it.

    Behind a colon (said it was late: “We lost a year”), and where a content that ends in marks stands before its cue:
    It was “late,” Olin said. “We lost a year.”
    """
    if not content or document.quotation_at(site.head.start) is not None:
        return content
    _, following = document.outer_around(max(content[-1].end, site.words[-1].end) - 1)
    if following is None or not is_utterance(following, document):
        return content
    start, end = content[-1].end, following.span.start
    if end < site.head.start or document.paragraph_at(start) != document.paragraph_at(end):
        return content
    gap = document.plain[start:end]
    if gap.strip() == ":":
        return (*content, *(q.span for q in chain(document, following)))
    is_split = document.plain[start - 1] in "”\"'’" and start < site.head.start
    return (*content, *goes_on(site, following, document)) if is_split else content


def _complements(tree: Tree, verb: Word) -> list[Word]:
    """The clauses that a cue governs, infinitives only with a wh-word (asked what to do).

    Several on one side of the cue are one content. So is a subordinate clause behind a complement, though parsers hang
    it on the cue: said he left because it was late.
    """
    out = tree.children(verb, "ccomp")
    if is_passive(tree, verb):  # said to be worth
        out = [c for c in out if (m := tree.child(c, "mark")) is None or m.lower != "to"]
    for child in tree.children(verb, "xcomp"):
        is_question = any(c.lower in _QUESTION for c in tree.children(child, "mark", "advmod", "obj"))
        if is_question or (child.xpos == "VBG" and child.index > verb.index and not tree.children(verb, "obj")):
            out.append(child)  # asked what to do, denied keeping cash
    out += [] if out else _wh_objects(tree, verb)
    for child in tree.children(verb, "advcl"):
        mark = tree.child(child, "mark")
        is_behind = bool(out) and child.index > out[-1].index > verb.index
        if (not out and _is_question(tree, verb, child)) or (is_behind and mark and mark.lower not in _OF_THE_ACT):
            out.append(child)
    if tree.words[verb.index + 1 : verb.index + 2] and tree.words[verb.index + 1].text == ";":
        out = [c for c in out if c.index < verb.index]  # crews came, Olin said; the port was shut
    return [c for c in out if (c.index > verb.index) == (out[0].index > verb.index)]


def _wh_objects(tree: Tree, verb: Word) -> list[Word]:
    """A question that parsers take for an object: asked how much money he had, explained what he liked."""
    things = [w for w in tree.children(verb, "obj") if w.index > verb.index]
    return [w for w in things if {x.lower for x in tree.words[min(tree.subtree(w)) :][:2]} & _QUESTION]


def _that_clause(site: Site) -> set[int]:
    """Where the parser shows no complement, the words from a near "that" on: wrote in a letter that it failed.

    To the end of the sentence, a semicolon, or a participle that reports more.
    """
    tree = site.tree
    start = max(w.index for w in site.words) + 1
    for word in tree.words[start : start + _LONGEST_ASIDE]:
        is_next = word.index == start and any(w.xpos in FINITE for w in tree.words[start:])
        if word.lower == "that" and (word.xpos == "IN" or is_next):
            break
        if word.upos in {"VERB", "AUX"} or word.text in {";", ":", "“", '"'}:
            return set()
    else:
        return set()
    return _to_the_end(tree, word.index)


def _to_the_end(tree: Tree, start: int) -> set[int]:
    """The words from one on, to a semicolon, a participle that reports more, or the end of the sentence."""
    out: set[int] = set()
    for following in tree.words[start:]:
        is_more = following.xpos == "VBG" and tree.words[following.index - 1].text == ","
        if following.text == ";" or (is_more and lexicon.verb(following.lemma.lower())):
            break
        out.add(following.index)
    return out


def _and_that(site: Site, indices: set[int]) -> set[int]:
    """A second clause with "that" behind the first, wherever the parser hangs it: said that it failed and that …"""
    tree, last = site.tree, max(indices, default=0)
    if last < site.head.index:
        return set()
    behind = [w for w in tree.words[last + 1 : last + 4] if not is_punctuation(w)]
    is_second = len(behind) > 1 and behind[0].upos == "CCONJ" and behind[1].lower == "that" and behind[1].xpos == "IN"
    return _to_the_end(tree, behind[0].index) if is_second else set()


def _is_question(tree: Tree, verb: Word, clause: Word) -> bool:
    """A question that parsers take for a condition or a time: asked if it failed, would not say when it failed."""
    addressed = set().union(*(tree.subtree(w) for w in tree.children(verb, "obj", "iobj", "obl:agent")))
    behind = [
        w
        for w in tree.words[verb.index + 1 : clause.index]
        if (w.upos != "ADV" or w.lower in _QUESTION) and w.index not in addressed
    ]
    if not behind:
        return False
    opening = behind[0]
    if opening.lower not in _QUESTION or opening.head != clause.index or not tree.children(clause, "nsubj"):
        return False
    return opening.lower != "if" or verb.lemma in {"ask", "wonder", "say", "know", "tell"}


def _clause(tree: Tree, complement: Word, site: Site) -> set[int]:
    """The words of a complement without the cue, a participle that reports more (…, adding that …), and another source.

    The other source: Moss said crews came, according to Olin.
    """
    cue = {w.index for w in site.words}

    def skip(word: Word) -> bool:
        is_other = any(c.lower == "according" for c in tree.children(word, "case")) and is_set_off(tree, word)
        return (
            word.index in cue
            or (word.index > site.head.index and reports_more(tree, word) == site.head)
            or (is_other and word.index > complement.index)
        )

    return tree.subtree(complement, skip) - cue


def _leading(site: Site, complement: Word) -> set[int]:
    """What opens the sentence of a content that stands before its cue, though parsers hang it on the cue.

    At private courses, fees may rise, Olin said.
    """
    tree, verb = site.tree, site.head
    if complement.index > verb.index or verb.relation not in {"root", "parataxis"}:
        return set()
    return {i for i in sentence_before(tree, {min(complement.index, verb.index)})}


def _stray_subject(site: Site, complement: Word) -> set[int]:
    """sensors in "said sensors worn by Olin failed", when the parser makes it the cue's object: nobody says sensors."""
    tree, verb = site.tree, site.head
    thing = tree.child(verb, "obj")
    if thing is None or Frame.OBJECT in site.entry.frames or verb.lemma.lower() in load_words("addressing_verbs"):
        return set()
    is_between = verb.index < thing.index < complement.index
    return tree.subtree(thing) if is_between and not tree.children(complement, "nsubj", "mark", "expl") else set()


def _extracted(tree: Tree, verb: Word, complement: Word) -> set[int]:
    """which in "leaks which Olin said were small": the pronoun is the complement's subject."""
    if verb.deprel != "acl:relcl" or tree.children(complement, "nsubj", "mark", "expl"):
        return set()
    first = tree.words[min(tree.subtree(verb))]
    return {first.index} if first.xpos in {"WDT", "WP"} and first.index + 1 < verb.index else set()


def _stray_conjunct(site: Site, complements: list[Word]) -> set[int]:
    """Olin said crews had come but were told to wait: parsers hang the second clause on the cue.

    It goes with the content if it has "that", a subject of its own, an auxiliary or a copula; a bare past tense is what
    the source did next: Olin said crews had come and left.
    """
    tree, verb = site.tree, site.head
    if complements[0].index < verb.index:
        return set()
    out: set[int] = set()
    for conjunct in tree.children(verb, "conj"):
        mark = tree.child(conjunct, "mark")
        is_marked = mark is not None and mark.lower == "that"
        is_next = conjunct.index > complements[-1].index and tree.child(conjunct, "cc") is not None
        if not is_marked and (not is_next or not _is_clause(tree, conjunct) or _could_report(tree, conjunct)):
            break
        out |= tree.subtree(conjunct)
    return out


def _is_clause(tree: Tree, word: Word) -> bool:
    """Whether a word has a subject, or an auxiliary or copula in a tense."""
    helpers = tree.children(word, "aux", "cop")
    return tree.child(word, "nsubj", "expl") is not None or any(h.xpos in FINITE for h in helpers)


def _could_report(tree: Tree, word: Word) -> bool:
    return lexicon.verb(word.lemma.lower()) is not None and not is_passive(tree, word)


def _before_the_clause(site: Site, complement: Word) -> list[Span]:
    """What stands between the cue and the first words of its clause but hangs on the clause: a day, a person addressed.

    Olin said on Friday it failed. Olin told the board it failed.
    """
    tree = site.tree
    opening = [w for w in tree.children(complement, "mark", "nsubj", "expl", "csubj") if w.index > site.head.index]
    if complement.index < site.head.index or not opening:
        return []
    first = min(min(tree.subtree(w)) for w in opening)
    early = [w for w in tree.children(complement, "obl", "iobj", "obj", "nmod", "vocative") if w.index < first]
    return [
        Span(tree.words[min(branch)].start, tree.words[max(branch)].end)
        for w in early
        if max(branch := tree.subtree(w)) < first and min(branch) == site.words[-1].index + 1
    ]


def _own_words(site: Site, document: Document) -> list[Span]:
    """The cue and its source, which a wrong attachment may have put into the content."""
    own, _ = subject(site.tree, site.head)
    out = [w.span for w in site.words]
    if own is not None and own.head == site.head.index:
        first = min(own.start, site.head.start)
        last = max(own.end, site.head.end)
        if last - first < 160:
            out.append(mention(site.tree, own, document.plain))
    return out


def interrupting_cue(site: Site, document: Document) -> Iterator[Candidate]:
    """The plan, Olin said, failed.   failed -parataxis-> said, whatever the parser makes of it

    The cue stands with its subject between commas; the content is what is left of the sentence around it.
    """
    cue_class = site.class_of(Frame.CLAUSE)
    if cue_class is None:
        return
    inside = aside(site)
    if inside is None:
        return
    tree = site.tree
    quotation = document.quotation_at(site.head.start)
    indices = _around(site, inside)
    if quotation is not None:
        indices = {i for i in indices if quotation.span.covers(tree.words[i].span)}
    content = spans(document, tree, indices)
    content = with_whole_quotations(document, content, [w.span for w in site.words])
    source = own_subject(tree, site.head)
    found = candidate("interrupting-cue", site, document, content=content, cue_class=cue_class, source=source)
    if found and found.source is not None:
        yield found


def own_subject(tree: Tree, verb: Word) -> Word | None:
    """The subject nearest to the verb; where the parser has none, the noun just before it: Crews, the board says, left."""
    own = min(tree.children(verb, "nsubj"), key=lambda c: abs(c.index - verb.index), default=None)
    before = tree.words[verb.index - 1]
    if own is None and verb.index and before.text in _COMMAS:  # …, said Olin, …
        following = tree.words[verb.index + 1 : verb.index + 2]
        return next((w for w in following if w.upos in {"PROPN", "PRON"}), None)
    if verb.index == 0 or verb.xpos not in {"VBD", "VBZ", "VBP"} or before.upos not in {"NOUN", "PROPN", "PRON"}:
        return own
    between = tree.words[own.index : verb.index] if own is not None and own.index < verb.index else ()
    return before if own is None or any(w.text in _COMMAS for w in between) else own


def aside(site: Site) -> range | None:
    """The words of a cue that stands between commas with its subject and little else: ", Olin told reporters,"."""
    tree, verb = site.tree, site.head
    own = own_subject(tree, verb)
    if own is None or own.lower in RELATIVE | _TALKERS or own.deprel == "nsubj:pass":
        return None
    first = min(own.index, verb.index)
    while first > 0 and not is_punctuation(tree.words[first - 1]):
        first -= 1
    end = max(own.index, verb.index) + 1
    while end < len(tree.words) and not is_punctuation(tree.words[end]):
        end += 1
    words = tree.words[first:end]
    if first == 0 or end == len(tree.words) or len(words) > _LONGEST_ASIDE or _opens_a_clause(words[0]):
        return None
    if any(w.xpos in {"VBD", "VBZ", "VBP"} and w.relation != "aux" for w in words if w.index != verb.index):
        return None
    behind = tree.words[verb.index + 1 : end] if own.index < verb.index else ()
    if any(not first <= w.head < end for w in behind):
        return None
    if any(first <= c.index < end for c in _arguments(tree, verb)) or words[-1].lower in {"that", "of", "including"}:
        return None
    is_last = all(is_punctuation(w) for w in tree.words[end:])
    if tree.words[first - 1].text not in _COMMAS or not (tree.words[end].text in {*_COMMAS, ";"} or is_last):
        return None
    return range(first, end)


def _arguments(tree: Tree, verb: Word) -> list[Word]:
    """What a cue that reports the clause around it does not have."""
    is_addressing = verb.lemma.lower() in load_words("addressing_verbs")
    return tree.children(verb, "ccomp", "xcomp", "obj") if not is_addressing else tree.children(verb, "ccomp", "xcomp")


def _opens_a_clause(word: Word) -> bool:
    return word.upos in {"SCONJ", "CCONJ"} or word.lower in {"who", "which", "as", "when", "where", "while", "if"}


def _around(site: Site, inside: range) -> set[int]:
    """The sentence around an aside, back to a semicolon and on to one; empty where nothing stands before it.

    A day or a place where it was said (On Friday, Olin said, …) is left out, so is a participle that reports more.
    """
    tree, verb = site.tree, site.head
    left = sentence_before(tree, set(inside))
    opener = tree.words[inside.start - 2] if inside.start > 1 else None
    branch = next((w for w in [opener, *tree.ancestors(opener)] if w.head == verb.index), None) if opener else None
    if branch is not None and branch.relation == "obl" and is_circumstance(tree, branch):
        return set()
    if len(left) == 1 and all(tree.words[i].upos == "ADV" for i in left):  # Still, Olin said, …
        left = set()
    right: set[int] = set()
    for word in tree.words[inside.stop :]:
        if word.text == ";" or (word.xpos == "VBG" and reports_more(tree, word)):
            break
        right.add(word.index)
    opening = tree.words[inside.stop + 1 : inside.stop + 2]
    if not (left or right) or any(w.xpos == "VBG" or w.lower in _RELATIVE_OPENINGS for w in opening):
        return set()
    if not right and _complements(tree, verb) and _complements(tree, verb)[0].index > verb.index:
        return set()
    return left | right
