"""Where sentences end in news: quotations with their cue stay whole, abbreviations and initials do not end one."""

import pytest
from support.borders import Case, read_borders

from sayso_server.parsing import atoms
from sayso_server.parsing.load import BUNDLED
from sayso_server.parsing.stanza_parser import TOKENIZING, StanzaParser, from_folder
from sayso_server.parsing.tokens import batches, texts_of_words

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]


@pytest.fixture(scope="module")
def tokenizer() -> StanzaParser:
    return from_folder(BUNDLED, TOKENIZING)


def sentences(tokenizer: StanzaParser, text: str) -> list[str]:
    """The text of every sentence."""
    (batch,) = batches([text], tokenizer.tokenize)
    spans = [(s.tokens[0].start_char, s.tokens[-1].end_char) for s in batch.document.sentences]
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize("case", read_borders(), ids=lambda case: case.text[:50])
def test_sentences_end_where_they_end(tokenizer: StanzaParser, case: Case, request: pytest.FixtureRequest) -> None:
    if case.is_missed:
        request.applymarker(pytest.mark.xfail(strict=True, reason="a known miss of the bundled model"))
    assert list(map(atoms.visible, sentences(tokenizer, case.text))) == list(map(atoms.visible, case.sentences))


def test_words_of_contractions_and_marks(tokenizer: StanzaParser) -> None:
    (batch,) = batches(["“He didn’t say Pell’s aides can't,” she said…"], tokenizer.tokenize)
    words = [w for s in batch.document.sentences for w in texts_of_words(batch.document, s)]
    assert words == ["“", "He", "did", "n’t", "say", "Pell", "’s", "aides", "ca", "n't", ",", "”", "she", "said", "…"]


def test_a_single_line_break_is_a_space(tokenizer: StanzaParser) -> None:
    document = tokenizer.tokenize("The vote\nwas close. It\nwas late.\n\nNobody left")
    assert [s.text.split()[0] for s in document.sentences] == ["The", "It", "Nobody"]
