"""Offsets in the three units agree with Python's own encoders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_server.service.api.offsets import Unit, converter

ENCODINGS = {Unit.UTF32: ("utf-32-le", 4), Unit.UTF16: ("utf-16-le", 2), Unit.UTF8: ("utf-8", 1)}
TEXTS = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("a“”é\u0301\u07ff\u0800\uffff\U00010000😀\U0010ffff"))
)


@given(TEXTS, st.sampled_from(list(Unit)))
def test_every_offset_agrees_with_the_encoder(text: str, unit: Unit) -> None:
    encoding, width = ENCODINGS[unit]
    convert = converter(text, unit)
    expected = [len(text[:offset].encode(encoding)) // width for offset in range(len(text) + 1)]
    assert [convert(offset) for offset in range(len(text) + 1)] == expected


@pytest.mark.parametrize(
    ("unit", "expected"),
    [(Unit.UTF32, [0, 1, 2, 3, 4, 5]), (Unit.UTF16, [0, 1, 3, 4, 5, 6]), (Unit.UTF8, [0, 3, 7, 8, 10, 11])],
)
def test_quotation_mark_emoji_and_combining_accent(unit: Unit, expected: list[int]) -> None:
    convert = converter("“😀e\u0301.", unit)
    assert [convert(offset) for offset in range(6)] == expected
