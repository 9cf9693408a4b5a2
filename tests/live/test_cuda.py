"""On a GPU, results are those of the CPU. These tests are skipped without a GPU."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from support.processes import workers_of
from support.serving import PATIENCE, REAL, server_process

import sayso
from sayso_server.core.document import read
from sayso_server.core.pipeline import Extractor
from sayso_server.core.statement import Extraction
from sayso_server.core.tree import Tree
from sayso_server.parsing.errors import ModelError
from sayso_server.parsing.layers import FLOATING
from sayso_server.parsing.load import load_engine
from sayso_server.parsing.stanza_parser import StanzaParser
from sayso_tools.bench.texts import invented

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no usable GPU"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

TEXTS = invented(16)
PARAGRAPHS = [part for text in TEXTS for part in read(text).parts]
Said = dict[tuple[tuple[int, int], ...], tuple[float, float]]


@pytest.fixture(scope="module")
def engine() -> Extractor:
    return load_engine(device="cuda")


@pytest.fixture(scope="module")
def on_processor() -> Iterator[Extractor]:
    """In float32: that int8 says other things now and then is not a GPU's matter."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sayso_server.parsing.device.fastest", lambda: FLOATING)
        yield load_engine()


def parser_of(engine: Extractor) -> StanzaParser:
    assert isinstance(engine.parser, StanzaParser)
    return engine.parser


def words_of(trees: Sequence[Sequence[Tree]]) -> list[tuple[int, int, str, int | None, str]]:
    """Paragraph, offset, tag, offset of the head and relation of every word."""
    out = []
    for i, own in enumerate(trees):
        for tree in own:
            heads = [None if word.head < 0 else tree.words[word.head].start for word in tree.words]
            out += [(i, w.start, w.upos, h, w.deprel) for w, h in zip(tree.words, heads, strict=True)]
    return out


def said(extraction: Extraction) -> Said:
    """The confidences of each statement, by the places of its content."""
    return {
        tuple((span.start, span.end) for span in s.content): (s.confidence, s.speaker_confidence)
        for s in extraction.statements
    }


def check_alike(own: Sequence[Extraction], expected: Sequence[Extraction], share: float) -> None:
    """Nearly all statements are the same, and these are as sure."""
    pairs = [(said(a), said(b)) for a, b in zip(own, expected, strict=True)]
    common = [(a[place], b[place]) for a, b in pairs for place in a.keys() & b.keys()]
    every = sum(len(a.keys() | b.keys()) for a, b in pairs)
    differences = sorted(abs(x - y) for a, b in common for x, y in zip(a, b, strict=True))
    assert len(common) >= share * every > 100, (len(common), every)
    near = sum(difference <= 0.02 for difference in differences)
    assert near >= share * len(differences), differences[-20:]


def test_trees_are_those_of_the_processor(engine: Extractor, on_processor: Extractor) -> None:
    own, expected = (words_of(one.parse(PARAGRAPHS)) for one in (engine, on_processor))
    assert [word[:2] for word in own] == [word[:2] for word in expected]
    same = sum(a == b for a, b in zip(own, expected, strict=True))
    assert same >= 0.995 * len(own) > 5_000, (same, len(own))


def test_statements_are_those_of_the_processor(engine: Extractor, on_processor: Extractor) -> None:
    check_alike(engine.extract_many(TEXTS), on_processor.extract_many(TEXTS), 0.98)


def test_texts_read_together_say_what_each_says_alone(engine: Extractor) -> None:
    check_alike(engine.extract_many(TEXTS), [engine.extract(text) for text in TEXTS], 0.99)


def test_the_encoder_and_its_heads_are_on_the_gpu_in_half_precision(engine: Extractor) -> None:
    assert engine.model.number_format == "float16"
    parser = parser_of(engine)
    assert parser.reader is not None
    assert (parser.reader.encoder.device.type, parser.reader.encoder.dtype) == ("cuda", torch.float16)
    head = parser.pipeline.processors["links"].head
    assert {(p.device.type, p.dtype) for p in head.parameters()} == {("cuda", torch.float16)}


def test_what_does_not_fit_into_its_memory_is_read_in_parts(engine: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = words_of(engine.parse(PARAGRAPHS))
    torch.cuda.empty_cache()
    before = torch.cuda.memory_reserved()
    torch.cuda.reset_peak_memory_stats()
    engine.parse(PARAGRAPHS)
    room = before + (torch.cuda.max_memory_reserved() - before) // 2
    sizes: list[int] = []
    parse = StanzaParser._parse

    def counted(own: StanzaParser, paragraphs: Sequence[str]) -> list[list[Tree]]:
        sizes.append(len(paragraphs))
        return parse(own, paragraphs)

    monkeypatch.setattr(StanzaParser, "_parse", counted)
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(room / torch.cuda.get_device_properties(0).total_memory)
    try:
        own = words_of(engine.parse(PARAGRAPHS))
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert len(sizes) > 1
    same = sum(a == b for a, b in zip(own, expected, strict=True))
    assert same >= 0.995 * len(own)


FAILED = """
import torch
from sayso_server.parsing.device import GpuLostError
from sayso_server.parsing.load import load_engine
engine = load_engine(device="cuda")
table = torch.zeros(4, device="cuda")
try:
    table[torch.tensor([1 << 20], device="cuda")].cpu()
except RuntimeError:
    pass
try:
    engine.extract("It failed, Mara Olin said.")
except GpuLostError as error:
    print("lost", error)
"""


def test_a_gpu_that_has_failed_ends_the_process_that_reads() -> None:
    done = subprocess.run([sys.executable, "-c", FAILED], capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert done.stdout == "lost cuda:0\n"


def test_a_gpu_that_is_not_there_is_refused() -> None:
    with pytest.raises(ModelError, match=r"^--device cuda:99: there is no such GPU; the last one is cuda:\d+$"):
        load_engine(device="cuda:99")


def test_info_names_it() -> None:
    command = [sys.executable, "-m", "sayso_server", "info", "--device", "cuda"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert "format     float16\n" in done.stdout
    assert f"device     cuda:0, {torch.cuda.get_device_name(0)}\n" in done.stdout


def test_a_server_reads_on_it_for_many_callers_and_replaces_its_workers(engine: Extractor) -> None:
    options = ("--device", "cuda", "--workers", "2")
    with server_process(*options, module=REAL) as (server, address), sayso.Client(address) as client:
        texts = [TEXTS[i % len(TEXTS)] for i in range(32)]
        with ThreadPoolExecutor(32) as callers:
            results = list(callers.map(client.extract, texts))
        expected = [len(extraction.statements) for extraction in engine.extract_many(texts)]
        assert sum(abs(len(r.statements) - n) for r, n in zip(results, expected, strict=True)) <= 0.02 * sum(expected)
        before = workers_of(server.pid)
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        give_up = time.monotonic() + PATIENCE
        while len(set(workers_of(server.pid)) - {before[0]}) < 2:
            assert time.monotonic() < give_up, "the worker was not replaced"
            time.sleep(0.05)
        with ThreadPoolExecutor(4) as callers:
            assert all(result.statements for result in callers.map(client.extract, texts[:8]))
