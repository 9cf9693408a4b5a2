"""The bundled models, loaded by Stanza, on text written for these tests."""

import pytest

from sayso_server.core.coreference import Place
from sayso_server.core.pipeline import Extractor
from sayso_server.core.statement import Kind, SpeakerType
from sayso_server.core.tree import Tree
from sayso_server.parsing import lemmatizing, tokens
from sayso_server.parsing.load import BUNDLED, load_engine
from sayso_server.parsing.stanza_parser import StanzaParser, from_folder, to_tree
from sayso_server.parsing.tokens import LONGEST_SENTENCE

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

ARTICLE = (
    "The port of Anselm will stay closed for a week, Mayor Ada Pell said on Friday.\n\n"
    "“We lost two cranes,” Pell told reporters. “Nobody was hurt.” She said that crews were at work.\n\n"
    "The storm was the worst in ten years, according to the Harbor Office."
)


@pytest.fixture(scope="module")
def engine() -> Extractor:
    return load_engine()


@pytest.fixture(scope="module")
def parser() -> StanzaParser:
    return from_folder(BUNDLED)


def test_an_article(engine: Extractor) -> None:
    extraction = engine.extract(ARTICLE)
    names = {s.speaker_id: s.display_name for s in extraction.speakers}
    found = [(names.get(s.speaker_id or ""), s.kind, [c.of(ARTICLE) for c in s.content]) for s in extraction.statements]
    assert found == [
        ("Ada Pell", Kind.INDIRECT, ["The port of Anselm will stay closed for a week"]),
        ("Ada Pell", Kind.DIRECT, ["“We lost two cranes,”", "“Nobody was hurt.”"]),
        ("Ada Pell", Kind.INDIRECT, ["that crews were at work"]),
        ("Harbor Office", Kind.INDIRECT, ["The storm was the worst in ten years"]),
    ]
    assert [s.type for s in extraction.speakers] == [SpeakerType.PERSON, SpeakerType.ORGANIZATION]


def test_one_pass_of_the_encoder_serves_all_heads(parser: StanzaParser) -> None:
    assert parser.reader is not None
    encoder = parser.reader.encoder
    pieces = encoder.computed
    trees = [tree for own in parser.parse(ARTICLE.split("\n\n")) for tree in own]
    words = sum(len(encoder.pieces(word.text)) for tree in trees for word in tree.words)
    assert encoder.computed - pieces == words + len(trees) + 3  # a separator per sentence, a beginning per paragraph


def test_one_pass_gives_what_separate_passes_give(parser: StanzaParser) -> None:
    assert parser.reader is not None
    together = parser.annotate(parser.tokenize(ARTICLE))
    separate = parser.tokenize(ARTICLE)
    for processor in ("pos", "lemma", "depparse", "names", "roles"):
        parser.pipeline.process(separate, processors=[processor])
        parser.reader.forget()
    assert separate.to_dict() == together.to_dict()
    assert [s.roles for s in separate.sentences] == [s.roles for s in together.sentences]


def test_light_documents_and_those_of_stanza_give_the_same_trees(parser: StanzaParser) -> None:
    """The server uses light documents; training and evaluation use Stanza's."""
    paragraphs = [
        *ARTICLE.split("\n\n"),
        "Pell’s office didn't say if “it” couldn't re-open \u2026 or won't. Spc. Olin :: gov\u00adernment ferry",
        "Ferry times: Monday 7 a.m. Tuesday 8 a.m. \u201cNo ferry on Sunday\u201d \u2013 Harbour office.",
        "z" * 1001 + " cannot be",
    ]
    (batch,) = tokens.batches(paragraphs, parser.tokenize)
    document = parser.annotate(batch.document)
    expected: list[list[Tree]] = [[] for _ in paragraphs]
    for sentence in document.sentences:
        paragraph, shift = batch.place(sentence)
        expected[paragraph].append(to_tree(document, sentence, shift))
    assert tokens.doubts(batch.document)
    assert any(len(token.words) > 1 for sentence in document.sentences for token in sentence.tokens)
    assert parser.parse(paragraphs) == expected


def test_names_and_roles(parser: StanzaParser) -> None:
    ((tree,),) = parser.parse(["Mayor Ada Pell told reporters in London that NATO was wrong."])
    names = {(" ".join(w.text for w in tree.words[n.first : n.end]), n.type) for n in tree.names}
    assert names >= {("Ada Pell", "PER"), ("London", "LOC"), ("NATO", "ORG")}
    likely = {
        role: [w.text for w, own in zip(tree.words, tree.roles, strict=True) if getattr(own, role) > 0.5]
        for role in ("source", "content")
    }
    assert likely == {"source": ["Mayor", "Ada", "Pell"], "content": ["that", "NATO", "was", "wrong"]}


def test_links_and_coreference(parser: StanzaParser) -> None:
    (first,), (second,) = parser.parse(["Mayor Ada Pell told reporters that NATO was wrong.", "She left London."])
    told = first.words[3].start
    assert [first.words[cue.word].text for cue in first.cues if cue.likely > 0.5] == ["told"]
    linked = {
        kind: [first.words[link.word].text for link in first.links if link.cue == told and getattr(link, kind) > 0.5]
        for kind in ("share", "scope", "source")
    }
    content = ["that", "NATO", "was", "wrong"]
    assert linked == {"share": content, "scope": content, "source": ["Mayor", "Ada", "Pell"]}
    assert parser.coreference is not None
    places = [Place(number, tree, own.word) for number, tree in enumerate((first, second)) for own in tree.mentions]
    words = [place.tree.words[place.word].text for place in places]
    she = parser.coreference.scores(places)[words.index("She")]
    assert words[max(range(len(she.antecedents)), key=she.antecedents.__getitem__)] in {"Mayor", "Ada", "Pell"}


def test_paragraphs_do_not_depend_on_each_other(parser: StanzaParser) -> None:
    paragraphs = [*ARTICLE.split("\n\n"), "", "Short."]
    together = parser.parse(paragraphs)
    assert together == [parser.parse([p])[0] for p in paragraphs]


def test_offsets_are_those_of_the_text(parser: StanzaParser) -> None:
    text = "Pell’s office didn't  say\nif “it” — the U.S. port — re-opens…"
    for tree in parser.parse([text])[0]:
        for word in tree.words:
            assert text[word.start : word.end] == word.text


def test_sentences_without_end_are_read_in_parts(parser: StanzaParser) -> None:
    trees = parser.parse(["word and " * 1500])[0]
    assert sum(len(t.words) for t in trees) == 3000
    assert max(len(t.words) for t in trees) <= LONGEST_SENTENCE


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x01",
        "\ud800 lone",
        "🙂" * 600,
        "a" * 5000,
        "“" * 300,
        "\u202e\u200b\ufeff",
        "٣ ش 漢字 said 𝒳",
        "- - -\n* *",
    ],
)
def test_odd_text_does_not_fail(engine: Extractor, text: str) -> None:
    extraction = engine.extract(text)
    assert extraction.text == text


def test_lemmas_are_those_of_stanzas_own_lemmatizer_and_not_all_are_remembered(
    parser: StanzaParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "The flangers replumbed two snorkwells, and the snorkwells were replumbed again.\n\n"
        "“UNGLUMMED Flangers 12:47,” Quillon Brastow-Venn tweeted at pier@anselm.example, GLUMPIER than Vennish."
    )
    own = parser.pipeline.processors["lemma"]._variant._lemmatizer
    document = parser.annotate(parser.tokenize(f"{ARTICLE}\n\n{text}"))
    again = parser.annotate(parser.tokenize(f"{ARTICLE}\n\n{text}"))
    stanzas = own._stanza.process(again).get("lemma")
    assert document.get("lemma") == stanzas
    assert "flanger" in stanzas  # not in the dictionary: the network was asked
    assert own._copied([("flangers", "NOUN"), ("Brastow", "PROPN")]) == {("Brastow", "PROPN"): "Brastow"}
    monkeypatch.setattr(lemmatizing, "MEMORY", 1)
    parser.annotate(parser.tokenize("Ships left."))
    assert len(own._known) == 3
