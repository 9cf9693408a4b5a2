"""All stages of training from nothing, as `make models` runs them, on a part of the data and in tiny rounds.

Needs the data and the initial encoder, which are not part of the project: TEST_SHARED names the folder of the one
(`../shared` by default), TEST_ENCODER that of the other (`build/all-MiniLM-L6-v2`; the model card says how to get it).
TEST_EVERY says which part: every N-th paragraph, sentence and document, 30 by default.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sayso_server import core
from sayso_server.core.pipeline import Extractor
from sayso_server.core.rules import RULES
from sayso_server.core.selection.evidence import Basis
from sayso_server.core.speakers.link_rules import LINK_RULES, LinkFamily
from sayso_server.parsing import files
from sayso_server.parsing.load import BUNDLED, load_parser
from sayso_tools.formats import conllu
from sayso_tools.training import stages

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("TEST_SHARED", ROOT.parent / "shared")).absolute()
ENCODER = Path(os.environ.get("TEST_ENCODER", ROOT / "build" / "all-MiniLM-L6-v2")).absolute()
EVERY = int(os.environ.get("TEST_EVERY", "30"))
PACKAGE = (BUNDLED, Path(core.__file__).parent / "data")
PLACES = {
    "treebanks": "treebanks", "names": "ner", "name-lists": "names", "annotated": "benchmarks",
    "propositions": "quotes", "coreference": "coref",
}  # fmt: skip
TINY = {
    "every": EVERY, "tokenizer-rounds": 8, "mwt-rounds": 2, "lemma-rounds": 1, "rounds": 1, "batch-words": 250,
    "fold-rounds": 0.3, "evaluations": 1, "measured-every": 20, "model-version": "0.1",
}  # fmt: skip

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"no data to train on in {SHARED} (TEST_SHARED)"),
    pytest.mark.skipif(not ENCODER.is_dir(), reason=f"no initial encoder in {ENCODER} (TEST_ENCODER)"),
]

ARTICLE = """The bridge over the river was closed on Monday after a crack was found in one of its pillars.

Mayor Mara Olin said that the bridge will open again in June. “The people of this town have waited long enough,” Olin
said. She told reporters that the city has the money.

“We found the crack in May,” said John Pell, who works for the port.
"""


def train(folder: Path, encoder: Path = ENCODER) -> "subprocess.CompletedProcess[str]":
    """Run all stages."""
    options = {name: SHARED / place for name, place in PLACES.items()} | TINY
    options |= {name: folder / name for name in ("work", "output", "data")} | {"encoder": encoder}
    command = [sys.executable, "-m", "sayso_tools", "train", "all"]
    command += [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=3600)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where everything was trained from nothing, and nothing in the package was touched."""
    folder, before = tmp_path_factory.mktemp("trained"), digests(*PACKAGE)
    done = train(folder)
    assert done.returncode == 0, done.stderr[-3000:]
    assert digests(*PACKAGE) == before
    return folder


def digests(*folders: Path) -> dict[Path, str]:
    """The contents of the files of folders."""
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_a_missing_encoder_is_said_before_anything_is_trained(tmp_path: Path) -> None:
    done = train(tmp_path, tmp_path / "nowhere")
    assert done.returncode == 1
    assert "model.safetensors is missing: name the folder of sentence-transformers/all-MiniLM-L6-v2" in done.stderr
    assert not (tmp_path / "work" / stages.DONE).exists()


def test_all_files_are_there_and_whole(trained: Path) -> None:
    manifest = files.check(trained / "output")
    assert manifest.version == "0.1"
    assert {f"{name}.pt" for name in (*files.PROCESSORS, *files.OPTIONAL)} < manifest.files.keys()
    scorer, links = (json.loads((trained / "data" / f"{name}.json").read_text()) for name in ("scorer", "links"))
    assert scorer["known"] == sorted(RULES)
    assert set(scorer) == {"known", *(basis.value for basis in Basis)}
    assert set(links["rules"]) == {rule.name for rule in LINK_RULES if rule.family is not LinkFamily.NOBODY}
    assert sum(cell["of"] for rule in links["rules"].values() for cell in rule.values()) > 0


def test_what_was_trained_reads(trained: Path) -> None:
    parser, model = load_parser(str(trained / "output"))
    gold = conllu.read_conllu(SHARED / "treebanks" / "gum-test.conllu")[:200:5]
    words = [row for block in gold for row in conllu.words_of(block.rows)]
    found = [word for s in parser.annotate(conllu.to_document(gold)).sentences for word in s.words]
    tags = [word.upos == row[3] for word, row in zip(found, words, strict=True)]
    heads = [word.head == int(row[6]) for word, row in zip(found, words, strict=True)]
    assert sum(tags) / len(tags) > 0.6  # always NOUN: 0.17
    assert sum(heads) / len(heads) > 0.3  # always the word before: 0.15
    assert parser.coreference is not None

    extraction = Extractor(parser, model).extract(ARTICLE)
    names = {speaker.speaker_id: speaker.display_name for speaker in extraction.speakers}
    said = [
        (names.get(s.speaker_id or "", ""), ARTICLE[s.content[0].start : s.content[-1].end])
        for s in extraction.statements
    ]
    expected = (("Olin", "the bridge will open"), ("Pell", "We found the crack"))
    assert any(name in speaker and part in content for speaker, content in said for name, part in expected), said


def test_what_is_done_is_not_done_again(trained: Path) -> None:
    before = digests(trained)
    assert (trained / "work" / stages.DONE).read_text().split() == list(stages.STAGES)
    done = train(trained)
    assert done.returncode == 0, done.stderr[-3000:]
    assert digests(trained) == before
