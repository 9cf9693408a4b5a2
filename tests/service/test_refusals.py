"""What is remembered of documents over which workers died: little, and for a while."""

from support.engine import SECRET

from sayso_server.service.refusals import Refusals


def test_a_document_is_refused_for_a_while() -> None:
    refusals = Refusals(10.0)
    refusals.add("a", now=0.0)
    assert [refusals.hold("a", now) for now in (0.0, 9.9, 10.0, 11.0)] == [True, True, False, False]
    assert not refusals.hold("b", 0.0)


def test_a_document_refused_again_is_remembered_from_then_on() -> None:
    refusals = Refusals(10.0)
    for now in (0.0, 5.0):
        refusals.add("a", now)
    assert refusals.hold("a", 12.0)


def test_the_oldest_makes_room() -> None:
    refusals = Refusals(10.0, most=2)
    for text in ("a", "b", "c"):
        refusals.add(text, now=0.0)
    assert [refusals.hold(text, 1.0) for text in ("a", "b", "c")] == [False, True, True]


def test_no_text_is_kept() -> None:
    refusals = Refusals(10.0)
    refusals.add(SECRET, now=0.0)
    assert SECRET not in repr(vars(refusals))


def test_without_a_duration_nothing_is_remembered() -> None:
    refusals = Refusals(0.0)
    refusals.add("a", now=0.0)
    assert not refusals.hold("a", 0.0)
