"""The work grows with the text, not with its square: counted in function calls, so that no clock decides."""

import random
import time

import pytest
from support.calls_made import calls_made
from support.toy import TaggedToyParser

from sayso_server.core.document import read
from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor

EXTRACTOR = Extractor(TaggedToyParser(), Model("toy", "0", ""))


def calls(document: str) -> int:
    """Function calls that one extraction makes."""
    return calls_made(lambda: EXTRACTOR.extract(document))


def text(piece: str, times: int) -> str:
    """The piece repeated, each time with different people."""
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
        "Olin: It failed.\n\n",
        "{0} {1}, {0}.\n\n",
        "The {0} {1} Council ({0}) said that it failed.\n\n",
        "The statement said that it failed. It said so.\n\n",
        "{} issued a statement.\n\nThe statement said that it failed.\n\n",
        "See https://{}.com for more. ",
        "“It failed, {} said.\n\n",
        "It is late.” “",
        "‘a’ “b” «c» ``d'' ",
    ],
)
def test_four_times_the_text_is_about_four_times_the_work(piece: str) -> None:
    calls(text(piece, 1))  # word lists are read once
    assert calls(text(piece, 400)) < 4.6 * calls(text(piece, 100))


@pytest.mark.parametrize("piece", ["She said that it failed. ", "{} said that it failed. ", "It was dark there. "])
@pytest.mark.parametrize("mark", ["“", '"', "‘"])
def test_inside_one_quotation_too(mark: str, piece: str) -> None:
    calls(text(piece, 1))
    assert calls(mark + text(piece, 400)) < 4.6 * calls(mark + text(piece, 100))


def seconds(document: str) -> float:
    """CPU seconds that a text takes before it is parsed."""
    started = time.process_time()
    read(document)
    return time.process_time() - started


@pytest.mark.parametrize("odd", ["A" * 30_000, "aB" * 15_000, "Badaseki" * 4_000, "1" * 30_000, " \n" * 15_000])
def test_no_row_of_characters_takes_much_longer_than_prose(odd: str) -> None:
    """Regular expressions are counted by no profiler, so these are timed, against prose of the same length."""
    prose = "The bridge was closed. " * (len(odd) // 23)
    seconds(prose)
    assert seconds(odd) < 40 * seconds(prose)
