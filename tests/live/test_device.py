"""Devices: error messages, failures of a GPU, and padded attention, all on the CPU."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
import torch

from sayso_server.core.statement import Options
from sayso_server.core.tree import Tree
from sayso_server.parsing import device
from sayso_server.parsing.device import GpuLostError, check, device_of
from sayso_server.parsing.encoder import load_encoder
from sayso_server.parsing.errors import ModelError
from sayso_server.parsing.layers import FLOATING, PADDED, STEP
from sayso_server.parsing.load import BUNDLED, load_engine
from sayso_server.parsing.stanza_parser import StanzaParser, from_folder
from sayso_server.workers.protocol import Batch, NewDocument, Portion
from sayso_server.workers.session import Session
from sayso_tools.bench.texts import invented

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

PARAGRAPHS = invented(1)[0].split("\n\n")


@pytest.fixture(scope="module")
def parser() -> StanzaParser:
    return from_folder(BUNDLED)


@torch.inference_mode()
def test_padded_rows_give_what_rows_alone_give() -> None:
    rng = random.Random(2)
    words = ["Mayor", "Pell", "said", "that", "the", "harbour-master", "“", "NATO", "."]
    lengths = [1, 2, 3, 9, STEP - 2, STEP - 1, STEP, 70, 150, 300]
    paragraphs = [[rng.choices(words, k=rng.choice(lengths))] for _ in range(60)]
    padded, alone = (load_encoder(BUNDLED / "encoder", form) for form in (PADDED, FLOATING))
    torch.testing.assert_close(padded(paragraphs), alone(paragraphs), atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(padded([]), alone([]))


def test_padded_rows_are_read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = load_encoder(BUNDLED / "encoder", PADDED)
    calls: list[Sequence[int]] = []
    layers = type(encoder.layers).__call__

    def counted(own: Any, ids: Any, types: Any, lengths: Sequence[int]) -> list[torch.Tensor]:
        calls.append(lengths)
        return layers(own, ids, types, lengths)

    monkeypatch.setattr(type(encoder.layers), "__call__", counted)
    encoder([[paragraph.split()] for paragraph in PARAGRAPHS])
    [lengths] = calls
    assert len(lengths) >= len(PARAGRAPHS)
    assert list(lengths) == sorted(lengths, reverse=True)


def test_trees_of_padded_rows_are_those_of_rows_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for form in (FLOATING, PADDED):
        monkeypatch.setattr(device, "fastest", lambda form=form: form)
        trees = from_folder(BUNDLED).parse(PARAGRAPHS)
        found.append([(tree.words, tree.names, tree.cues) for own in trees for tree in own])
    assert len(found[0]) > 20
    same = sum(a == b for a, b in zip(*found, strict=True))
    assert same >= len(found[0]) - 1  # a probability may be rounded the other way


@pytest.mark.parametrize(
    ("is_built", "count", "name", "told"),
    [
        (
            False,
            0,
            "cuda",
            rf"this torch \({torch.__version__}\) was built without CUDA".replace("+", r"\+"),
        ),
        (True, 0, "cuda", "torch finds no usable GPU; nvidia-smi lists those of this machine"),
        (True, 2, "cuda:2", "there is no such GPU; the last one is cuda:1"),
    ],
)
def test_a_gpu_that_is_not_there_is_refused_in_one_line(
    is_built: bool, count: int, name: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: is_built)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    with pytest.raises(ModelError, match=f"^--device {name}: {told}$"):
        load_engine(device=name)


def test_a_gpu_without_a_number_is_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert [str(device_of(name)) for name in ("cpu", "cuda", "cuda:1")] == ["cpu", "cuda:0", "cuda:1"]


def with_room_for(most: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let no more paragraphs be read together; how many were tried to be."""
    sizes: list[int] = []
    parse = StanzaParser._parse

    def bounded(own: StanzaParser, paragraphs: Sequence[str]) -> list[list[Tree]]:
        sizes.append(len(paragraphs))
        if len(paragraphs) > most:
            raise torch.OutOfMemoryError("out of memory")
        return parse(own, paragraphs)

    monkeypatch.setattr(StanzaParser, "_parse", bounded)
    return sizes


def test_what_does_not_fit_is_read_in_halves(parser: StanzaParser, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = parser.parse(PARAGRAPHS[:6])
    sizes = with_room_for(2, monkeypatch)
    assert parser.parse(PARAGRAPHS[:6]) == expected
    assert sizes == [6, 3, 1, 2, 3, 1, 2]


def test_a_paragraph_that_does_not_fit_alone_fails(parser: StanzaParser, monkeypatch: pytest.MonkeyPatch) -> None:
    with_room_for(0, monkeypatch)
    with pytest.raises(torch.OutOfMemoryError):
        parser.parse(PARAGRAPHS[:2])


def test_a_gpu_that_has_failed_is_no_fault_of_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object) -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    engine = load_engine()
    monkeypatch.setattr(engine.parser, "device", torch.device("cuda", 0))
    monkeypatch.setattr(StanzaParser, "_parse", fail)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda *given: None)
    order = Batch((NewDocument(1, "It failed, Mara Olin said.", Options()),), (Portion(1, 100),))
    assert "RuntimeError" in str(Session(engine).work(order)[1])
    monkeypatch.setattr(torch.cuda, "synchronize", fail)
    with pytest.raises(GpuLostError, match=r"^cuda:0$"):
        Session(engine).work(order)


def test_a_processor_is_not_asked() -> None:
    check(torch.device("cpu"))
