"""The corpus job on a Ray cluster of several nodes: some are killed, and some come later."""

from pathlib import Path

import pytest
from support.corpus import Corpus
from support.engine import DEADLY, SECRET
from support.ray_nodes import STORE_BYTES, Nodes
from support.serving import wait_for

pytest.importorskip("ray", reason="the extra `corpus` is not installed: no Ray")

GOOD = "“Yes,” said Mara."
PATIENCE = 240
JSONL = ("--format", "jsonl")


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN", "f" * 64)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")


def entered(gate: Path) -> int:
    """The process that waits at a gate."""
    wait_for(gate.with_suffix(".entered"), patience=90)
    return int(gate.with_suffix(".entered").read_text())


def test_a_node_is_killed_and_another_one_comes(corpus: Corpus, tmp_path: Path) -> None:
    """One node is killed over a document; another reads it, and a document that ends the process that reads it."""
    gates = [tmp_path / "first", tmp_path / "second"]
    texts = [GOOD] * 30
    texts[7], texts[27] = f"{GOOD} WAIT {gates[0]}", f"{GOOD} WAIT {gates[1]}"
    texts[20] = f"{SECRET} {DEADLY}"
    corpus.write(*texts)
    with Nodes(0, 1) as nodes:
        process = corpus.start(*JSONL, "--address", nodes.address, "--workers", "3")
        waiting = entered(gates[0])
        nodes.order("add", 2)
        entered(gates[1])  # while the first node still waits
        gates[0].with_suffix(".entered").unlink()
        nodes.order("kill", waiting)
        assert entered(gates[0]) != waiting
        for gate in gates:
            gate.touch()
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, said
    assert [row["document_id"] for row in corpus.rows("documents") if row["status"] == "failed"] == ["d20"]
    assert sorted(row["document_id"] for row in corpus.rows("documents")) == sorted(f"d{n}" for n in range(30))
    assert sorted(row["document_id"] for row in corpus.rows("statements")) == sorted(
        f"d{n}" for n in range(30) if n != 20
    )
    assert SECRET not in said


def test_more_goes_through_the_object_stores_than_they_hold(corpus: Corpus) -> None:
    text = f"“{'word ' * 400_000},” said Mara."
    corpus.write(*[text] * 50)
    assert len(text) * 50 > STORE_BYTES
    with Nodes(1, 2) as nodes:
        options = ("--max-document-chars", "3000000", "--address", nodes.address, "--workers", "2")
        status, said = corpus.run(*JSONL, *options, patience=PATIENCE)
    assert status == 0, said
    rows = corpus.rows("statements")
    assert sorted(row["document_id"] for row in rows) == sorted(f"d{n}" for n in range(50))
    assert {len(row["text"]) for row in rows} == {len(text) - len(" said Mara.")}
