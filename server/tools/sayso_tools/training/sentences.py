"""Trains the head for sentence ends, on treebank paragraphs and the states of the finished encoder.

Each paragraph is read with separators after only some of its sentences, as if the tokenizer were certain of only these
ends. The head learns the others, and as many places that are not ends.
"""

import argparse
import logging
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor

from sayso_server.parsing import tokens
from sayso_server.parsing.encoder import Encoder, load_encoder
from sayso_server.parsing.sentences import Ends
from sayso_server.parsing.stanza_parser import TOKENIZING, StanzaParser, from_folder
from sayso_tools.formats.conllu import label
from sayso_tools.training.material import (
    AS_WRITTEN,
    LATE_AS_WRITTEN,
    LATE_RETYPED,
    RETYPED,
    Labelled,
    Material,
    rewritten,
)
from sayso_tools.training.phrases import Source

log = logging.getLogger(__name__)

SEPARATED = (0.0, 0.3, 0.7, 0.9, 0.97)
"""The possible shares of a paragraph's ends with a separator; drawn for each paragraph."""

OTHERS = 0.04
"""The share of examples among places where the tokenizer sees no end."""

RATE, DECAY, BATCH = 1e-3, 0.01, 256
DRAWS = ((1.0, 0.0), (LATE_AS_WRITTEN, LATE_RETYPED), *2 * ((AS_WRITTEN, RETYPED),))
"""One entry per pass over the paragraphs: the share of unchanged paragraphs, and with different punctuation."""


class Place(NamedTuple):
    """A word; whether a sentence ends after it, and whether the tokenizer predicts an end or is uncertain."""

    text: str
    is_end: bool
    is_likely: bool


class Examples(NamedTuple):
    """The states of the words on both sides of places, (places, layers, width), and whether a sentence ends there."""

    before: Tensor
    behind: Tensor
    is_end: Tensor


def places(parser: StanzaParser, text: str, labels: str) -> list[Place]:
    """The words of a paragraph, as split by the tokenizer."""
    document = parser.tokenize(text)
    likely = tokens.doubts(document).keys() | {sentence.tokens[-1].end_char for sentence in document.sentences}
    out: list[Place] = []
    for sentence in document.sentences:
        texts = iter(tokens.texts_of_words(document, sentence))
        for token in sentence.tokens:
            out += [Place(next(texts), is_end=False, is_likely=False) for _ in token.words]
            is_end = labels[token.end_char - 1] in "24"
            out[-1] = out[-1]._replace(is_end=is_end, is_likely=token.end_char in likely)
    return out


def examples(words: Sequence[Place], encoder: Encoder, rng: random.Random) -> Examples:
    """The examples of a paragraph: ends without a separator, and a few of the clear non-ends."""
    share = rng.choice(SEPARATED)
    units: list[list[str]] = [[]]
    asked = []
    for i, place in enumerate(words[:-1]):
        units[-1].append(place.text)
        if place.is_end and rng.random() < share:
            units.append([])
        elif place.is_end or place.is_likely or rng.random() < OTHERS:
            asked.append(i)
    units[-1].append(words[-1].text)
    states = encoder([units]).half().transpose(0, 1)
    at = torch.tensor(asked, dtype=torch.long)
    return Examples(states[at], states[at + 1], torch.tensor([float(words[i].is_end) for i in asked]))


def paragraphs(material: Material, seed: int) -> Iterator[Labelled]:
    """All paragraphs: first unchanged, then increasingly rewritten."""
    for number, shares in enumerate(DRAWS):
        source = Source(random.Random(f"{seed} {number}"), material.names)
        yield from (label(rewritten(paragraph, source, *shares)) for paragraph in material.paragraphs)


def read(options: argparse.Namespace, material: Material) -> Examples:
    """The examples of all paragraphs, with the tokenizer and the encoder of the models folder."""
    parser, encoder = from_folder(options.output, TOKENIZING), load_encoder(options.output / "encoder")
    rng = random.Random(options.seed)
    with torch.inference_mode():
        cut = (places(parser, *own) for own in paragraphs(material, options.seed) if own[0])
        own = [examples(words, encoder, rng) for words in cut if len(words) > 1]
    return Examples(*(torch.cat(column).clone() for column in zip(*own, strict=True)))


def fit(head: Ends, given: Examples, rounds: int) -> None:
    """Train a head; the learning rate decays to zero."""
    optimizer = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=DECAY)
    count = len(given.is_end)
    steps = max(1, rounds * -(-count // BATCH))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    head.train()
    for done in range(rounds):
        losses = []
        for at in torch.split(torch.randperm(count), BATCH):
            before, behind = (side[at].float().transpose(0, 1) for side in given[:2])
            loss = F.binary_cross_entropy_with_logits(head(before, behind), given.is_end[at])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        log.info("sentences, round %d of %d: loss %.4f", done + 1, rounds, sum(losses) / len(losses))
    head.eval()


def train(options: argparse.Namespace) -> None:
    """The stage: writes `sentences.pt`."""
    torch.set_flush_denormal(True)
    torch.manual_seed(options.seed)
    given = read(options, Material.of(options.treebanks, "train", options.every))
    log.info("sentences: %d places, %d of them ends", len(given.is_end), int(given.is_end.sum()))
    head = Ends(given.before.size(2))
    fit(head, given, options.sentence_rounds)
    head.save(options.output / "sentences.pt")
