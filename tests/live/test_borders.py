"""Where sentences end, `borders.txt`, with the tokenizer and the head for its doubts."""

import pytest
from support.borders import Case, read_borders

from sayso_server.parsing import atoms
from sayso_server.parsing.load import BUNDLED
from sayso_server.parsing.stanza_parser import SENTENCES, TOKENIZING, StanzaParser, from_folder
from sayso_server.parsing.tokens import batches

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]


@pytest.fixture(scope="module")
def parser() -> StanzaParser:
    return from_folder(BUNDLED, (*TOKENIZING, *SENTENCES))


@pytest.mark.parametrize("case", read_borders(), ids=lambda case: case.text[:50])
def test_sentences_end_where_they_end(parser: StanzaParser, case: Case, request: pytest.FixtureRequest) -> None:
    if case.is_missed:
        request.applymarker(pytest.mark.xfail(strict=True, reason="a known miss of the trained model"))
    (batch,) = batches([case.text], parser.tokenize)
    spans = [(s.tokens[0].start_char, s.tokens[-1].end_char) for s in parser.annotate(batch.document).sentences]
    found = [case.text[start:end] for start, end in spans]
    assert list(map(atoms.visible, found)) == list(map(atoms.visible, case.sentences))
