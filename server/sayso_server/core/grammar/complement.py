"""The words of the clauses that a cue governs, even if the parser attaches them elsewhere."""

from sayso_server.core import lexicon
from sayso_server.core.cues import Site, relaying
from sayso_server.core.grammar.contents import is_punctuation
from sayso_server.core.grammar.next_act import is_next_act
from sayso_server.core.grammar.sentence import is_set_off, sentence_before
from sayso_server.core.grammar.subject import is_passive, reports_more
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.statement import REPORTED_SPEECH
from sayso_server.core.tree import Tree, Word

_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_FARTHEST_THAT = 14
"""Maximum number of words between a cue and the "that" of its clause."""
_DASHES = frozenset({"—", "–", "--", "-"})


def opens_question(word: Word) -> bool:
    """Whether a word can begin a question: whether, how, why."""
    return word.lower in load_words("questions")


def complements_of(tree: Tree, verb: Word) -> list[Word]:
    """The clauses that a cue governs; infinitives only with a wh-word (asked what to do).

    Those on the side of the first one form one content. A subordinate clause after a complement belongs to it, although
    parsers attach it to the cue: said he left because it was late.
    """
    out = tree.children(verb, "ccomp") or _before_the_governor(tree, verb)
    if is_passive(tree, verb):  # said to be worth
        out = [c for c in out if (m := tree.child(c, "mark")) is None or m.lower != "to"]
    for child in tree.children(verb, "xcomp"):
        is_question = any(map(opens_question, tree.children(child, "mark", "advmod", "obj")))
        if is_question or (child.xpos == "VBG" and child.index > verb.index and not tree.children(verb, "obj")):
            out.append(child)  # asked what to do, denied keeping cash
    out += [] if out else _wh_objects(tree, verb)
    for child in tree.children(verb, "advcl"):
        mark = tree.child(child, "mark")
        follows = bool(out) and child.index > out[-1].index > verb.index
        is_of_content = mark is not None and mark.lower not in load_words("marks_of_the_act")
        if with_a_report(tree, child):
            continue  # said it failed, with Pell predicting worse
        if (not out and _is_question(tree, verb, child)) or (follows and is_of_content):
            out.append(child)
    if tree.words[verb.index + 1 : verb.index + 2] and tree.words[verb.index + 1].text == ";":
        out = [c for c in out if c.index < verb.index]  # crews came, Olin said; the port was shut
    return [c for c in out if (c.index > verb.index) == (out[0].index > verb.index)]


def _before_the_governor(tree: Tree, verb: Word) -> list[Word]:
    """The clause before a verb that leads to the cue: it failed, Pell is due to say; media quoted Pell as saying."""
    above = relaying(tree, verb) or (tree.head(verb) if verb.relation == "xcomp" else None)
    found = tree.children(above, "ccomp") if above is not None and not tree.children(verb, "obj", "xcomp") else []
    return [clause for clause in found if above is not None and clause.index < above.index]


def _wh_objects(tree: Tree, verb: Word) -> list[Word]:
    """Objects that are questions: asked how much money he had, explained what he liked."""
    things = [w for w in tree.children(verb, "obj") if w.index > verb.index]
    return [w for w in things if any(map(opens_question, tree.words[min(tree.subtree(w)) :][:2]))]


def _is_question(tree: Tree, verb: Word, clause: Word) -> bool:
    """Whether a clause is a question parsed as a condition or a time: asked if it failed, did not say when it did."""
    addressed = set().union(*(tree.subtree(w) for w in tree.children(verb, "obj", "iobj", "obl:agent")))
    opening = next(
        (
            w
            for w in tree.words[verb.index + 1 : clause.index]
            if (w.upos != "ADV" or opens_question(w)) and w.index not in addressed
        ),
        None,
    )
    if opening is None or not opens_question(opening):
        return False
    if opening.head != clause.index or not tree.children(clause, "nsubj"):
        return False
    return opening.lower != "if" or verb.lemma in load_words("questioning_verbs")


def complement_words(site: Site, complements: list[Word]) -> set[int]:
    """The words of the complements, including those that parsers attach elsewhere."""
    tree, first = site.tree, complements[0]
    indices = set().union(*(_clause(tree, c, site) for c in complements))
    return (
        indices
        | _leading(site, first)
        | _after_that(site, first)
        | _stray_question(site, indices)
        | _stray_subject(site, first)
        | _stray_conjunct(site, complements)
        | _over_an_aside(tree, indices)
        | _extracted(tree, site.head, first)
    )


def _after_that(site: Site, complement: Word) -> set[int]:
    """Phrases after "that", parsed as the day of the act: from June in "said that from June the pier would close"."""
    mark = site.tree.child(complement, "mark")
    if mark is None or mark.index < site.head.index:
        return set()
    strays = (tree.subtree(w) for tree in (site.tree,) for w in tree.children(site.head, "obl", "advmod"))
    return set().union(*(s for s in strays if mark.index < min(s) and max(s) < complement.index))


def _stray_question(site: Site, indices: set[int]) -> set[int]:
    """A question word, if the parser attaches it to the cue: why in "refused to say why it failed"."""
    before = min(indices, default=0) - 1
    word = site.tree.words[before]
    return {before} if before > site.head.index == word.head and opens_question(word) else set()


def _over_an_aside(tree: Tree, indices: set[int]) -> set[int]:
    """The words after a pair of dashes: to Washington in "said he sent Orr – of all people – to Washington"."""
    last = max((i for i in indices if not is_punctuation(tree.words[i])), default=len(tree.words))
    opening = next((w for w in tree.words[last + 1 : last + 2] if w.text in _DASHES), None)
    if opening is None:
        return set()
    closing = next((w.index for w in tree.words[opening.index + 2 :] if w.text == opening.text), None)
    if closing is None or closing + 1 >= len(tree.words) or not tree.words[closing + 1].text[0].islower():
        return set()
    return set(range(last + 1, len(tree.words)))


def _clause(tree: Tree, complement: Word, site: Site) -> set[int]:
    """The words of a complement without the cue, a later report (…, adding that …), and another source.

    Another source: Moss said crews came, according to Olin.
    """
    cue = {w.index for w in site.words}

    def skip(word: Word) -> bool:
        is_other = any(c.lower == "according" for c in tree.children(word, "case")) and is_set_off(tree, word)
        return (
            word.index in cue
            or (word.index > site.head.index and reports_more(tree, word) == site.head)
            or (is_other and word.index > complement.index)
            or (word.index > complement.index > site.head.index and _reports_next(tree, word))
            or (word.index > complement.index > site.head.index and with_a_report(tree, word))
            or is_next_act(tree, site.head, complement, word)
        )

    return tree.subtree(complement, skip) - cue


def holds_next_report(tree: Tree, cue: Word, complement: Word) -> bool:
    """Whether a second report was cut off, so that the content certainly ends before it."""
    after = [tree.words[i] for i in tree.subtree(complement) if i > complement.index > cue.index]
    beside = [w for w in tree.children(cue, "advcl", "obl") if w.index > complement.index]
    return any(_reports_next(tree, w) for w in after) or any(with_a_report(tree, w) for w in (*after, *beside))


def with_a_report(tree: Tree, word: Word) -> bool:
    """Whether a branch is the report of another speaker, set off: said it failed, | with Pell predicting worse."""
    if word.relation not in {"advcl", "obl", "nmod"}:
        return False
    branch = tree.subtree(word)
    first = next((tree.words[i] for i in sorted(branch) if not is_punctuation(tree.words[i])), word)
    if first.lower != "with" or first.index == 0 or tree.words[first.index - 1].text != ",":
        return False
    says = next((w for w in (word, *tree.children(word, "acl")) if w.xpos == "VBG" and w.index > first.index + 1), None)
    entry = lexicon.verb(says.lemma.lower()) if says is not None else None
    return entry is not None and not REPORTED_SPEECH.isdisjoint(entry.frames.values())


def _reports_next(tree: Tree, word: Word) -> bool:
    """Whether a participle is coordinated with a finite clause: urging in "adding that crews came and urging calm"."""
    head = tree.head(word)
    is_next = word.relation == "conj" and word.xpos == "VBG" and head is not None and head.xpos != "VBG"
    return is_next and not tree.children(word, "aux") and lexicon.verb(word.lemma.lower()) is not None


def _leading(site: Site, complement: Word) -> set[int]:
    """The opening of the sentence, if the content precedes its cue, even if parsers attach it to the cue.

    At private courses, fees may rise, Olin said.
    """
    tree, verb = site.tree, site.head
    if complement.index > verb.index or verb.relation not in {"root", "parataxis"}:
        return set()
    return sentence_before(tree, {min(complement.index, verb.index)})


def _stray_subject(site: Site, complement: Word) -> set[int]:
    """A subject that is parsed as the object of the cue: sensors in "said sensors worn by Olin failed"."""
    tree, verb = site.tree, site.head
    thing = tree.child(verb, "obj")
    if thing is None or Frame.OBJECT in site.entry.frames or verb.lemma.lower() in load_words("addressing_verbs"):
        return set()
    is_between = verb.index < thing.index < complement.index
    return tree.subtree(thing) if is_between and not tree.children(complement, "nsubj", "mark", "expl") else set()


def _extracted(tree: Tree, verb: Word, complement: Word) -> set[int]:
    """The relative pronoun that is the complement's subject: which in "leaks which Olin said were small"."""
    if verb.deprel != "acl:relcl" or tree.children(complement, "nsubj", "mark", "expl"):
        return set()
    first = next(w for w in tree.words[min(tree.subtree(verb)) :] if not is_punctuation(w) or w == verb)
    return {first.index} if first.xpos in {"WDT", "WP"} and first.index + 1 < verb.index else set()


def _stray_conjunct(site: Site, complements: list[Word]) -> set[int]:
    """Further clauses of the content that parsers attach to the cue: Olin said crews had come but were told to wait.

    They belong to the content if they have "that", their own subject, an auxiliary or a copula. A bare past tense is
    the source's next act: Olin said crews had come and left.
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
    """Whether a word has a subject, or a finite auxiliary or copula."""
    helpers = tree.children(word, "aux", "cop")
    return tree.child(word, "nsubj", "expl") is not None or any(h.xpos in _FINITE for h in helpers)


def _could_report(tree: Tree, word: Word) -> bool:
    return lexicon.verb(word.lemma.lower()) is not None and not is_passive(tree, word)


def that_clause(site: Site) -> set[int]:
    """The words from a nearby "that" on, if the tree has no complement: wrote in a letter that it failed.

    They end at a semicolon, a participle that reports more, or the end of the sentence.
    """
    tree = site.tree
    start = max(w.index for w in site.words) + 1
    for word in tree.words[start : start + _FARTHEST_THAT]:
        is_next = word.index == start and any(w.xpos in _FINITE for w in tree.words[start:])
        if word.lower == "that" and (word.xpos == "IN" or is_next):
            break
        if word.upos in {"VERB", "AUX"} or word.text in {";", ":", "“", '"'}:
            return set()
    else:
        return set()
    return _to_the_end(tree, word.index)


def and_that(site: Site, indices: set[int]) -> set[int]:
    """A second clause with "that", wherever the parser attaches it: said that it failed and that …"""
    tree, last = site.tree, max(indices, default=0)
    if last < site.head.index:
        return set()
    after = [w for w in tree.words[last + 1 : last + 4] if not is_punctuation(w)]
    is_second = len(after) > 1 and after[0].upos == "CCONJ" and after[1].lower == "that" and after[1].xpos == "IN"
    return _to_the_end(tree, after[0].index) if is_second else set()


def _to_the_end(tree: Tree, start: int) -> set[int]:
    """The words from `start` to a semicolon, a participle that reports more, or the end of the sentence."""
    out: set[int] = set()
    for following in tree.words[start:]:
        is_more = following.xpos == "VBG" and tree.words[following.index - 1].text == ","
        if following.text == ";" or (is_more and lexicon.verb(following.lemma.lower())):
            break
        out.add(following.index)
    return out
