"""The stages `heads` and `folds` on invented material: everything is trained, stored, loaded and served."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertModel

from sayso_server.core.coreference import Place
from sayso_server.parsing.encoder import LONGEST, SHAPES
from sayso_server.parsing.linking import Linker
from sayso_server.parsing.load import BUNDLED, load_parser
from sayso_server.parsing.stanza_parser import TOKENIZING, from_folder
from sayso_tools.training import command as stages
from sayso_tools.training import data, folds, heads, news, sentences
from sayso_tools.training.corpus import Inventory, Sentence
from sayso_tools.training.encoder import TrainedEncoder
from sayso_tools.training.model import Model
from sayso_tools.training.teachers import Teachers
from sayso_tools.training.words import tokenizer_of

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

WORDS = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "orr", "said", "that", "the", "bridge", "was", "open", "she", "left"),
    *("lund", "told", "us", "it", "broke", ".", "he"),
]

SENTENCE = """# newdoc id = GUM_news_{number}
# newpar
# sent_id = {number}
1\tOrr\tOrr\tPROPN\tNNP\t_\t2\tnsubj\t_\tEntity=(1-person-new-cf1-1-sgl)
2\tsaid\tsay\tVERB\tVBD\t_\t0\troot\t_\t_
3\tthat\tthat\tSCONJ\tIN\t_\t5\tmark\t_\t_
4\tshe\tshe\tPRON\tPRP\t_\t5\tnsubj\t_\tEntity=(1-person-giv:act-cf1-1-ana)
5\tleft\tleave\tVERB\tVBD\t_\t2\tccomp\t_\t_
6\t.\t.\tPUNCT\t.\t_\t2\tpunct\t_\t_

"""
NAMES = "# sent_id = {number}\nOrr\tB-PER\nsaid\tO\nthat\tO\nshe\tO\nleft\tO\n.\tO\n\n"
TEXT = "Orr said that she left.\n\nThe bridge broke. Lund told us that it was open."
ATTRIBUTIONS = [
    {"source": [[0, 3]], "cue": [[4, 8]], "content": [[9, 22]], "speech": True},
    {"source": [[43, 47]], "cue": [[48, 52]], "content": [[56, 72]], "speech": True},
]
UNLABELLED = [["Orr said that she left .", "It broke ."], ["Lund told us that it was open"]]
CLUSTERS = [{"id": "1", "mentions": [{"span": [0, 3], "kind": "PROP"}, {"span": [14, 17], "kind": "PRON"}]}]


def lines(path: Path, *documents: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(d) + "\n" for d in documents), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that is learned from, and a models folder with the bundled tokenizer."""
    for name in ("treebanks", "ner", "names", "models"):
        (tmp_path / name).mkdir()
    for split in ("train", "dev"):
        for bank in ("ewt", "gum"):
            text = "".join(SENTENCE.format(number=i) for i in range(6))
            (tmp_path / "treebanks" / f"{bank}-{split}.conllu").write_text(text, encoding="utf-8")
        text = "".join(NAMES.format(number=i) for i in range(6))
        (tmp_path / "ner" / f"ewt-{split}.iob2").write_text(text, encoding="utf-8")
        documents = [{"id": str(i), "text": TEXT, "attributions": ATTRIBUTIONS} for i in range(3)]
        lines(tmp_path / "news" / f"polnear-{split}.jsonl", *documents)
    (tmp_path / "names" / "btc-g.iob2").write_text(NAMES * 6, encoding="utf-8")
    parts = [{"text": TEXT, "split": split, "attributions": ATTRIBUTIONS} for split in ("train", "dev")]
    lines(tmp_path / "quotes" / "propbank-ewt-weblog-newsgroup.jsonl", *parts)
    document = {"id": "1", "text": TEXT, "clusters": CLUSTERS}
    lines(tmp_path / "coref" / "meantime.jsonl", document, document)
    pronoun = {"id": "1", "text": TEXT, "pronoun": [14, 17], "candidates": [{"span": [0, 3], "coref": True}]}
    lines(tmp_path / "coref" / "gap-dev.jsonl", *[pronoun] * 4)
    for name in ("tokenize", "mwt", "lemma"):
        shutil.copy(BUNDLED / f"{name}.pt", tmp_path / "models" / f"{name}.pt")
    for module in (heads, folds):
        monkeypatch.setattr(module, "load_initial", initial)
    return tmp_path


def initial(source: Path, work: Path) -> tuple[BertModel, Any]:
    """A small encoder."""
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=16,
        type_vocab_size=SHAPES, attention_probs_dropout_prob=0.0, max_position_embeddings=LONGEST + 2,
    )  # fmt: skip
    tokenizer = Tokenizer(WordPiece({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), Whitespace()
    return BertModel(config, add_pooling_layer=False), SimpleNamespace(backend_tokenizer=tokenizer)


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, stage: str, *options: str) -> None:
    places = {
        "treebanks": "treebanks", "names": "ner", "name-lists": "names", "annotated": "news", "propositions": "quotes",
        "coreference": "coref", "texts": "texts", "work": "work", "output": "models",
    }  # fmt: skip
    own = [part for name, place in places.items() for part in (f"--{name}", str(folder / place))]
    arguments = [stage, *own, "--batch-words", "40", "--rate", "1e-2", *options]
    stages.main(arguments)


def test_everything_is_trained_stored_and_served(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, folder, "heads", "--rounds", "70", "--encoder-rate", "1e-3", "--evaluations", "1")
    run(monkeypatch, folder, "finish", "--model-version", "0.1")
    parser, model = load_parser(str(folder / "models"))
    assert model.version == "0.1"
    paragraphs = TEXT.split("\n\n")
    trees = parser.parse(paragraphs)
    ((first,), (_, last)) = trees
    assert [(first.words[n.first].text, n.type) for n in first.names] == [("Orr", "PER")]
    assert "said" in {first.words[cue.word].text for cue in first.cues if cue.likely > 0.5}
    content = [first.words[link.word].text for link in first.links if link.share > 0.5]
    assert content == ["that", "she", "left"]
    assert {link.cue for link in first.links if link.share > 0.5} == {4}
    told = [link for link in last.links if link.share > 0.5]
    assert {paragraphs[1][link.cue : link.cue + 4] for link in told} == {"told"}
    assert parser.coreference is not None
    she = [Place(0, first, word) for word in (0, 3)]
    antecedents, none = parser.coreference.scores(she)[1]
    assert antecedents[0] > none
    assert trees == [parser.parse([paragraph])[0] for paragraph in paragraphs]

    before = Linker.load(folder / "models" / "links.pt")
    (folder / "work" / "heads.checkpoint").unlink()
    again = str(folder / "models")
    run(monkeypatch, folder, "heads", "--from", again, "--rounds", "0.1", "--rate", "1e-6", "--encoder-rate", "1e-7")
    after = Linker.load(folder / "models" / "links.pt")
    for one, other in zip(before.state_dict().values(), after.state_dict().values(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-2, rtol=1e-2)


@torch.enable_grad()
def test_a_model_learns_from_teachers_what_no_annotation_says(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, folder, "heads", "--rounds", "70", "--encoder-rate", "1e-3", "--evaluations", "1")
    inventory = Inventory.of(data.load(folder / "treebanks", "train"))
    teachers = Teachers.load([folder / "models"] * 2, inventory, torch.device("cpu"))
    torch.manual_seed(3)
    encoder, tokenizer = initial(folder, folder)
    learner = Model(TrainedEncoder(encoder, tokenizer.backend_tokenizer), inventory)
    paragraphs = [[Sentence(text.split(), {}) for text in part] for part in UNLABELLED]
    optimizer = torch.optim.Adam(learner.parameters(), lr=5e-3)
    for _ in range(150):
        losses = teachers.losses(learner, learner.states(paragraphs), paragraphs)
        optimizer.zero_grad()
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    learner.eval()
    with torch.no_grad():
        (wanted, heads), (found, _) = (own.targets(paragraphs) for own in (teachers, Teachers([learner])))
    assert [head for head, _ in learner.depparse.predict(learner.states(paragraphs), [6, 3, 7])[0]] == heads[
        :6
    ].tolist()
    for name in ("tags upos", "names 0", "roles 0", "roles 2", "cues", "shares"):
        torch.testing.assert_close(found[name].probabilities, wanted[name].probabilities, atol=0.2, rtol=0)


def test_texts_without_labels_are_read_but_none_that_is_measured_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, folder, "heads", "--rounds", "0.1", "--evaluations", "1")
    shutil.copytree(folder / "models", folder / "teacher")
    (folder / "work" / "heads.checkpoint").unlink()
    lines(folder / "texts" / "wikinews.jsonl", *({"id": name, "text": f"{name} left."} for name in ("Orr", "Lund")))
    lines(folder / "texts" / "government-statements-re3d.jsonl", {"id": "1", "text": "The bridge broke."})
    (folder / "texts" / "read-by-eye.txt").write_text("Lund\n", encoding="utf-8")
    options = stages.arguments(["heads", "--texts", str(folder / "texts"), "--work", str(folder / "work")])
    paragraphs = heads.plain(options, tokenizer_of(from_folder(BUNDLED, TOKENIZING)))
    assert [s.words for p in paragraphs for s in p] == [["The", "bridge", "broke", "."], ["Lund", "left", "."]]

    before = Linker.load(folder / "teacher" / "links.pt").cue.weight
    run(monkeypatch, folder, "heads", "--rounds", "2", "--evaluations", "1", "--teachers", str(folder / "teacher"))
    assert not torch.equal(Linker.load(folder / "models" / "links.pt").cue.weight, before)
    state = torch.load(folder / "work" / "heads.checkpoint", weights_only=True)
    assert state["streams"]["texts"] != [0, 0]  # they were read


def test_folds_give_roles_and_links_to_documents_that_they_do_not_know(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, folder, "folds", "--fold-rounds", "30", "--encoder-rate", "1e-3")
    options = SimpleNamespace(work=folder / "work")
    fold = folds.load_fold(options, folds.UNKNOWN)  # type: ignore[arg-type]
    parser, _ = load_parser()
    trees = parser.parse(TEXT.split("\n\n"))
    ((first,), (second, last)) = news.with_fold(trees, fold)
    assert (first.words, first.names) == (trees[0][0].words, trees[0][0].names)
    assert len(first.roles) == len(first.words)
    assert {link.cue for link in first.links if link.share > 0.3} == {4}
    assert not [link for link in second.links if link.share > 0.5]
    assert {link.cue for link in last.links if link.share > 0.3} == {trees[1][1].words[1].start}


def test_the_ends_of_sentences_are_learned_on_the_finished_encoder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, folder, "heads", "--rounds", "0.1", "--evaluations", "1")
    begin, rows = SENTENCE.split("# sent_id", 1)
    paragraph = begin + "".join(f"# sent_id{rows}".format(number=i) for i in range(12))
    for bank in ("ewt", "gum"):
        (folder / "treebanks" / f"{bank}-train.conllu").write_text(paragraph.format(number=0), encoding="utf-8")
    monkeypatch.setattr(sentences, "OTHERS", 0.5)  # of so few words
    run(monkeypatch, folder, "sentences", "--sentence-rounds", "500")
    run(monkeypatch, folder, "finish", "--model-version", "0.2")
    parser, _ = load_parser(str(folder / "models"))
    document = parser.tokenize("Orr said that she left. Orr said that she left")
    document.doubts = {word.end_char: 0.0 for word in document.sentences[0].words}  # the head alone decides
    ends = [sentence.tokens[-1].text for sentence in parser.annotate(document).sentences]
    assert ends == [".", "left"]
