"""`stanza:PACKAGE`: from a local resources folder of tiny models, and the error if the hub cannot be reached."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
import requests
from stanza.models import parser as stanza_parser
from stanza.models import tagger as stanza_tagger
from stanza.models import tokenizer as stanza_tokenizer

from sayso_server.parsing.errors import ModelError
from sayso_server.parsing.load import BUNDLED, load_engine, load_parser

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

TREE = """1\tThe\tthe\tDET\tDT\tDefinite=Def\t2\tdet\t_\t_
2\tmayor\tmayor\tNOUN\tNN\tNumber=Sing\t3\tnsubj\t_\t_
3\tsaid\tsay\tVERB\tVBD\tTense=Past\t0\troot\t_\t_
4\tno\tno\tINTJ\tUH\t_\t3\tobj\t_\tSpaceAfter=No
5\t.\t.\tPUNCT\t.\t_\t3\tpunct\t_\t_

"""
TEXT = "The mayor didn’t say no.\n\n"
LABELS = "001000001000000300010012\n\n"
SMALL = {
    "word_emb_dim",
    "char_emb_dim",
    "transformed_dim",
    "tag_emb_dim",
    "hidden_dim",
    "char_hidden_dim",
    "deep_biaff_hidden_dim",
}


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as Stanza's downloads leave it: three models trained here for a few steps, the rest our own."""
    folder, work = tmp_path_factory.mktemp("resources"), tmp_path_factory.mktemp("work")
    (work / "train.conllu").write_text(TREE * 8, encoding="utf-8")
    sizes = [argument for name in sorted(SMALL) for argument in (f"--{name}", "8")]
    common = [
        "--train_file", str(work / "train.conllu"), "--eval_file", str(work / "train.conllu"), "--lang", "en",
        "--shorthand", "en_tiny", "--save_dir", str(work), "--cpu", "--no_pretrain", "--max_steps", "10",
        "--eval_interval", "10", *sizes,
    ]  # fmt: skip
    (work / "train.txt").write_text(TEXT * 8, encoding="utf-8")
    (work / "train.labels").write_text(LABELS * 8, encoding="utf-8")
    (work / "mwt.json").write_text('[[["didn’t", ["did", "n’t"]], 1]]', encoding="utf-8")
    stanza_tokenizer.main([
        "--txt_file", str(work / "train.txt"), "--label_file", str(work / "train.labels"),
        "--dev_txt_file", str(work / "train.txt"), "--dev_label_file", str(work / "train.labels"),
        "--mwt_json_file", str(work / "mwt.json"), "--lang", "en", "--shorthand", "en_tiny", "--max_seqlen", "100",
        "--steps", "200", "--eval_steps", "100", "--report_steps", "100", "--emb_dim", "16", "--hidden_dim", "16",
        "--dropout", "0", "--unit_dropout", "0", "--lr0", "0.02", "--use_mwt",
        "--save_dir", str(work), "--save_name", "tokenize.pt", "--cpu",
    ])  # fmt: skip
    stanza_tagger.main([*common, "--save_name", "pos.pt"])
    stanza_parser.main([*common, "--save_name", "depparse.pt"])
    english: dict[str, object] = {"lang_name": "English", "url": "https://models.invalid/{lang}"}
    for name, source in (
        ("tokenize", work),
        ("mwt", BUNDLED),
        ("lemma", BUNDLED),
        ("pos", work),
        ("depparse", work),
    ):
        target = folder / "en" / name / "tiny.pt"
        target.parent.mkdir(parents=True)
        shutil.copy(source / f"{name}.pt", target)
        digest = hashlib.md5(target.read_bytes(), usedforsecurity=False).hexdigest()  # Stanza's index has these
        english[name] = {"tiny": {"md5": digest}}
    english["packages"] = {"tiny": dict.fromkeys(("tokenize", "mwt", "pos", "lemma", "depparse"), "tiny")}
    (folder / "resources.json").write_text(
        json.dumps({"en": english, "url": "https://models.invalid"}), encoding="utf-8"
    )
    return folder


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise requests.exceptions.ConnectionError("no route to host")

    monkeypatch.setattr("stanza.resources.common.requests.get", refused)


@pytest.mark.usefixtures("offline")
def test_a_package_in_the_resources_folder(resources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANZA_RESOURCES_DIR", str(resources))
    parser, model = load_parser("stanza:tiny")
    ((tree,),) = parser.parse(["The mayor didn’t say no."])
    assert [w.text for w in tree.words] == ["The", "mayor", "did", "n’t", "say", "no", "."]
    assert sum(w.head == -1 for w in tree.words) == 1
    assert (tree.names, tree.roles) == ((), ())
    assert model.name == "stanza:tiny"
    assert len(model.digest) == 64


@pytest.mark.usefixtures("offline")
def test_without_roles_trees_and_marks_do(resources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANZA_RESOURCES_DIR", str(resources))
    text = "“We lost two cranes.”"
    extraction = load_engine("stanza:tiny").extract(text)
    assert [[span.of(text) for span in s.content] for s in extraction.statements] == [[text]]


@pytest.mark.usefixtures("offline")
def test_a_hub_out_of_reach_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANZA_RESOURCES_DIR", str(tmp_path))
    with pytest.raises(ModelError, match=r"hub cannot be reached; run stanza.download\(") as caught:
        load_engine("stanza:default")
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("offline")
def test_a_package_that_does_not_exist_is_one_line(resources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANZA_RESOURCES_DIR", str(resources))
    with pytest.raises(ModelError, match="stanza:nosuch: no such package with a parser; there are tiny") as caught:
        load_engine("stanza:nosuch")
    assert "\n" not in str(caught.value)
