"""The use of coreference scores for pronouns and descriptions, with a fake scorer."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from support.frozen import FrozenParser
from support.toy import ToyParser

from sayso_server.core.coreference import AntecedentScores, Compared, Place
from sayso_server.core.document import Document, parsed
from sayso_server.core.selection.choice import choose
from sayso_server.core.speakers import resolve
from sayso_server.core.speakers.discourse.agreement import may_corefer
from sayso_server.core.speakers.discourse.reader import Reader
from sayso_server.core.speakers.entities import open_store
from sayso_server.core.speakers.names.index import index_names
from sayso_server.core.tree import MentionVector, Tree

TREES = Path(__file__).parents[1] / "golden" / "trees" / "people.conllu"
ASKED = "Owen Pell asked Tom Marsh how he knew. He added that it was late."
MET = "Priya Iyer met Kiran Rao on Friday. He said it was late. “We waited,” she said."
HIRED = "Corvane Foods plc hired Pellmar Ferries Ltd on Friday. The company said it was late."
OFFICIALS = "Officials met. Officials said it was late."


class Always:
    """Each mention has the last earlier one with this word as its antecedent."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.most = 0

    def scores(self, mentions: Sequence[Place], asked: Sequence[int] | None = None) -> list[AntecedentScores]:
        self.most = max(self.most, len(mentions))
        words = [place.tree.words[place.word].text for place in mentions]
        out = []
        for i in range(len(words)) if asked is None else asked:
            last = next((k for k in reversed(range(i)) if words[k] == self.word), -1)
            out.append(AntecedentScores(tuple(float(k == last) for k in range(i)), float(last < 0)))
        return out


def with_mentions(tree: Tree) -> Tree:
    nouns = [w.index for w in tree.words if w.upos in {"NOUN", "PROPN", "PRON"}]
    return replace(tree, mentions=tuple(MentionVector(i, i, i + 1, b"") for i in nouns))


def document_of(text: str, change: Callable[[Tree], Tree] = with_mentions) -> Document:
    document = parsed(text, FrozenParser(TREES))
    return replace(document, trees=tuple(map(change, document.trees)))


def shares_of(document: Document, port: Always, pronoun: str) -> dict[str, float]:
    """The candidates of a pronoun with their probabilities."""
    compared = Compared(port, document.trees)
    reader = Reader(open_store(document, index_names(document)), compared=compared)
    reader.read_to(len(document.text))
    return {one.entity.display: one.probability for one in reader.ranked[document.text.index(pronoun)]}


def test_the_head_makes_an_antecedent_more_likely() -> None:
    document = document_of(ASKED)
    pell, marsh = (shares_of(document, Always(word), "He ") for word in ("Owen", "Tom"))
    assert pell["Owen Pell"] > marsh["Owen Pell"] + 0.1
    assert marsh["Tom Marsh"] > pell["Tom Marsh"] + 0.1


def test_what_it_adds_is_evidence() -> None:
    document = document_of(ASKED)
    link = resolve(document, choose(document), Always("Owen")).links[-1]
    assert link.entity is not None
    assert link.entity.display == "Owen Pell"
    assert dict(link.evidence)["coreference"] > 1


def test_gender_stays_a_rule() -> None:
    document = document_of(MET)
    links = resolve(document, choose(document), Always("Priya")).links
    assert [link.entity.display for link in links if link.entity is not None] == ["Kiran Rao", "Priya Iyer"]


def test_without_port_or_vectors_nothing_changes() -> None:
    document, bare = document_of(ASKED), document_of(ASKED, lambda tree: tree)
    assert [
        [(link.share, link.evidence) for link in resolve(given, choose(given), port).links]
        for given, port in ((document, None), (bare, Always("Tom")))
    ] == [[(link.share, link.evidence) for link in resolve(bare, choose(bare)).links]] * 2


def test_a_long_document_is_compared_in_blocks() -> None:
    [trees] = ToyParser().parse([" ".join(["Pell ran."] * 3000)])
    trees = [replace(tree, words=(replace(tree.words[0], upos="PRON"), *tree.words[1:])) for tree in trees]
    pells = [tree.words[0].start for tree in trees]
    port = Always("Pell")
    compared = Compared(port, [replace(tree, mentions=(MentionVector(0, 0, 1, b""),)) for tree in trees])
    last_of_each = [compared.share(pell, pells[max(0, i - 1) : i]) for i, pell in enumerate(pells)]
    assert last_of_each == [0.0] + [1.0] * (len(pells) - 1)
    assert compared.share(pells[1200], pells[:1199]) == 0.0
    assert compared.share(pells[0] + 1, pells) is None
    assert port.most == 600


def test_a_company_is_the_one_that_the_head_says() -> None:
    document = document_of(HIRED)
    last, first = (resolve(document, choose(document), Always(word)).links[-1] for word in ("Ltd", "plc"))
    assert last.entity is not None
    assert last.entity.display == "Pellmar Ferries Ltd"
    assert first.entity is not None
    assert first.entity.display == "Corvane Foods plc"
    assert dict(first.evidence)["coreference"] > 1


def test_a_group_that_the_head_does_not_know_is_another() -> None:
    document = document_of(OFFICIALS)
    for word, count in (("Officials", 1), ("nobody", 2)):
        compared = Compared(Always(word), document.trees, may_corefer)
        reader = Reader(open_store(document, index_names(document)), compared=compared)
        reader.read_to(len(document.text))
        assert len({link.entity for link in reader.links.values()}) == count


def test_a_description_that_the_head_doubts_is_less_sure() -> None:
    document = document_of(HIRED)
    sure, doubted = (resolve(document, choose(document), Always(word)).links[-1] for word in ("Ltd", "nobody"))
    assert doubted.entity is not None
    assert doubted.entity.display == "Pellmar Ferries Ltd"
    assert doubted.confidence < sure.confidence
