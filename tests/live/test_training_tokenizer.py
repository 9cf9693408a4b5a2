"""Training data of the tokenizer: writing styles made from treebank sentences; and that a run can be interrupted."""

import argparse
import itertools
import random
from pathlib import Path

import pytest
import torch

from sayso_server.parsing import atoms
from sayso_server.parsing.tokenizer import Network, Tokenizer
from sayso_tools.formats.conllu import Sentence, label, paragraphs, surface
from sayso_tools.training import edits, material, meanings, phrases, small, tokenizer, writing
from sayso_tools.training.meanings import Taught
from sayso_tools.training.phrases import Source

pytestmark = pytest.mark.live

ROW = "{0}\t{1}\t_\t{2}\t_\t_\t_\t_\t_\t{3}\n"
TEXTS = (
    "Ms. Orr left the bridge . | He did not speak .",
    "It rained ? | Nobody came to Velland at noon .",
    "Ferries stop",
)
SOURCE_NAMES = ["Orr", "Lund", "Dauntry"]
VECTORS = meanings.vectors_of({"[PAD]": 0, "he": 1, "rained": 2, "##s": 3, "bridges": 4, ".": 5}, torch.eye(6))


def rows_of(text: str) -> str:
    """Sentences of words as CoNLL-U; marks follow their word without a space."""
    out = "# newpar\n"
    for sentence in text.split(" | "):
        words = sentence.split()
        for i, word in enumerate(words):
            tight = i + 1 < len(words) and words[i + 1] in {".", "?"}
            out += ROW.format(i + 1, word, "PROPN" if word.istitle() else "NOUN", "SpaceAfter=No" if tight else "_")
        out += "\n"
    return out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ewt", "gum"):
        for split in ("train", "dev"):
            (tmp_path / f"{name}-{split}.conllu").write_text("".join(map(rows_of, TEXTS)), encoding="utf-8")
    return tmp_path


def sentences(text: str, labels: str) -> list[str]:
    """The text of each sentence, by its labels."""
    ends = [0, *(i + 1 for i, mark in enumerate(labels) if mark in "24")]
    return [text[a:b].strip() for a, b in itertools.pairwise(ends)]


def made(kind: str, seeds: int = 200) -> set[tuple[str, ...]]:
    """The sentences of a paragraph after applying a writing style."""
    paragraph: list[Sentence] = [edits.words("It was late"), edits.words("The mayor of Velland did not come")]
    paragraph = [edits.closed(sentence) for sentence in paragraph]
    function = getattr(writing, kind)
    out = set()
    for seed in range(seeds):
        text, labels = label(function([list(s) for s in paragraph], Source(random.Random(seed), SOURCE_NAMES)))
        assert len(text) == len(labels)
        assert all(mark == "0" for char, mark in zip(text, labels, strict=True) if char == " ")
        out.add(tuple(sentences(text, labels)))
    return out


@pytest.mark.parametrize(
    ("kind", "example"),
    [
        ("with_speech", ("“It was late.", "The mayor of Velland did not come.”")),
        ("with_speech", ("“It was late.”", "“The mayor of Velland did not come.”")),
        ("with_moments", ("It was late on Monday.", "The mayor of Velland did not come.")),
        ("with_dateline", ("ORR (AP) — It was late.", "The mayor of Velland did not come.")),
        ("with_bullets", ("• It was late.", "• The mayor of Velland did not come.")),
        ("with_bullets", ("1. It was late.", "2. The mayor of Velland did not come.")),
        ("with_turn", ("Q: It was late.", "The mayor of Velland did not come.")),
        ("glued", ("It was late.", "The mayor of Velland did not come.")),
        ("recased", ("it was late.", "the mayor of velland did not come.")),
        ("recased", ("IT WAS LATE.", "THE MAYOR OF VELLAND DID NOT COME.")),
        ("headline", ("IT WAS LATE",)),
        ("unended", ("It was late.", "The mayor of Velland did not come…")),
        ("trailing", ("It was late….", "The mayor of Velland did not come.")),
    ],
)
def test_kinds_of_writing(kind: str, example: tuple[str, ...]) -> None:
    assert example in made(kind, 1500)


def test_every_kind_of_writing_has_a_share_and_keeps_two_sentences_or_makes_a_headline() -> None:
    assert all(0 < kind.share < 1 for kind in writing.KINDS)
    for kind in writing.KINDS:
        assert {len(parts) for parts in made(kind.make.__name__, 60)} == {1 if kind.make is writing.headline else 2}


def test_a_cue_and_its_quotation_are_one_sentence() -> None:
    found = {parts for parts in made("with_speech") if len(parts) == 2 and " said" in parts[0]}
    assert found
    assert all(parts[0][-1] in ".…”\"’'»" for parts in found)


def test_a_sentence_that_ends_with_an_abbreviation_has_one_stop() -> None:
    assert [t.text for t in edits.closed(edits.words("It was 4 p.m."))] == ["It", "was", "4", "p.m."]
    assert [t.text for t in edits.closed(edits.words("Did it, Orr (AP)"), "?")] == [
        "Did", "it", ",", "Orr", "(", "AP", ")", "?",
    ]  # fmt: skip


def test_labels_go_from_characters_to_atoms(folder: Path) -> None:
    (batch,) = material.Material.of(folder, "train").as_written()
    assert len(batch.labels) == len(batch.found)
    texts = [label(map(surface, p)) for name in ("ewt", "gum") for p in paragraphs(folder / f"{name}-train.conllu")]
    text, labels = ("\n\n".join(column) for column in zip(*texts, strict=True))
    of_atoms = "".join(map(str, batch.labels))
    assert of_atoms.replace("0", "") == labels.replace("0", "").replace("\n", "")
    assert text[: batch.found.ends[1]] == "Ms."


def test_an_interrupted_run_ends_as_one_that_was_not(folder: Path, tmp_path: Path) -> None:
    paragraphs_of_folder = material.Material.of(folder, "train")
    known = material.known_features(paragraphs_of_folder, 1)

    def run(name: str) -> tokenizer.Run:
        torch.manual_seed(1)
        made = tokenizer.Run(Taught(8, known, VECTORS), tmp_path / name)
        made.restore()
        return made

    whole, first = run("whole"), run("parts")
    whole.train(paragraphs_of_folder, paragraphs_of_folder, 40, 1)
    keep = first.keep

    def interrupted() -> None:
        keep()
        if first.done == 5:
            raise KeyboardInterrupt

    first.keep = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        first.train(paragraphs_of_folder, paragraphs_of_folder, 40, 1)
    second = run("parts")
    assert second.done == 5
    second.train(paragraphs_of_folder, paragraphs_of_folder, 40, 1)
    for (name, one), other in zip(
        whole.network.state_dict().items(), second.network.state_dict().values(), strict=True
    ):
        torch.testing.assert_close(one, other, msg=name)
    figures = tokenizer.evaluate(second.network, paragraphs_of_folder)
    assert set(figures) == {"tokens", "sentences", "words"}
    assert figures["tokens"] > 60  # it has begun to learn these three paragraphs


def test_the_rate_rises_and_falls_twice() -> None:
    rates = [tokenizer.rate(done / 100) for done in range(101)]
    assert max(rates) == rates[5] == pytest.approx(tokenizer.RATE)
    assert rates[0] == rates[-1] == 0
    assert rates[79] < rates[80] == tokenizer.LATE_RATE


def test_whole_words_have_vectors_of_their_principal_components() -> None:
    assert set(VECTORS) == {meanings.word_feature(word) for word in ("he", "Rained", "BRIDGES")}
    table = torch.randn(5000, 120, generator=torch.Generator().manual_seed(1)) + 7
    table[:, 0] *= 20
    vectors = torch.stack(list(meanings.vectors_of({f"w{i}": i for i in range(5000)}, table).values()))
    assert vectors.shape == (5000, meanings.DIMENSIONS)
    assert vectors.std() == pytest.approx(1)
    assert torch.corrcoef(torch.stack([vectors[:, 0], table[:, 0]]))[0, 1].abs() > 0.99


def test_the_rows_of_the_network_that_is_kept_hold_the_meanings() -> None:
    known = torch.tensor(sorted(feature for word in ("he", "left", ".") for feature in atoms.features(word)))
    taught = Taught(8, known, VECTORS).eval()
    features = torch.tensor([atoms.features(word) for word in ("he", "left", "bridges", "ferries", ".")])
    read = taught.embed(taught.rows(features))
    plain = taught.plain()
    torch.testing.assert_close(plain.embed(plain.rows(features)), read)
    assert set(plain.state_dict()) == set(Network(8, known).state_dict())
    with torch.no_grad():
        taught.meaning.weight.zero_()
    unmeant = taught.embed(taught.rows(features))
    assert (unmeant != read).any(1).tolist() == [True, False, True, False, False]


def test_the_stage_writes_a_tokenizer_and_is_not_done_twice(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenizer, "vectors_of_encoder", lambda source, work: VECTORS)
    options = argparse.Namespace(
        stage="tokenizer", treebanks=folder, every=2, tokenizer_rounds=2, seed=1, work=tmp_path / "work",
        output=tmp_path, encoder=tmp_path,
    )  # fmt: skip
    options.work.mkdir()
    small.run(options)
    written = (tmp_path / "tokenize.pt").read_bytes()
    found = Tokenizer(Network.load(tmp_path / "tokenize.pt")).cut(TEXTS[0])
    assert found.last[-1]
    small.run(options)
    assert (tmp_path / "tokenize.pt").read_bytes() == written


def test_names_in_braces_stand_for_something() -> None:
    source = Source(random.Random(1), SOURCE_NAMES)
    for name, choices in phrases.WORDS.items():
        assert choices, name
        for _ in range(10 * len(choices)):
            assert not set(phrases.invented(name, source)) & {"{", "}"}
