"""Where sentences end in news: quotations with their cue stay whole, abbreviations and initials do not end one."""

import pytest

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


@pytest.mark.parametrize(
    "parts",
    [
        ['"No." she said.', "He left."],
        ["“Stop!” he said.", "“Now.”"],
        ["“Will it open?” Pell asked.", "“Yes.”", "He left."],
        ["“No,” said Ms. J. K. Orr.", "She smiled."],
        ["The U.S. Senate voted at 9 a.m. Monday.", "It was close."],
        ["WASHINGTON (AP) — The vote was close.", "Sen. Ada Orr, D-Ohio, spoke."],
        ["• The bridge is closed.", "The ferry runs."],
        ["“We\u00a0lost two cranes,” Pell\u00a0said.", "“Nobody was hurt.”"],
        ["‘No!’ he said.", "‘It’s Harlow’s.’"],
        ["He said: “It works.”", "Then he left."],
        ["“Why now?”", "“Because.”", "He left."],
        ["«Non,» he said.", "«Jamais.»"],
        ["``We lost,'' he said.", "``Badly.''"],
        ["He met Mr. Lund at 5 p.m. on Jan. 3.", "They spoke."],
        ["The No. 2 official, Gen. A. B. Cole, left.", "“Really?”"],
        ["Prices rose 3.5 percent to $4.20.", "Then they fell."],
    ],
)
def test_sentences_end_where_they_end(tokenizer: StanzaParser, parts: list[str]) -> None:
    assert sentences(tokenizer, " ".join(parts)) == parts


def test_words_of_contractions_and_marks(tokenizer: StanzaParser) -> None:
    (batch,) = batches(["“He didn’t say Pell’s aides can't,” she said…"], tokenizer.tokenize)
    words = [w for s in batch.document.sentences for w in texts_of_words(batch.document, s)]
    assert words == ["“", "He", "did", "n’t", "say", "Pell", "’s", "aides", "ca", "n't", ",", "”", "she", "said", "…"]
