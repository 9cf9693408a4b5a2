"""Atoms: the pieces of a text from which a network composes tokens."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_server.parsing import atoms


def cut(text: str) -> list[str]:
    found = atoms.cut(text, atoms.Lexicon())
    return [text[a:b] for a, b in zip(found.starts, found.ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Pell's 3.5% rise…", ["Pell", "'", "s", "3", ".", "5", "%", "rise", "…"]),
        ("so.... no--or ``x''", ["so", "....", "no", "--", "or", "``", "x", "''"]),
        ("cafe\u0301s na\u00efve", ["cafe\u0301s", "na\u00efve"]),
        ("A\u00a0B\u2003C\x85D", ["A", "B", "C", "D"]),
        ("snake_case 5pm", ["snake", "_", "case", "5", "pm"]),
        ("$$$ A++ (see: x)", ["$$$", "A", "++", "(", "see", ":", "x", ")"]),
        (":-) no:-(", [":-)", "no", ":-("]),
        ("((no))", ["(", "(", "no", ")", ")"]),
        ("👩\u200d🚀!", ["👩", "🚀", "!"]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_runs_are_atoms_and_other_characters_are_alone(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See https://a.example/b?c=1. Then", "https://a.example/b?c=1"),
        ("See www.example.com, then", "www.example.com"),
        ("(ada.orr@news.example.org)", "ada.orr@news.example.org"),
        ("Port.com shares", "Port.com"),
        ("“http://x.example/”", "http://x.example/"),
        ("(see PriceList-2.pdf)(and", "PriceList-2.pdf"),
    ],
)
def test_addresses_are_one_atom_without_the_mark_after_them(text: str, address: str) -> None:
    assert address in cut(text)


def test_invisible_characters_are_read_over_and_stay_inside_an_atom() -> None:
    lexicon = atoms.Lexicon()
    text = "\u200bgov\u00adern\u00adment\u200b said"
    found = atoms.cut(text, lexicon)
    assert [text[a:b] for a, b in zip(found.starts, found.ends, strict=True)] == ["gov\u00adern\u00adment", "said"]
    assert found.kinds.tolist() == atoms.cut("government said", lexicon).kinds.tolist()


def test_what_follows_an_atom() -> None:
    found = atoms.cut("No, I\ndo. \n \nYes", atoms.Lexicon())
    assert found.after.tolist() == [2, atoms.SPACE, atoms.SPACE, 2, atoms.BORDER, atoms.BORDER]


def test_features_do_not_see_the_form_of_an_apostrophe_but_that_of_a_word() -> None:
    word, beginning, end, shape, of_class = zip(*map(atoms.features, ("Said", "said", "SAID")), strict=True)
    assert len(set(word)) == len(set(beginning)) == len(set(end)) == 1
    assert len(set(shape)) == len(set(of_class)) == 3
    assert atoms.features("’")[0] == atoms.features("'")[0]


@given(st.text(max_size=200))
def test_every_visible_character_is_in_one_atom(text: str) -> None:
    found = atoms.cut(text, atoms.Lexicon())
    covered = "".join(text[a:b] for a, b in zip(found.starts, found.ends, strict=True))
    white = {c for c in text if c.isspace() or "\x80" <= c <= "\x9f"}
    assert atoms.visible(covered) == "".join(c for c in atoms.visible(text) if c not in white)


@pytest.mark.parametrize(
    "unit", ["a", "a.", "a@", "http://", "www.", ".", "a-", "“", "1,", "x.com", "é\u0301", "https://a.b)"]
)
def test_time_grows_with_the_length_whatever_the_text(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        started = time.process_time()
        atoms.cut(text, atoms.Lexicon())
        return time.process_time() - started

    assert seconds(200_000) < 2.0


def test_very_long_atoms_are_not_remembered_whole() -> None:
    lexicon = atoms.Lexicon()
    atoms.cut("-" * 100_000 + " " + "z" * 100_000, lexicon)
    assert max(map(len, lexicon)) <= atoms.LONGEST_KEY
