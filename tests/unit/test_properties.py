"""Properties that hold for any text and any trees."""

import random

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from support.invariants import broken
from support.toy import NEWS, WORDS, TaggedToyParser, ToyParser

from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor
from sayso_server.core.statement import CueClass, Options, Statement, WarningCode

EXTRACTOR = Extractor(ToyParser(), Model("toy", "0", ""))
TAGGED = Extractor(TaggedToyParser(), Model("tagged toy", "0", ""))
OPEN = {WarningCode.UNCLOSED_QUOTATION_MARK, WarningCode.SURPLUS_QUOTATION_MARK}
EVERYTHING = Options(cue_classes=frozenset(CueClass))


def test_the_toy_makes_statements() -> None:
    line = "Mara Olin said that plan {} failed , adding that it may . “ No , ” she told reporters ."
    text = "\n\n".join(line.format(i) for i in range(9))
    assert len(EXTRACTOR.extract(text, EVERYTHING).statements) >= 9


def test_the_tagged_toy_makes_statements_that_no_rule_makes() -> None:
    rng = random.Random(1)
    texts = [" ".join(rng.choices(WORDS.split(), k=60)) for _ in range(30)]
    assert "linked" in {s.rule for text in texts for s in TAGGED.extract(text, EVERYTHING).statements}


@settings(max_examples=500, deadline=None)
@given(st.one_of(NEWS, st.text(max_size=200)), st.sampled_from([EXTRACTOR, TAGGED]))
def test_every_result_keeps_its_promises(text: str, extractor: Extractor) -> None:
    result = extractor.extract(text, EVERYTHING)
    assert broken(result) == []
    assert all(span.end <= len(text) for s in result.statements for span in (*s.addressees, *s.medium, *s.time))


@settings(max_examples=200, deadline=None)
@given(NEWS, NEWS, st.sampled_from([EXTRACTOR, TAGGED]))
@example("urged , to said ' ,", "said said said", TAGGED)  # whether the tagger read it is asked of the document
@example("that urged told", "said", TAGGED)
@example("", ". . not said", TAGGED)  # links to a cue of marks alone, from marks alone
def test_a_paragraph_more_changes_no_statement_before_it(text: str, added: str, extractor: Extractor) -> None:
    """Except for speakers, an unclosed quotation, and a colon, which introduces a statement or labels a turn."""
    before = extractor.extract(text, EVERYTHING)
    assume(":" not in text and not {w.code for w in before.warnings} & OPEN)
    after = extractor.extract(f"{text}\n\n{added}", EVERYTHING)
    kept = [s for s in after.statements if s.content[0].start < len(text)]
    assert list(map(_found, kept)) == list(map(_found, before.statements))


def _found(statement: Statement) -> tuple[object, ...]:
    """The fields of a statement before speakers are resolved."""
    s = statement
    return s.content, s.cue, s.source, s.addressees, s.rule, s.kind, s.polarity, s.confidence, s.parent_id, s.evidence


def test_empty_text_gives_a_warning() -> None:
    for text in ("", " \n\u00a0\n"):
        extraction = EXTRACTOR.extract(text)
        assert extraction.statements == ()
        assert [w.code for w in extraction.warnings] == [WarningCode.EMPTY_TEXT]


def test_other_languages_give_a_warning() -> None:
    text = "Der Bürgermeister sagte am Montag, dass die alte Brücke über den Fluss wegen Bauarbeiten gesperrt bleibt."
    assert [w.code for w in EXTRACTOR.extract(text).warnings] == [WarningCode.TEXT_NOT_ENGLISH]
