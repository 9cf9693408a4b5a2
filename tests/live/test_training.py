"""Training data of the heads, on files written here, and that an interrupted run gives the same result."""

import itertools
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertModel

from sayso_server.parsing.coreference import Kind
from sayso_server.parsing.encoder import SHAPES
from sayso_server.parsing.spans import SpanTagger
from sayso_tools.formats import conllu
from sayso_tools.training import corpus, data, measures, mentions, mix, names
from sayso_tools.training.encoder import TrainedEncoder, save_encoder
from sayso_tools.training.mix import streams
from sayso_tools.training.model import Model
from sayso_tools.training.run import Run, optimizer_of

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
EWT, GUM = map(corpus.CONVENTIONS.index, ("ewt", "gum"))


@pytest.fixture
def inventory(tmp_path: Path) -> corpus.Inventory:
    (tmp_path / "t.conllu").write_text(TREEBANK, encoding="utf-8")
    (tmp_path / "t.iob2").write_text(NAMES, encoding="utf-8")
    return corpus.Inventory.of(block.rows for block in conllu.read_conllu(tmp_path / "t.conllu"))


@pytest.fixture
def trees(tmp_path: Path, inventory: corpus.Inventory) -> list[corpus.Paragraph]:
    return corpus.treebank(tmp_path / "t.conllu", inventory, tmp_path / "t.iob2")


def test_paragraphs_words_and_labels(trees: list[corpus.Paragraph], inventory: corpus.Inventory) -> None:
    assert [[s.words for s in p] for p in trees] == [
        [["Ms.", "Orr", "left", "the", "bridge", "."], ['"', "do", "n't", '"']],
        [["Paris", "."]],
    ]
    one, two = trees[0]
    assert [inventory.columns["upos"][i] for i in two.labels["upos"]] == ["PUNCT", "AUX", "PART", "PUNCT"]
    assert [inventory.relations[i] for i in one.labels["relations"]] == ["nsubj", "flat", "root", "det", "obj", "punct"]
    assert one.labels["heads"].tolist() == [3, 1, 0, 5, 3, 3]
    assert one.labels["names"][:, EWT].tolist() == [0, 1, 0, 0, 0, 0]
    assert set(two.labels["names"][:, EWT]) == {corpus.IGNORED}  # not in the file of names


def test_names_among_entities_are_those_with_a_proper_noun_as_head(trees: list[corpus.Paragraph]) -> None:
    assert trees[0][0].labels["names"][:, GUM].tolist() == [1, 2, 0, 0, 0, 0]
    assert trees[1][0].labels["names"][:, GUM].tolist() == [5, 0]
    assert set(trees[0][1].labels["names"][:, GUM]) == {corpus.IGNORED}  # without any entity nothing is known


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


def attributed() -> corpus.Paragraph:
    labels = {
        "roles": np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
        "cues": np.array([0, 7, 0]),
        "contents": np.array([[0], [0], [7]]),
        "sources": np.array([[7], [0], [0]]),
    }
    return [corpus.Sentence(["Orr", "said", "no"], labels)]


def material(trees: list[corpus.Paragraph]) -> dict[str, list[Any]]:
    marked = tuple(mentions.Marked(i, i + 1, Kind.PRONOUN, "1") for i in (0, 2))
    document = mentions.Document("d", [[corpus.Sentence(["He", "said", "he", "left"], {})]], marked)
    return {
        "trees": trees * 6,
        "news": [attributed()] * 6,
        "names": [[corpus.Sentence(["Orr"], {"names": names.column(1, [(0, 1, "PER")], "btc")})]] * 3,
        "mentions": [document] * 3,
    }


def test_an_interrupted_run_ends_as_one_that_was_not(
    tmp_path: Path, inventory: corpus.Inventory, trees: list[corpus.Paragraph]
) -> None:
    def run(name: str) -> Run:
        model = small(inventory)
        own = streams(material(trees), words=10, seed=1)
        made = Run(model, optimizer_of(model, 1e-2, 1e-3), own, tmp_path / name, 60, every=20)
        made.restore()
        return made

    whole = run("whole")
    whole.train()

    first = run("parts")
    keep = first.keep

    def interrupted() -> None:
        keep()
        if first.done == 40:
            raise KeyboardInterrupt

    first.keep = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        first.train()
    second = run("parts")
    assert second.done == 40
    second.train()

    for (name, one), other in zip(whole.model.state_dict().items(), second.model.state_dict().values(), strict=True):
        torch.testing.assert_close(one, other, msg=name)
    model = second.model
    figures = measures.trees(model, trees) | measures.roles(model, [attributed()])
    figures |= measures.links(model, [attributed()])
    assert set(figures) == {"UPOS", "UAS", "LAS", "source", "cue", "content", "cues", "contents", "scopes", "sources"}
    assert figures["LAS"] > 50  # it has learned these three sentences
    assert figures["contents"] > 50
    assert np.isfinite(list(figures.values())).all()


def test_a_run_by_the_clock_ends_and_its_rates_follow(
    tmp_path: Path, inventory: corpus.Inventory, trees: list[corpus.Paragraph]
) -> None:
    model = small(inventory)
    optimizer = optimizer_of(model, 1e-2, 1e-3)
    own = streams(material(trees), words=10, seed=1)
    ticks = itertools.count()
    run = Run(model, optimizer, own, tmp_path / "clock", 10**9, minutes=0.5, clock=lambda: float(next(ticks)))
    run.train()
    assert run.share == 1
    assert (run.done, run.spent) == (30, 30)  # a second of that clock for each step
    assert optimizer.param_groups[0]["lr"] < 0.2 * optimizer.param_groups[0]["peak"]


def test_every_part_has_its_share_of_the_steps(trees: list[corpus.Paragraph]) -> None:
    made = streams(material(trees), words=10, seed=1)
    seen: Counter[str] = Counter()
    for number in range(200):
        before = {s.name: (s.round, s.next) for s in made}
        mix.step(made, number)
        seen.update(s.name for s in made if (s.round, s.next) != before[s.name])
    assert {name: seen[name] / 200 for name in seen} == pytest.approx(
        {s.name: mix.MIX[s.name].batches for s in made}, abs=0.01
    )


def test_conventions_that_a_head_lacks_begin_as_its_first_and_are_not_averaged(
    tmp_path: Path, inventory: corpus.Inventory
) -> None:
    model = small(inventory)
    old = SpanTagger(model.encoder.width, corpus.NAMES)
    for name in ("pos", "depparse", "roles"):
        getattr(model, name).save(tmp_path / f"{name}.pt")
    old.save(tmp_path / "names.pt")
    model.load_heads(tmp_path)
    for part in torch.split(model.names.scores.weight, 7):
        torch.testing.assert_close(part, old.scores.weight, atol=1e-3, rtol=1e-3)
    before = model.names.scores.bias.clone()
    with torch.no_grad():
        model.names.scores.bias.add_(1)
        model.roles.scores.bias.add_(1)
    roles = model.roles.scores.bias.clone()
    save_encoder(model.encoder, tmp_path / "encoder")
    model.average(tmp_path, 0.25)
    torch.testing.assert_close(model.names.scores.bias[:7], before[:7] + 0.75, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(model.names.scores.bias[7:], before[7:] + 1, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(model.roles.scores.bias, roles - 0.25, atol=1e-3, rtol=1e-3)
    served = model.names.with_first("btc")
    assert served.names[0] == "btc"
    assert sorted(served.names) == sorted(corpus.CONVENTIONS)
