"""Attributions, names and mentions from files written here become labels of words."""

import json
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sayso_server.parsing.coreference import Kind
from sayso_tools.training import attributions, mentions, names
from sayso_tools.training.corpus import CONVENTIONS, IGNORED, Paragraph
from sayso_tools.training.words import cut

pytestmark = pytest.mark.live

NEWS = {
    "text": "Orr had said no.\n\nIt rained.",
    "split": "train",
    "attributions": [{"source": [[0, 3]], "cue": [[4, 12]], "content": [[13, 15]]}],
}
NESTED = {
    "text": "Orr said Lund told us it broke.",
    "split": "train",
    "attributions": [
        {"source": [[9, 13]], "cue": [[14, 18]], "content": [[22, 30]]},
        {"source": [[0, 3]], "cue": [[4, 8]], "content": [[9, 30]]},
    ],
}
GUM = """# newdoc id = GUM_news_one
# newpar
# sent_id = one
1\tMs.\tMs.\tPROPN\tNNP\t_\t2\tnmod\t_\tEntity=(1-person-new-cf1-1-sgl
2\tOrr\tOrr\tPROPN\tNNP\t_\t3\tnsubj\t_\tEntity=1)
3\tleft\tleave\tVERB\tVBD\t_\t0\troot\t_\t_
4\tthe\tthe\tDET\tDT\t_\t6\tdet\t_\tEntity=(2-place-new-cf1-1-sgl
5\told\told\tADJ\tJJ\t_\t6\tamod\t_\t_
6\tbridge\tbridge\tNOUN\tNN\t_\t3\tobj\t_\tEntity=2)
7\t.\t.\tPUNCT\t.\t_\t3\tpunct\t_\t_

# newpar
# sent_id = two
1\tShe\tshe\tPRON\tPRP\t_\t2\tnsubj\t_\tEntity=(1-person-giv:act-cf1-1-ana)
2\tslept\tsleep\tVERB\tVBD\t_\t0\troot\t_\t_

# newdoc id = GUM_news_two
# newpar
# sent_id = three
1\tIt\tit\tPRON\tPRP\t_\t2\tnsubj\t_\tEntity=(1-event-new-cf1-1-ana)
2\trained\train\tVERB\tVBD\t_\t0\troot\t_\t_

"""


def tokenize(paragraphs: Sequence[str]) -> list[list[list[tuple[str, int, int]]]]:
    """Words and full stops; a sentence ends after one of them."""
    out = []
    for text in paragraphs:
        sentences: list[list[tuple[str, int, int]]] = [[]]
        for match in re.finditer(r"\w+|\S", text):
            sentences[-1].append((match[0], *match.span()))
            if match[0] == ".":
                sentences.append([])
        out.append([s for s in sentences if s])
    return out


def written(path: Path, *documents: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(d) + "\n" for d in documents), encoding="utf-8")
    return path


def column(paragraph: Paragraph, name: str) -> list[Any]:
    return [row for sentence in paragraph for row in sentence.labels[name].tolist()]


def test_words_are_cut_once_and_kept(tmp_path: Path) -> None:
    path = written(tmp_path / "news.jsonl", NEWS)
    ((document, words),) = cut(path, tokenize, tmp_path)
    assert document == NEWS
    assert [[[w.text for w in s] for s in p] for p in words] == [
        [["Orr", "had", "said", "no", "."]],
        [["It", "rained", "."]],
    ]
    assert all(document["text"][w.start : w.end] == w.text for p in words for s in p for w in s)

    def refused(paragraphs: Sequence[str]) -> Any:
        raise AssertionError(paragraphs)

    assert cut(path, refused, tmp_path) == [(document, words)]


def test_attributions_become_roles_and_numbers_of_cues(tmp_path: Path) -> None:
    path = written(tmp_path / "news.jsonl", NEWS)
    frequency = attributions.cue_words(cut(path, tokenize, tmp_path))
    ((said, rained),) = attributions.news(path, tokenize, tmp_path, {**frequency, "said": 0.9})
    assert column(said, "roles") == [[1, 0, 0], [0, 1, 0], [0, 2, 0], [0, 0, 1], [0, 0, 0]]
    assert column(said, "cues") == [0, 0, 1, IGNORED, 0]  # said, not had; in a content nobody looked for cues
    assert [row[0] for row in column(said, "contents")] == [0, 0, 0, 1, 0]
    assert [row[0] for row in column(said, "sources")] == [1, 0, 0, 0, 0]
    assert not any(column(rained, "cues"))


def test_nested_statements_have_the_outer_cue_first(tmp_path: Path) -> None:
    path = written(tmp_path / "propositions.jsonl", NESTED, {**NESTED, "split": "test"})
    ((paragraph,),) = attributions.propositions([path], tokenize, tmp_path, split="train", frequency={})
    assert column(paragraph, "cues") == [0, 1, 0, 2, 0, 0, 0, 0]
    assert [row[:2] for row in column(paragraph, "contents")] == [
        [0, 0], [0, 0], [1, 0], [1, 0], [1, 0], [1, 2], [1, 2], [0, 0]
    ]  # fmt: skip
    assert {tuple(row) for row in column(paragraph, "roles")} == {(IGNORED,) * 3}


def test_names_by_convention_and_the_part_kept_back(tmp_path: Path) -> None:
    path = tmp_path / "btc-g.iob2"
    path.write_text("".join(f"Orr\tB-PER\nsaid{i}\tO\n\n" for i in range(6)), encoding="utf-8")
    own = names.NameList("btc-g", "btc", kept_back=3)
    train, kept = (names.part(path, own, is_kept_back=back) for back in (False, True))
    assert [p[0].words[1] for p in train] == ["said1", "said2", "said4", "said5"]
    assert [p[0].words[1] for p in kept] == ["said0", "said3"]
    table = train[0][0].labels["names"]
    assert table[:, CONVENTIONS.index("btc")].tolist() == [1, 0]
    assert (table == IGNORED).sum() == 2 * (len(CONVENTIONS) - 1)
    assert names.training(tmp_path)
    assert names.training(tmp_path / "nothing") == []


def test_mentions_of_gum(tmp_path: Path) -> None:
    path = tmp_path / "gum.conllu"
    path.write_text(GUM, encoding="utf-8")
    one, two = mentions.gum(path)
    assert [(m.first, m.end, m.kind, m.entity) for m in one.mentions] == [
        (0, 2, Kind.NAME, "1"), (5, 6, Kind.NOUN, "2"), (7, 8, Kind.PRONOUN, "1")
    ]  # fmt: skip
    assert [m.sentence for m in one.described()] == [0, 0, 1]
    assert one.gold().tolist() == [[1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0]]
    assert [m.kind for m in two.mentions] == [Kind.PRONOUN]


def test_mentions_of_clusters_and_of_single_pronouns(tmp_path: Path) -> None:
    text = "The old mayor of Anselm left. Lund saw Orr. He slept."
    clusters = [
        {"id": "A", "mentions": [{"span": [0, 23], "kind": "NOM"}, {"span": [44, 46], "kind": "PRON"}]},
        {"id": "B", "mentions": [{"span": [17, 23], "kind": "PROP"}]},
    ]
    path = written(tmp_path / "clusters.jsonl", {"id": "1", "text": text, "clusters": clusters})
    (document,) = mentions.clustered(path, tokenize, tmp_path, asked=lambda kind: kind is Kind.PRONOUN)
    assert [m.words for m in document.described()] == [("mayor",), ("Anselm",), ("He",)]
    assert document.gold().tolist() == [[0] * 4, [0] * 4, [0, 1, 0, 0]]
    pair = [{"span": [30, 34], "coref": False}, {"span": [39, 42], "coref": True}]
    one = {"id": "2", "text": text, "pronoun": [44, 46], "candidates": pair}
    none = {**one, "candidates": [{**c, "coref": False} for c in pair]}
    path = written(tmp_path / "pronouns.jsonl", one, none)
    (document,) = mentions.pronouns(path, tokenize, tmp_path)
    assert document.gold().tolist() == [[0] * 4, [0] * 4, [-1, 0, 1, 0]]


@pytest.mark.parametrize(
    ("words", "kind", "expected"),
    [
        ("the old mayor of Anselm", Kind.NOUN, "mayor"),
        ("mayor", Kind.NOUN, "mayor"),
        ("the company which left", Kind.NOUN, "company"),
        ("the Harbor Office , which left", Kind.NAME, "Harbor Office"),
        ("Bank of Anselm", Kind.NAME, "Bank of Anselm"),
        ("he", Kind.PRONOUN, "he"),
    ],
)
def test_the_words_that_stand_for_a_mention(words: str, kind: Kind, expected: str) -> None:
    texts = words.split()
    first, end = mentions.core(texts, kind)
    assert " ".join(texts[first:end]) == expected


def test_long_documents_are_read_in_parts_with_their_mentions(tmp_path: Path) -> None:
    path = tmp_path / "gum.conllu"
    path.write_text(GUM, encoding="utf-8")
    one, _ = mentions.gum(path)
    long = mentions.Document("long", one.paragraphs * 10, tuple(
        mentions.Marked(m.first + 9 * k, m.end + 9 * k, m.kind, m.entity) for k in range(10) for m in one.mentions
    ))  # fmt: skip
    parts = list(mentions.pieces(long, random.Random(1), 30))
    assert len(parts) > 2
    assert all(p.size <= 30 for p in parts)
    assert sum(p.size for p in parts) == long.size
    assert [m.words for p in parts for m in p.described()] == [m.words for m in long.described()]
