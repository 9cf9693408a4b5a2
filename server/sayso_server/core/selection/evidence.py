"""Binary features of a candidate.

The scorer weighs them (`weights.py`), training learns the weights, and `--explain` prints them.
"""

import bisect
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import overlap
from sayso_server.core.selection.links import bins, of_links
from sayso_server.core.selection.proposals import from_links
from sayso_server.core.selection.roles import of_roles
from sayso_server.core.selection.words import Words
from sayso_server.core.statement import Span
from sayso_server.core.tree import Word


class Basis(StrEnum):
    """The kind of evidence for a candidate; each basis has its own weights.

    RULES: a rule, with the tagger's probabilities. LINKED: links alone. TREES: a rule alone, if the tagger says
    nothing: the models have none, or the cue is inside another statement.
    """

    RULES = "rules"
    LINKED = "linked"
    TREES = "trees"


counted = bins(1, 2, 3, 4, 6, 9, 13, 20, 32, 50)
"""Bins for numbers of words."""

agreeing = bins(0.2, 0.5, 0.7, 0.9, 0.99)
"""Bins for intersection over union."""


def evidence(
    candidate: Candidate, rivals: Sequence[Candidate], document: Document, words: Words, basis: Basis
) -> list[str]:
    """The names of the features that a candidate has. `rivals` are the candidates of the same cue."""
    places = [words.within(span) for span in candidate.content]
    flat = [i for run in places for i in run if not words.is_mark[i]]
    if not flat:
        return ["bias", f"rule={candidate.rule}"]
    plain = [
        "bias",
        f"rule={candidate.rule}",
        *_of_cue(candidate, document),
        *_of_source(candidate),
        *_of_content(candidate, flat, words),
        *_of_place(candidate, flat, document, words),
    ]
    if basis is Basis.TREES:
        return list(dict.fromkeys(plain))
    of_models = [*of_roles(candidate, places, flat, words), *of_links(candidate, places, flat, words)]
    return list(dict.fromkeys([*plain, *of_models, *_of_rivals(candidate, rivals)]))


def _of_cue(candidate: Candidate, document: Document) -> list[str]:
    site, cue, rule = candidate.site, candidate.cue, candidate.rule
    if site is None or cue is None:
        return ["cue=none"]
    head = site.head
    following = next(iter(site.tree.words[site.words[-1].index + 1 : site.words[-1].index + 2]), None)
    return [
        f"cue.lemma={site.entry.lemma}",
        f"cue.class={cue.cue_class}",
        f"cue.class={cue.cue_class} rule={rule}",
        f"cue.lemma={site.entry.lemma} rule={rule}",
        f"cue.tag={head.xpos}",
        f"cue.relation={head.relation}",
        f"polarity={candidate.polarity}",
        f"addressee={bool(candidate.addressees)}",
        *[f"cue.has={child.deprel}" for child in site.tree.children(head) if child.relation in _ARGUMENTS],
        f"cue.quoted={document.quotation_at(head.start) is not None}",
        f"cue.next={'' if following is None else _shown(following)}",
    ]


_ARGUMENTS = frozenset({"aux", "mark", "nsubj", "obj", "iobj", "ccomp", "xcomp", "parataxis", "expl", "obl"})
_CLOSED = frozenset({"ADP", "PART", "SCONJ", "PUNCT", "DET", "PRON"})


def _shown(word: Word) -> str:
    """A word of a closed class as written, otherwise its part of speech."""
    return word.lower if word.upos in _CLOSED else word.upos


def _of_source(candidate: Candidate) -> list[str]:
    head = candidate.source_head
    if head is None:
        return ["source=none"]
    out = [f"source={head.upos}", f"source={head.upos} rule={candidate.rule}", f"source.relation={head.deprel}"]
    if head.upos == "PRON":
        out.append(f"source.pronoun={head.lower}")
    if candidate.site is not None and candidate.cue is not None:
        is_own = head.head == candidate.site.head.index and head.relation == "nsubj"
        side = "before" if head.start < candidate.site.head.start else "after"
        out += [f"source.subject={is_own}", f"source.side={side}"]
    return out


def _of_content(candidate: Candidate, flat: Sequence[int], words: Words) -> list[str]:
    rule, count = candidate.rule, counted(len(flat))
    quoted = [words.is_quoted[i] for i in flat]
    share = "all" if all(quoted) else "some" if any(quoted) else "none"
    first, last = words.words[flat[0]], words.words[flat[-1]]
    sentences = words.sentence[flat[-1]] - words.sentence[flat[0]] + 1
    is_finite = any("VerbForm=Fin" in words.words[i].feats for i in flat)
    after = words.near(flat[-1], 1)
    following = words.words[after] if after is not None else None
    is_mark = after is not None and words.is_mark[after]
    beyond = words.near(flat[-1], 2) if is_mark else after
    final = len(words.trees[flat[-1]].words) - 1
    ends = last.index == final or (following is not None and is_mark and following.index == final)
    opens = first.index == 0 or (first.index == 1 and words.is_mark[flat[0] - 1])
    return [
        f"content.words={count}",
        f"content.words={count} rule={rule}",
        f"content.spans={min(3, len(candidate.content))}",
        f"content.quoted={share}",
        f"content.quoted={share} rule={rule}",
        f"content.first={_shown(first)}",
        f"content.sentences={min(sentences, 4)}",
        f"content.finite={is_finite}",
        f"content.next={'' if following is None else following.text if is_mark else following.upos}",
        f"content.last={last.upos}",
        f"content.goes.on={_opening(words.words[beyond]) if beyond is not None else ''}",
        *_pauses(flat, words),
        *_parted(flat, words),
        f"content.ends.sentence={ends}",
        f"content.opens.sentence={opens}",
    ]


def _parted(flat: Sequence[int], words: Words) -> list[str]:
    """The branches at the ends of the content: those next to it whose governor is inside, and its own last one."""
    first, last = flat[0], flat[-1]
    out = []
    for name, edge, by in (("before", first, -1), ("after", last, 1)):
        outer = words.near(edge, by)
        mark = ""
        if outer is not None and words.is_mark[outer]:
            mark, outer = words.words[outer].text, words.near(edge, 2 * by)
        if outer is not None and words.trees[outer] is words.trees[edge]:
            top = _top(outer, first, last, words)
            shown = _branch(top, words) if top is not None else "free"
            out += [f"content.{name}={shown}", f"content.{name}={mark} {shown}"]
    tree, word = words.trees[last], words.words[last]
    by = last - word.index
    out.append(f"content.last.led={word.deprel if word.head + by > last else ''}")
    while word.head >= 0 and first <= word.head + by <= last:
        if word.relation in _CLAUSAL:
            start = min(tree.subtree(word))
            comma = start > 0 and words.is_mark[max(0, start - 1 + by)]
            out.append(f"content.last.branch={_branch(word.index + by, words)} comma={comma}")
            break
        word = tree.words[word.head]
    return out


_CLAUSAL = frozenset({"conj", "advcl", "parataxis", "acl", "ccomp", "xcomp"})


def _top(place: int, first: int, last: int, words: Words) -> int | None:
    """The top word of the branch around a word outside a content, if the governor of that branch is inside."""
    by = place - words.words[place].index
    for _ in words.trees[place].words:
        head = words.words[place].head
        if head < 0:
            return None
        if first <= head + by <= last:
            return place
        place = head + by
    return None


def _branch(place: int, words: Words) -> str:
    """A branch by its relation; for a clause, also its tag and whether it has a subject."""
    word, tree = words.words[place], words.trees[place]
    if word.relation not in _CLAUSAL:
        return word.deprel
    return f"{word.deprel} {word.xpos} {'subject' if tree.child(word, 'nsubj', 'expl') is not None else 'bare'}"


def _pauses(flat: Sequence[int], words: Words) -> list[str]:
    """The marks inside a content, each with the word after it."""
    if flat[-1] - flat[0] + 1 == len(flat):
        return []  # there are none
    gaps = [(words.words[j - 1].text, words.words[j]) for i, j in pairwise(flat) if j > i + 1]
    return [f"content.holds={mark} {_opening(word)}" for mark, word in gaps if mark in _PAUSES]


_PAUSES = frozenset({",", "-", "–", "—", "--", ";", ":"})


def _opening(word: Word) -> str:
    """How a phrase opens: a word of a closed class, or a tag."""
    return word.lower if word.upos in {"SCONJ", "CCONJ", "PRON", "ADP", "ADV"} else word.xpos


def _of_place(candidate: Candidate, flat: Sequence[int], document: Document, words: Words) -> list[str]:
    opening = f"paragraph.first={document.paragraph_at(candidate.content[0].start) == 0}"
    if candidate.site is None or candidate.cue is None:
        return [opening]
    rule, at = candidate.rule, bisect.bisect_left(words.starts, candidate.site.head.start)
    nearest = (
        min(flat, key=lambda i: abs(i - at)) if flat[0] < at < flat[-1] else flat[-1] if flat[-1] < at else flat[0]
    )
    side = "around" if flat[0] < at < flat[-1] else "before" if flat[-1] < at else "after"
    attached = _attached(candidate, flat, words)
    out = [
        opening,
        f"side={side}",
        f"side={side} rule={rule}",
        f"distance={counted(abs(nearest - at))} side={side}",
        f"sentences.apart={min(2, abs(words.sentence[nearest] - words.sentence[at]))}",
        f"attached={attached}",
        f"attached={attached} cue.class={candidate.cue.cue_class}",
    ]
    if len(candidate.content) > 1:
        out.append(f"side={side} gap={counted(_gap(candidate, words))}")
    return out


def _gap(candidate: Candidate, words: Words) -> int:
    """The number of words between the first content and the last."""
    return len(words.within(Span(candidate.content[0].end, candidate.content[-1].start)))


def _attached(candidate: Candidate, flat: Sequence[int], words: Words) -> str:
    """How the content depends on the cue: the relation of its top word, and the word that this depends on."""
    site = candidate.site
    assert site is not None
    inside = {words.words[i].index for i in flat if words.trees[i] is site.tree}
    if not inside:
        return "not"
    tops = [site.tree.words[i] for i in sorted(inside) if site.tree.words[i].head not in inside]
    own = {w.index for w in site.words}
    for top in tops:
        if top.head in own:
            return f"{top.relation} below"
    for top in tops:
        if site.head.head == top.index or site.head.head in inside:
            return f"{site.head.relation} above"
    for top in tops:
        head = site.tree.head(top)
        if head is not None and head.head in own:
            return f"{top.relation} of {head.relation}"
    return "apart"


def _of_rivals(candidate: Candidate, rivals: Sequence[Candidate]) -> list[str]:
    """Agreement with the other source of candidates: of rules with the tagger, of the tagger with rules."""
    others = [r for r in rivals if from_links(r) != from_links(candidate)]
    best = max([overlap(candidate.content, r.content) for r in others], default=-1.0)
    return [f"agreement={'none' if best < 0 else agreeing(best)}"]
