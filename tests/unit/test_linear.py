"""The work grows with the text, not with its square: counted in function calls, so that no clock decides."""

import sys
from types import FrameType

import pytest
from support.toy import TaggedToyParser

from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor

EXTRACTOR = Extractor(TaggedToyParser(), Model("toy", "0", ""))


def calls(text: str) -> int:
    """Function calls that one extraction makes."""
    count = 0

    def profile(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        EXTRACTOR.extract(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        "“No,” Mara Olin told reporters. She said that it failed. ",
        "“No,” he said.\n\nThe mayor said “it was ‘late’ again.”\n\n",
        "He said ‘a’ and 'b' \"c\". ",
        "Pell said: 'It failed.\n\nAdvertisement\n\n'It was dark,' he added.\n\n",
        "“It failed, and 'They left.\n\n***\n\n",
        "The officials said that it was. ",
        'A 10" pipe and 6\'2". ',
    ],
)
def test_four_times_the_text_is_about_four_times_the_work(piece: str) -> None:
    calls(piece)  # word lists are read once
    assert calls(piece * 400) < 4.6 * calls(piece * 100)
