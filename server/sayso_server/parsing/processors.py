"""Stanza processors on the shared encoder: variants of `pos` and `depparse`, and our own processors.

The variant of `tokenize` comes before the encoder; see `sayso_server.parsing.tokenizer`.

They share a `Reader`, which runs the encoder once per document. Our own processors are `sentences`, `names`, `roles`,
`links` and `coreference`; `names` replaces Stanza's `ner`, which cannot have variants. The variant of `lemma` is
Stanza's own lemmatizer with a cache.
"""

import itertools
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from stanza.models.common import doc
from stanza.pipeline.lemma_processor import LemmaProcessor
from stanza.pipeline.processor import Processor, ProcessorVariant, register_processor, register_processor_variant
from torch import Tensor

from sayso_server.core.tree import MentionVector
from sayso_server.parsing import document as light
from sayso_server.parsing import sentences, tokenizer, tokens
from sayso_server.parsing.coreference import Antecedents, name_around, packed
from sayso_server.parsing.dependencies import Parser
from sayso_server.parsing.document import Expand
from sayso_server.parsing.encoder import Encoder
from sayso_server.parsing.heads import Tagger
from sayso_server.parsing.lemmatizing import Lemmatizer
from sayso_server.parsing.linking import Linker, linked
from sayso_server.parsing.sentences import Ends
from sayso_server.parsing.spans import SpanTagger
from sayso_server.parsing.tokenizer import Network, Tokenizer
from sayso_server.parsing.tokens import spans_of_words, texts_of_words

VARIANT = "sayso"


class Reader:
    """Reads documents, and keeps the states of the last one. Heads are on the device of its encoder."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._document: Any = None
        self._states: Tensor | None = None

    def states(self, document: Any) -> Tensor:
        """The states of all words, (layers, words, width)."""
        if document is not self._document or self._states is None:
            words = [[texts_of_words(document, s) for s in paragraph] for paragraph in paragraphs(document)]
            self._document, self._states = document, self.encoder(words)
        return self._states

    def keep(self, document: Any, states: Tensor) -> None:
        """Keep states that were computed elsewhere."""
        self._document, self._states = document, states

    def placed(self, head: Any) -> Any:
        """The head, on the encoder's device and in the data type of the states."""
        return head.to(self.encoder.device, self.encoder.dtype)

    def forget(self) -> None:
        """Drop document and states."""
        self._document = self._states = None


def paragraphs(document: Any) -> Iterator[list[Any]]:
    """The sentences of each paragraph: a blank line precedes it in the text, or CoNLL-U's comment says so."""
    paragraph: list[Any] = []
    for sentence in document.sentences:
        if paragraph and _begins_paragraph(document, paragraph[-1], sentence):
            yield paragraph
            paragraph = []
        paragraph.append(sentence)
    if paragraph:
        yield paragraph


def _begins_paragraph(document: Any, before: Any, sentence: Any) -> bool:
    if document.text is None:
        return any(str(comment).startswith(("# newpar", "# newdoc")) for comment in sentence.comments)
    gap: str = document.text[before.tokens[-1].end_char : sentence.tokens[0].start_char]
    return gap.count("\n") > 1


class _OnStates:
    """Base class of the processors: the reader and one head, from Stanza's configuration."""

    head_class: type[Any]

    def __init__(self, config: dict[str, Any]) -> None:
        self.reader: Reader = config["reader"]
        self.head: Any = self.reader.placed(self.head_class.load(config["model_path"]))


@register_processor_variant("tokenize", VARIANT)
class TokenizerVariant(ProcessorVariant):  # type: ignore[misc]
    """Tokens and sentences of a text, or of a document's text."""

    OVERRIDE = True

    def __init__(self, config: dict[str, Any]) -> None:
        self._tokenizer = Tokenizer(Network.load(config["model_path"]))

    def process(self, document: Any) -> Any:
        """A document of sentences of tokens; multi-word tokens are marked for `mwt`."""
        text = document.text if isinstance(document, doc.Document) else document
        return tokenizer.document(text, self._tokenizer.cut(text))

    def words(self, text: str, expand: Expand) -> light.Document:
        """A light document of a text."""
        return tokenizer.document_of_words(text, self._tokenizer.cut(text), expand)


@register_processor_variant("pos", VARIANT)
class TaggerVariant(_OnStates, ProcessorVariant):  # type: ignore[misc]
    """Universal and treebank tags, and features."""

    OVERRIDE = True
    head_class = Tagger

    @torch.inference_mode()
    def process(self, document: Any) -> Any:
        """Set the tags of all words."""
        if document.num_words:
            tags = self.head.predict(self.reader.states(document))
            document.set(doc.UPOS, tags["upos"])
            document.set(doc.XPOS, tags["xpos"])
            document.set(doc.FEATS, [None if feats == "_" else feats for feats in tags["feats"]])
        return document


@register_processor_variant("depparse", VARIANT)
class ParserVariant(_OnStates, ProcessorVariant):  # type: ignore[misc]
    """Heads and relations."""

    OVERRIDE = True
    head_class = Parser

    @torch.inference_mode()
    def process(self, document: Any) -> Any:
        """Set the trees of all sentences."""
        if document.num_words:
            lengths = [len(sentence.words) for sentence in document.sentences]
            trees = self.head.predict(self.reader.states(document), lengths)
            document.set([doc.HEAD, doc.DEPREL], [arc for tree in trees for arc in tree])
            if isinstance(document, doc.Document):
                for sentence in document.sentences:
                    sentence.build_dependencies()
        return document


@register_processor_variant("lemma", VARIANT)
class LemmaVariant(ProcessorVariant):  # type: ignore[misc]
    """Lemmas; see `parsing.lemmatizing`. Stanza has a cache too (`store_results`), but without a limit."""

    OVERRIDE = True

    def __init__(self, config: dict[str, Any]) -> None:
        own = {**config, f"with_{VARIANT}": False, "check_requirements": False}
        foundation = SimpleNamespace(foundation_cache=None)  # all it needs of a pipeline
        self._lemmatizer = Lemmatizer(LemmaProcessor(own, foundation, "cpu"))

    def process(self, document: Any) -> Any:
        """Set the lemmas of all words."""
        words = [(word.text, word.upos) for sentence in document.sentences for word in sentence.words]
        document.set(doc.LEMMA, self._lemmatizer(words))
        return document


class _OwnProcessor(Processor):  # type: ignore[misc]
    """A processor that Stanza does not have."""

    REQUIRES_DEFAULT = frozenset({"tokenize"})
    head_class: type[Any] = SpanTagger

    def __init__(self, config: dict[str, Any], pipeline: Any, device: Any) -> None:
        super().__init__(config, pipeline, device)
        self.reader: Reader = config["reader"]
        self.head = self.reader.placed(self.head_class.load(config["model_path"]))


@register_processor("sentences")
class SentencesProcessor(_OwnProcessor):
    """Decides the uncertain sentence ends of the tokenizer; see `parsing.sentences`."""

    PROVIDES_DEFAULT = frozenset({"sentences"})
    head_class = Ends

    @torch.inference_mode()
    def process(self, document: Any) -> Any:
        """The document, or one with the same words in other sentences. Keeps the states of its words."""
        margins = tokens.doubts(document)
        if not margins:
            return document
        read = [sentences.units(document, paragraph, margins) for paragraph in paragraphs(document)]
        states = self.reader.encoder([own.words for own in read])
        chosen = sentences.decide(self.head, states, read)
        were = {sentence.tokens[-1].end_char for sentence in document.sentences}
        ends = (were - margins.keys()).union(*chosen)
        made = tokens.recut(document, ends) if ends != were else document
        self.reader.keep(made, self._read_again(made, states, chosen))
        return made

    def _read_again(self, document: Any, states: Tensor, chosen: Sequence[set[int]]) -> Tensor:
        """The states; paragraphs with new sentence ends are read again with these ends."""
        read = list(paragraphs(document))
        parts = torch.split(states, [sum(len(s.words) for s in paragraph) for paragraph in read], 1)
        changed = [i for i, ends in enumerate(chosen) if ends]
        if changed:
            again = self.reader.encoder([[texts_of_words(document, s) for s in read[i]] for i in changed])
            sizes = [parts[i].size(1) for i in changed]
            for i, part in zip(changed, torch.split(again, sizes, 1), strict=True):
                parts[i].copy_(part)
        return states


@register_processor("names")
class NamesProcessor(_OwnProcessor):
    """Names of people, organizations and places, in the fields of Stanza's `ner`. `group` selects the convention."""

    PROVIDES_DEFAULT = frozenset({"names"})
    group = 0

    @torch.inference_mode()
    def process(self, document: Any) -> Any:
        """Set the tag of every token (BIOES), and the document's entities."""
        tags = ["O"] * document.num_words
        if document.num_words:
            for start, end, label in self.head.predict_group(self.reader.states(document), self.group):
                tags[start:end] = [f"I-{label}"] * (end - start)
                tags[start], tags[end - 1] = f"B-{label}", f"E-{label}"
                if end - start == 1:
                    tags[start] = f"S-{label}"
        following = iter(tags)
        of_tokens = [_tag_of_token([next(following) for _ in token.words]) for token in _tokens(document)]
        document.set([doc.NER], of_tokens, to_token=True)
        document.build_ents()
        return document


def _tokens(document: Any) -> Iterator[Any]:
    return (token for sentence in document.sentences for token in sentence.tokens)


def _tag_of_token(tags: list[str]) -> str:
    """The tag of a multi-word token: that of the name's first word (Pell's), unless it continues in the next token."""
    return next((tag for tag in tags if tag != "O"), "O")


@register_processor("roles")
class RolesProcessor(_OwnProcessor):
    """The probabilities that each word is part of a source, cue or content, or the first word of a content."""

    PROVIDES_DEFAULT = frozenset({"roles"})

    @torch.inference_mode()
    def process(self, document: Any) -> Any:
        """Set `roles` of every sentence: one row of four probabilities per word."""
        if document.num_words:
            per_word = role_rows(self.head.probabilities(self.reader.states(document)))
            start = 0
            for sentence in document.sentences:
                sentence.roles = per_word[start : start + len(sentence.words)]
                start += len(sentence.words)
        return document


def role_rows(probabilities: Sequence[np.ndarray]) -> list[list[float]]:
    """The four values of `core.tree.Roles` for every word, from the classes of source, cue and content."""
    source, cue, content = probabilities
    columns = [1 - source[:, 0], 1 - cue[:, 0], 1 - content[:, 0], content[:, 1]]
    rows: list[list[float]] = np.stack(columns, 1).astype(float).round(3).tolist()
    return rows


@register_processor("links")
class LinksProcessor(_OwnProcessor):
    """Likely main words of cues, and the words that belong to them; offsets are those of the document."""

    PROVIDES_DEFAULT = frozenset({"links"})
    head_class = Linker

    @torch.inference_mode()
    def process(self, document: Any) -> Any:
        """Set `cues` and `links` of every sentence; see `core.tree.Tree`."""
        if document.num_words:
            lengths = [[len(sentence.words) for sentence in paragraph] for paragraph in paragraphs(document)]
            offsets = [start for sentence in document.sentences for _, _, start, _ in spans_of_words(sentence)]
            found = linked(self.head, self.reader.states(document), lengths, offsets)
            for sentence, own in zip(document.sentences, found, strict=True):
                sentence.cues, sentence.links = own
        return document


MENTIONS = frozenset({"NOUN", "PROPN", "PRON"})
"""Tags of the main words of mentions, and of determiners used alone: this, some."""

PARTS = frozenset({"compound", "flat", "fixed", "goeswith", "det"})
"""Relations of words that are parts of a mention."""


@register_processor("coreference")
class CoreferenceProcessor(_OwnProcessor):
    """A vector of every noun, pronoun and name."""

    PROVIDES_DEFAULT = frozenset({"coreference"})
    head_class = Antecedents

    @torch.inference_mode()
    def process(self, document: Any) -> Any:
        """Set `mentions` of every sentence; see `core.tree.MentionVector`."""
        if not document.num_words:
            return document
        found = [mentions(sentence) for sentence in document.sentences]
        starts = itertools.accumulate((len(sentence.words) for sentence in document.sentences), initial=0)
        spans = [(a + start, b + start) for start, own in zip(starts, found, strict=False) for _, a, b in own]
        vectors = iter(packed(self.head.vectors(self.reader.states(document), spans)))
        for sentence, own in zip(document.sentences, found, strict=True):
            sentence.mentions = [MentionVector(*place, next(vectors)) for place in own]
        return document


def mentions(sentence: Any) -> list[tuple[int, int, int]]:
    """The nouns, pronouns and names of a Stanza sentence: (main word, first word, end), counted from 0."""
    heads = [int(w.head) - 1 for w in sentence.words]
    names = [(e.words[0].id - 1, e.words[-1].id) for e in sentence.ents]
    return mentioned([w.upos for w in sentence.words], heads, [w.deprel or "" for w in sentence.words], names)


def mentioned(
    tags: Sequence[str], heads: Sequence[int], relations: Sequence[str], names: Sequence[tuple[int, int]] = ()
) -> list[tuple[int, int, int]]:
    """The nouns, pronouns and names among words: (main word, first word, end). `names`: words [first, end) tagged."""
    out = []
    for i, (tag, relation) in enumerate(zip(tags, relations, strict=True)):
        if (tag in MENTIONS or tag == "DET") and relation.partition(":")[0] not in PARTS:
            around = (i, i + 1) if tag != "PROPN" else name_around(i, tags, heads)
            out.append((i, *next(((a, b) for a, b in names if a <= i < b and tag != "PRON"), around)))
    return out
