"""Attribution links: by cue, as contents and sources of the rule that reads them, and as evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document, read, with_trees
from sayso_server.core.grammar.branch import whole
from sayso_server.core.grammar.linked_source import source_of
from sayso_server.core.grammar.tagger import read_words
from sayso_server.core.links import linked_cues, outermost
from sayso_server.core.rules.linked import linked
from sayso_server.core.selection.links import of_links
from sayso_server.core.selection.proposals import propose
from sayso_server.core.selection.words import Words
from sayso_server.core.tree import CueLink, LikelyCue, Roles, Tree, Word

# Olin muttered that the old bridge had failed and left .
ROWS = [
    ("Olin", "PROPN", 1, "nsubj"),
    ("muttered", "VERB", -1, "root"),
    ("that", "SCONJ", 7, "mark"),
    ("the", "DET", 5, "det"),
    ("old", "ADJ", 5, "amod"),
    ("bridge", "NOUN", 7, "nsubj"),
    ("had", "AUX", 7, "aux"),
    ("failed", "VERB", 1, "ccomp"),
    ("and", "CCONJ", 9, "cc"),
    ("left", "VERB", 7, "conj"),
    (".", "PUNCT", 1, "punct"),
]
CUE = 1
NO_ROLES = Roles(0.0, 0.0, 0.0, 0.0)


def sentence(rows: Sequence[tuple[str, str, int, str]] = ROWS) -> Tree:
    words, start = [], 0
    for i, (text, upos, head, deprel) in enumerate(rows):
        words.append(
            Word(
                i, text, text.lower(), upos, "VBD" if upos == "VERB" else "", "", head, deprel, start, start + len(text)
            )
        )
        start += len(text) + 1
    return Tree(tuple(words), roles=(NO_ROLES,) * len(words))


def with_links(shares: Mapping[int, float], sources: Mapping[int, float], *, likely: float = 0.9) -> Document:
    tree = sentence()
    links = [
        CueLink(i, tree.words[CUE].start, shares.get(i, 0.0), shares.get(i, 0.0), sources.get(i, 0.0))
        for i in sorted(shares.keys() | sources.keys())
    ]
    tree = replace(tree, cues=(LikelyCue(CUE, likely),), links=tuple(links))
    document = read(" ".join(w.text for w in tree.words))
    return with_trees(document, [[tree]])


SURE = dict.fromkeys(range(3, 8), 0.9)


def texts(document: Document, candidate: Candidate) -> list[str]:
    return [document.text[s.start : s.end] for s in candidate.content]


def test_links_are_found_by_cue_and_words_by_their_outermost_cue() -> None:
    document = with_links(SURE, {0: 0.8})
    (cue,) = linked_cues(document.trees).values()
    assert (cue.word.text, cue.likely, len(cue.links)) == ("muttered", 0.9, 6)
    assert outermost(document.linked) == {document.trees[0].words[i].start: (5, 0.9) for i in SURE}
    assert outermost({}) == {}


def test_a_word_that_two_cues_claim_belongs_to_the_one_with_the_larger_share() -> None:
    tree = sentence()
    cues = (LikelyCue(1, 0.9), LikelyCue(9, 0.9))
    links = (CueLink(5, tree.words[1].start, 0.3, 0.3, 0.0), CueLink(5, tree.words[9].start, 0.6, 0.6, 0.0))
    found = outermost(linked_cues([replace(tree, cues=cues, links=links)]))
    assert found == {tree.words[5].start: (tree.words[9].start, 0.6)}


def test_what_is_linked_to_a_cue_is_proposed_with_the_word_that_opens_it_and_its_source() -> None:
    document = with_links(SURE, {0: 0.8})
    (candidate,) = linked(document)
    assert texts(document, candidate) == ["that the old bridge had failed"]
    assert candidate.source is not None
    assert document.text[candidate.source.start : candidate.source.end] == "Olin"


def test_a_content_does_not_end_in_the_middle_of_a_phrase() -> None:
    document = with_links(dict.fromkeys((4, 5, 6), 0.9), {})
    assert [texts(document, c) for c in linked(document)] == [["that the old bridge had failed and left"]]


def test_nothing_is_proposed_for_an_unlikely_cue_or_without_links() -> None:
    assert not list(linked(with_links(SURE, {}, likely=0.05)))
    assert not list(linked(with_trees(read("Olin left."), [[]])))


def test_faint_links_propose_nothing_and_sure_ones_alone_make_a_second_content() -> None:
    assert not list(linked(with_links(dict.fromkeys(range(3, 8), 0.05), {})))
    mixed = SURE | {8: 0.4, 9: 0.4}
    document = with_links(mixed, {})
    assert [texts(document, c) for c in linked(document)] == [
        ["that the old bridge had failed and left"],
        ["that the old bridge had failed"],
    ]


def test_a_run_takes_in_the_rest_of_the_phrases_at_its_ends() -> None:
    words = read_words([sentence()])
    assert whole(words, (4, 8)) == (3, 8)  # the | old bridge had failed
    assert whole(words, (3, 5)) == (3, 6)  # the old | bridge
    assert whole(words, (3, 8)) == (3, 8)


def test_a_beginning_of_a_phrase_goes_out_where_the_rest_may_be_a_cue() -> None:
    tree = sentence()
    roles = tuple(Roles(0.0, 0.9, 0.0, 0.0) if i == 7 else NO_ROLES for i in range(len(tree.words)))
    words = read_words([replace(tree, roles=roles)])
    assert whole(words, (3, 7)) == (3, 6)  # the old bridge | had


def test_the_source_is_the_head_of_the_words_around_the_surest() -> None:
    document = with_links(SURE, {3: 0.6, 4: 0.7, 5: 0.9, 0: 0.55})
    found = source_of(document, next(iter(document.linked.values())))
    assert found is not None
    assert found[1].text == "bridge"
    unsure = with_links(SURE, {0: 0.2})
    assert source_of(unsure, next(iter(unsure.linked.values()))) is None


def features(document: Document, candidate: Candidate) -> set[str]:
    words = Words.of(document)
    places = [words.within(span) for span in candidate.content]
    return set(of_links(candidate, places, [i for run in places for i in run if not words.is_mark[i]], words))


def test_evidence_tells_what_is_linked_what_is_left_out_and_whose_the_source_is() -> None:
    document = with_links(SURE, {0: 0.8})
    best = next(linked(document))
    own = features(document, best)
    assert {"link.cue=0.9", "link.left=0", "link.source=0.7", "link.rival=0"} <= own
    shorter = replace(best, content=(document.trees[0].words[7].span,), source=None, source_head=None)
    assert {"link.left=0.7", "link.source=none missed=True"} <= features(document, shorter)


def test_without_links_there_is_no_evidence_of_them() -> None:
    document = with_trees(read("Olin said it failed."), [[]])
    words = Words.of(document)
    assert of_links(next(linked(with_links(SURE, {}))), [range(1)], [0], words) == []


def test_a_rule_without_a_source_gets_the_linked_one() -> None:
    rows = [
        ("Said", "VERB", -1, "root"),
        ("Olin", "PROPN", 3, "obj"),
        ("it", "PRON", 3, "nsubj"),
        ("failed", "VERB", 0, "ccomp"),
    ]
    tree = sentence(rows)
    tree = replace(
        tree,
        words=tuple(
            Word(
                w.index,
                w.text,
                "say" if w.index == 0 else w.lemma,
                w.upos,
                w.xpos,
                "",
                w.head,
                w.deprel,
                w.start,
                w.end,
            )
            for w in tree.words
        ),
        cues=(LikelyCue(0, 0.9),),
        links=(CueLink(1, 0, 0.0, 0.0, 0.9),),
    )
    document = with_trees(read("Said Olin it failed"), [[tree]])
    proposed = [c for rivals in propose(document) for c in rivals]
    assert {c.source_head.text for c in proposed if c.source_head is not None} <= {"Olin"}
