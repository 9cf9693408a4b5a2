"""Attribution links: training of the head on made-up states, and its output in the server."""

import pytest
import torch

from sayso_server.core.tree import LikelyCue
from sayso_server.parsing.encoder import LAYERS
from sayso_server.parsing.linking import IGNORED, LONGEST, Gold, Linker, linked, stretches

pytestmark = pytest.mark.live

WIDTH = 16
GOLD = Gold(
    torch.tensor([0, 5, IGNORED, 0, 0, 0, 6, 0, 0]),
    torch.tensor([[0, 0], [0, 0], [5, 0], [5, 6], [5, 6], [0, 0], [0, 0], [0, 0], [6, 0]]),
    torch.tensor([[5], [0], [0], [0], [0], [0], [0], [6], [0]]),
)


@torch.enable_grad()
def trained(lengths: list[int], gold: Gold) -> tuple[Linker, torch.Tensor]:
    torch.manual_seed(1)
    states = torch.randn(LAYERS, sum(lengths), WIDTH)
    head = Linker(WIDTH, 24, 24)
    optimizer = torch.optim.Adam(head.parameters(), lr=0.02)
    for _ in range(150):
        optimizer.zero_grad()
        torch.stack(list(head.losses(states, lengths, gold).values())).sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return head.eval(), states


@torch.no_grad()
def test_links_are_learned_with_the_outer_cue_as_share_and_every_cue_as_scope() -> None:
    head, states = trained([9], GOLD)
    cues, found = head.predict(states, [9], 0.5, 0.1)
    assert {1, 6} <= {word for word, _ in cues}
    assert {(f.word, f.cue) for f in found if f.share > 0.5} == {(2, 1), (3, 1), (4, 1), (8, 6)}
    assert {(f.word, f.cue) for f in found if f.scope > 0.5 and f.cue in {1, 6}} == {
        (2, 1), (3, 1), (4, 1), (3, 6), (4, 6), (8, 6)
    }  # fmt: skip
    assert {(f.word, f.cue) for f in found if f.source > 0.5 and f.cue in {1, 6}} == {(0, 1), (7, 6)}


@torch.no_grad()
def test_paragraphs_are_apart_and_links_cross_sentences() -> None:
    twice = Gold(*(torch.cat([part, torch.where(part > 0, part + 10, part)]) for part in GOLD))
    head, states = trained([9, 9], twice)
    offsets = list(range(0, 90, 10))
    both = linked(head, states, [[3, 6], [3, 6]], offsets * 2)
    for first, second in (both[:2], both[2:]):
        assert [cue.word for cue in first[0] if cue.likely > 0.5][:1] == [1]
        assert LikelyCue(3, 1.0)._replace(likely=0) in [cue._replace(likely=0) for cue in second[0]]
        assert {(link.word, link.cue) for link in second[1] if link.share > 0.5} == {(0, 10), (1, 10), (5, 60)}


def test_without_any_cue_there_is_a_loss_and_nothing_is_served() -> None:
    none = Gold(
        torch.zeros(4, dtype=torch.long), torch.zeros(4, 2, dtype=torch.long), torch.zeros(4, 1, dtype=torch.long)
    )
    head, states = trained([4], none)
    assert all(torch.isfinite(loss) for loss in head.losses(states, [4], none).values())
    with torch.no_grad():
        assert linked(head, states, [[4]], [0, 1, 2, 3]) == [([], [])]


def test_content_of_a_cue_in_another_paragraph_belongs_to_none() -> None:
    elsewhere = GOLD._replace(cues=torch.where(GOLD.cues == 5, 0, GOLD.cues))
    head, states = trained([9], elsewhere)
    with torch.no_grad():
        _, found = head.predict(states, [9], 0.5, 0.1)
    assert {(f.word, f.cue) for f in found if f.share > 0.5} == {(8, 6)}


def test_very_long_paragraphs_are_cut_between_sentences() -> None:
    assert list(stretches([200, 200, 200, 600, 10])) == [400, 200, 600, 10]
    assert list(stretches([3, 4])) == [7]
    assert list(stretches([])) == []
    assert LONGEST == 500
