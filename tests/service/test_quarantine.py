"""The quarantine of documents that crashed workers: limited in size and time."""

from support.engine import SECRET

from sayso_server.service.scheduling.quarantine import Quarantine


def test_a_document_is_remembered_for_a_while() -> None:
    quarantine = Quarantine(10.0)
    quarantine.record_crash("a", now=0.0)
    assert [quarantine.crashes("a", now) for now in (0.0, 9.9, 10.0, 11.0)] == [1, 1, 0, 0]
    assert quarantine.crashes("b", 0.0) == 0


def test_deaths_add_up_and_the_last_is_what_the_while_counts_from() -> None:
    quarantine = Quarantine(10.0)
    for now in (0.0, 5.0):
        quarantine.record_crash("a", now)
    assert [quarantine.crashes("a", now) for now in (12.0, 15.0)] == [2, 0]


def test_a_document_that_was_read_is_forgotten() -> None:
    quarantine = Quarantine(10.0)
    for text in ("a", "b"):
        quarantine.record_crash(text, now=0.0)
    for text in ("a", "never seen"):
        quarantine.clear(text)
    assert [quarantine.crashes(text, 0.0) for text in ("a", "b")] == [0, 1]


def test_the_oldest_makes_room() -> None:
    quarantine = Quarantine(10.0, most=2)
    for text in ("a", "b", "c"):
        quarantine.record_crash(text, now=0.0)
    assert [quarantine.crashes(text, 1.0) for text in ("a", "b", "c")] == [0, 1, 1]


def test_no_text_is_kept() -> None:
    quarantine = Quarantine(10.0)
    quarantine.record_crash(SECRET, now=0.0)
    assert SECRET not in repr(vars(quarantine))


def test_without_a_duration_nothing_is_remembered() -> None:
    quarantine = Quarantine(0.0)
    quarantine.record_crash("a", now=0.0)
    assert quarantine.crashes("a", 0.0) == 0
