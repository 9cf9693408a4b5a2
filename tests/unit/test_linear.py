"""The work grows with the text, not with its square: counted in function calls, so that no clock decides."""

import random

import pytest
from support.calls_made import calls_made
from support.toy import TaggedToyParser

from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor

EXTRACTOR = Extractor(TaggedToyParser(), Model("toy", "0", ""))


def calls(document: str) -> int:
    """Function calls that one extraction makes."""
    return calls_made(lambda: EXTRACTOR.extract(document))


def text(piece: str, times: int) -> str:
    """The piece so many times, each time with other people."""
    return "".join(piece.format(_name(2 * i), _name(2 * i + 1)) for i in range(times))


def _name(number: int) -> str:
    """A surname for each number: many begin alike."""
    rng = random.Random(number)
    return "".join(rng.choice("bdklmnprst") + rng.choice("aeiou") for _ in range(4)).title()


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
        "{0} {1} came to the harbour.\n\n{1} said that it failed.\n\n",
        "According to {} {}, it failed. ",
        "{}: It failed.\n\n",
        "The statement of {} said that it failed.\n\nA spokesman for {} said so.\n\n",
        "{} Ltd said that the company failed. ",
    ],
)
def test_four_times_the_text_is_about_four_times_the_work(piece: str) -> None:
    calls(text(piece, 1))  # word lists are read once
    assert calls(text(piece, 400)) < 4.6 * calls(text(piece, 100))
