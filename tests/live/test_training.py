"""What the heads learn from, on files written here, and that an interrupted run ends as one that was not."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertModel

from sayso_server.parsing import conllu
from sayso_server.parsing.encoder import SHAPES
from sayso_server.training import corpus, data
from sayso_server.training.encoder import TrainedEncoder
from sayso_server.training.heads import Material, Model, Run, evaluate_roles, evaluate_trees, optimizer_of, train_rounds

pytestmark = pytest.mark.live

TREEBANK = """# newpar
# sent_id = one
1\tMs.\tMs.\tPROPN\tNNP\t_\t3\tnsubj\t_\tEntity=(1-person-new-cf1-1-sgl
2\tOrr\tOrr\tPROPN\tNNP\t_\t1\tflat\t_\tEntity=1)
3\tleft\tleave\tVERB\tVBD\t_\t0\troot\t_\t_
4\tthe\tthe\tDET\tDT\t_\t5\tdet\t_\tEntity=(2-place-new-cf1-1-sgl
5\tbridge\tbridge\tNOUN\tNN\t_\t3\tobj\t_\tEntity=2)|SpaceAfter=No
6\t.\t.\tPUNCT\t.\t_\t3\tpunct\t_\t_

# sent_id = two
1\t"\t"\tPUNCT\t``\t_\t3\tpunct\t_\tSpaceAfter=No
2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
2\tdo\tdo\tAUX\tVB\t_\t3\taux\t_\t_
3\tn't\tnot\tPART\tRB\t_\t0\troot\t_\tSpaceAfter=No
4\t"\t"\tPUNCT\t''\t_\t3\tpunct\t_\t_

# newpar
# sent_id = three
1\tParis\tParis\tPROPN\tNNP\t_\t0\troot\t_\tEntity=(3-place-new-cf1-1-sgl)
2\t.\t.\tPUNCT\t.\t_\t1\tpunct\t_\t_

"""
NAMES = "# sent_id = one\nMs.\tO\nOrr\tB-PER\nleft\tO\nthe\tO\nbridge\tO\n.\tO\n\n"
NEWS = {
    "text": "Orr said no.\n\nIt rained.",
    "attributions": [{"source": [[0, 3]], "cue": [[4, 8]], "content": [[9, 11]]}],
}


@pytest.fixture
def inventory(tmp_path: Path) -> corpus.Inventory:
    (tmp_path / "t.conllu").write_text(TREEBANK, encoding="utf-8")
    (tmp_path / "t.iob2").write_text(NAMES, encoding="utf-8")
    return corpus.Inventory.of(block.rows for block in conllu.read_conllu(tmp_path / "t.conllu"))


@pytest.fixture
def trees(tmp_path: Path, inventory: corpus.Inventory) -> list[corpus.Paragraph]:
    return corpus.treebank(tmp_path / "t.conllu", inventory, tmp_path / "t.iob2")


@pytest.fixture
def news(tmp_path: Path) -> list[corpus.Paragraph]:
    def cut(paragraphs: Sequence[str]) -> list[list[list[tuple[str, int, int]]]]:
        words = [[(w, t.index(w), t.index(w) + len(w)) for w in t.removesuffix(".").split()] for t in paragraphs]
        return [[own] for own in words]

    (tmp_path / "news.jsonl").write_text(json.dumps(NEWS), encoding="utf-8")
    (document,) = corpus.annotated(tmp_path / "news.jsonl", cut, tmp_path)
    return document


def test_paragraphs_words_and_labels(trees: list[corpus.Paragraph], inventory: corpus.Inventory) -> None:
    assert [[s.words for s in p] for p in trees] == [
        [["Ms.", "Orr", "left", "the", "bridge", "."], ['"', "do", "n't", '"']],
        [["Paris", "."]],
    ]
    one, two = trees[0]
    assert [inventory.columns["upos"][i] for i in two.labels["upos"]] == ["PUNCT", "AUX", "PART", "PUNCT"]
    assert [inventory.relations[i] for i in one.labels["relations"]] == ["nsubj", "flat", "root", "det", "obj", "punct"]
    assert one.labels["heads"].tolist() == [3, 1, 0, 5, 3, 3]
    assert one.labels["names"][:, 0].tolist() == [0, 1, 0, 0, 0, 0]
    assert set(two.labels["names"][:, 0]) == {corpus.IGNORED}  # not in the file of names


def test_names_among_entities_are_those_with_a_proper_noun_as_head(trees: list[corpus.Paragraph]) -> None:
    assert trees[0][0].labels["entities"][:, 0].tolist() == [1, 2, 0, 0, 0, 0]
    assert trees[1][0].labels["entities"][:, 0].tolist() == [5, 0]
    assert set(trees[0][1].labels["entities"][:, 0]) == {corpus.IGNORED}  # without any entity nothing is known


def test_roles_by_character_become_roles_by_word(news: list[corpus.Paragraph]) -> None:
    ((sentence,), (other,)) = news
    assert sentence.words == ["Orr", "said", "no"]
    assert sentence.labels["roles"].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert not other.labels["roles"].any()


def test_variation_keeps_every_word_with_its_labels(trees: list[corpus.Paragraph]) -> None:
    many = trees * 50
    varied = corpus.varied(many, random.Random(1))
    before, after = ([s for p in ps for s in p] for ps in (many, varied))
    assert len(before) == len(after)
    assert len({len(p) for p in varied}) > 2  # cut up and run together
    assert all(a.labels is b.labels and len(a.words) == len(b.words) for a, b in zip(before, after, strict=True))
    written = {word for s in after for word in s.words}
    assert {"“", "”", "n’t", "PARIS", "paris"} <= written


def test_hyphens_in_words_stay_and_marks_come_in_pairs() -> None:
    forms = ["A", "well", "-", "known", "man", "-", '"', "Yes", '"']
    made = {tuple(data.retype(forms, random.Random(seed), {2})) for seed in range(80)}
    assert all(words[2] == "-" for words in made)
    assert {(words[6], words[8]) for words in made} >= {('"', '"'), ("“", "”"), ("``", "''"), ("«", "»"), ("‘", "’")}
    assert {words[5] for words in made} >= {"-", "—", "–"}


def small(inventory: corpus.Inventory) -> Model:
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=40, hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=16,
        type_vocab_size=SHAPES, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "said", "Orr", "left"])}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    return Model(TrainedEncoder(BertModel(config, add_pooling_layer=False), tokenizer), inventory)


def test_an_interrupted_run_ends_as_one_that_was_not(
    tmp_path: Path, inventory: corpus.Inventory, trees: list[corpus.Paragraph], news: list[corpus.Paragraph]
) -> None:
    given = Material(trees * 6, news * 6, {"trees": trees, "news": news})

    def run(name: str, rounds: int = 4) -> Run:
        model = small(inventory)
        made = Run(model, optimizer_of(model, 1e-2, 1e-3), tmp_path / name, rounds)
        made.restore()
        return made

    whole = run("whole")
    train_rounds(whole, given, words=10, seed=1)

    first = run("parts")
    keep = first.keep

    def interrupted() -> None:
        keep()
        if first.done == 2:
            raise KeyboardInterrupt

    first.keep = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        train_rounds(first, given, words=10, seed=1)
    second = run("parts")
    assert second.done == 2
    train_rounds(second, given, words=10, seed=1)

    for (name, one), other in zip(whole.model.state_dict().items(), second.model.state_dict().values(), strict=True):
        torch.testing.assert_close(one, other, msg=name)
    second.model.eval()
    figures = evaluate_trees(second.model, trees) | evaluate_roles(second.model, news)
    assert set(figures) == {"UPOS", "UAS", "LAS", "source", "cue", "content"}
    assert figures["LAS"] > 50  # it has learned these three sentences
    assert np.isfinite(list(figures.values())).all()
