"""Where sentences end, `borders.txt`, with a tokenizer that the stage `tokenizer` has trained."""

import pytest
from support.borders import Case, read_borders

from sayso_server.parsing import atoms
from sayso_server.parsing.load import BUNDLED
from sayso_server.parsing.stanza_parser import TOKENIZING, StanzaParser, from_folder
from sayso_server.parsing.tokenizer import is_own_tokenizer
from sayso_server.parsing.tokens import batches

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

if not is_own_tokenizer(BUNDLED / "tokenize.pt"):
    pytest.skip("the bundled tokenizer is still Stanza's LSTM: train the stage `tokenizer`", allow_module_level=True)


@pytest.fixture(scope="module")
def tokenizer() -> StanzaParser:
    return from_folder(BUNDLED, TOKENIZING)


@pytest.mark.parametrize("case", read_borders(), ids=lambda case: case.text[:50])
def test_sentences_end_where_they_end(tokenizer: StanzaParser, case: Case, request: pytest.FixtureRequest) -> None:
    if case.is_missed:
        request.applymarker(pytest.mark.xfail(strict=True, reason="a known miss of the trained model"))
    (batch,) = batches([case.text], tokenizer.tokenize)
    spans = [(s.tokens[0].start_char, s.tokens[-1].end_char) for s in batch.document.sentences]
    found = [case.text[start:end] for start, end in spans]
    assert list(map(atoms.visible, found)) == list(map(atoms.visible, case.sentences))
