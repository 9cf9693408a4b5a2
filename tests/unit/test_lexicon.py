"""The word lists are whole, and damage is named."""

import pytest

from sayso_server.core import lexicon
from sayso_server.core.lexicon import Frame, LexiconError, load_words, parse_cues
from sayso_server.core.statement import CueClass


def test_cues_have_their_frames() -> None:
    say, urge, claim = lexicon.verb("say"), lexicon.verb("urge"), lexicon.noun("claim")
    assert say is not None
    assert say.frames[Frame.CLAUSE] is CueClass.SAY
    assert urge is not None
    assert urge.frames[Frame.INFINITIVE] is CueClass.ORDER
    assert claim is not None
    assert claim.frames[Frame.NOUN] is CueClass.SAY
    assert claim.prepositions == {"of"}
    assert lexicon.verb("walk") is None
    assert lexicon.phrase("point", "out") is not None


def test_a_misread_lemma_is_repaired() -> None:
    found = {lemma: lexicon.verb(lemma) for lemma in ("reiterat", "begge", "denie", "quipp")}
    assert {lemma: entry.lemma for lemma, entry in found.items() if entry} == {
        "reiterat": "reiterate",
        "begge": "beg",
        "denie": "deny",
        "quipp": "quip",
    }


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"shout": {"clause": "yell"}}, "'shout' is not a class"),
        ({"say": {"clauses": "yell"}}, "'clauses' in 'say' is not a frame"),
        ({"say": {"clause": "yell shout yell"}}, "say.clause: 'yell' stands twice"),
    ],
)
def test_damage_is_named(data: dict[str, object], message: str) -> None:
    with pytest.raises(LexiconError, match=message):
        parse_cues(data)


def test_an_unknown_word_list_is_named() -> None:
    with pytest.raises(LexiconError, match="'colours'"):
        load_words("colours")
