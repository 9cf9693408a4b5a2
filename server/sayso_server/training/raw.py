"""Training text of the tokenizer: treebank paragraphs as raw text with one label per character.

Labels are Stanza's: 0 inside a token or between tokens, 1 last character of a token, 2 also of a sentence, 3 of a
multi-word token, 4 of a multi-word token and a sentence.
"""

import json
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sayso_server.training.data import Rows, read_sentences, retype_marks, simplify_relations

PRONOUNS_AND_CUES = [f"{who} {cue}" for who in ("she", "he", "they", "Smith", "the mayor") for cue in ("said", "asked")]
INVERTED = ["said Smith", "asked the minister", "said Ms. Reed", "wrote the court"]
PAIRS = [("“", "”"), ("“", "”"), ('"', '"'), ("‘", "’")]


@dataclass(frozen=True)
class Token:
    """A surface token: its text, how many words it holds, whether a space follows."""

    text: str
    words: tuple[str, ...]
    space: bool


Sentence = list[Token]


def surface(rows: Rows) -> Sentence:
    """The tokens of a sentence, multi-word tokens whole."""
    out: Sentence = []
    inside = 0
    for row in rows:
        start, _, end = row[0].partition("-")
        space = "SpaceAfter=No" not in row[9]
        if end:
            forms = {r[0]: r[1] for r in rows}
            out.append(Token(row[1], tuple(forms[str(i)] for i in range(int(start), int(end) + 1)), space))
            inside = int(end)
        elif int(start) > inside:
            out.append(Token(row[1], (row[1],), space))
    return out


def paragraphs(path: Path) -> list[list[Rows]]:
    """The sentences of a CoNLL-U file, by paragraph."""
    out: list[list[Rows]] = []
    for comments, rows in read_sentences(path):
        if not out or any(c.startswith(("# newpar", "# newdoc")) for c in comments):
            out.append([])
        out[-1].append(simplify_relations(rows))
    return out


def label(paragraph: Iterable[Sentence]) -> tuple[str, str]:
    """A paragraph as (text, labels), of equal length."""
    text, labels = "", ""
    for sentence in paragraph:
        for i, token in enumerate(sentence):
            last = i == len(sentence) - 1
            mark = str(1 + last + 2 * (len(token.words) > 1))
            text += token.text + (" " if token.space or last else "")
            labels += "0" * (len(token.text) - 1) + mark + ("0" if token.space or last else "")
    return text.rstrip(), labels[: len(text.rstrip())]


def tokens(words: str) -> Sentence:
    """Plain words as tokens, a space after each."""
    return [Token(w, (w,), True) for w in words.split()]


def quoted(sentence: Sentence, rng: random.Random) -> Sentence | None:
    """The sentence as a quotation with its cue: “No!” she said. One sentence, whatever mark stands inside."""
    if (
        len(sentence) > 25
        or sentence[-1].text not in {".", "!", "?"}
        or any(t.text in {'"', "“", "”"} for t in sentence)
    ):
        return None
    opening, closing = rng.choice(PAIRS)
    mark = {".": ","}.get(sentence[-1].text, sentence[-1].text)
    cue = tokens(rng.choice(PRONOUNS_AND_CUES + INVERTED))
    stop = "," if rng.random() < 0.15 else "."
    rest = (
        tokens(rng.choice(["adding that it was late", "according to the filing", "in a statement"]))
        if stop == ","
        else []
    )
    body = [*sentence[:-2], Token(sentence[-2].text, sentence[-2].words, False)] if len(sentence) > 1 else []
    head = [Token(opening, (opening,), False), *body, Token(mark, (mark,), False), Token(closing, (closing,), True)]
    ending = [*cue[:-1], Token(cue[-1].text, cue[-1].words, False)]
    if rest:
        ending += [Token(",", (",",), True), *rest[:-1], Token(rest[-1].text, rest[-1].words, False)]
    return [*head, *ending, Token(".", (".",), True)]


def bare_quotation(sentence: Sentence, rng: random.Random) -> Sentence | None:
    """The sentence alone in quotation marks: “It was late.”"""
    if sentence[-1].text not in {".", "!", "?"} or any(t.text in {'"', "“", "”"} for t in sentence):
        return None
    opening, closing = rng.choice(PAIRS)
    final = Token(sentence[-1].text, sentence[-1].words, False)
    return [Token(opening, (opening,), False), *sentence[:-1], final, Token(closing, (closing,), True)]


def with_speech(paragraph: list[Sentence], rng: random.Random) -> list[Sentence]:
    """The paragraph with some sentences put into somebody's mouth, as news has them."""
    out: list[Sentence] = []
    for sentence in paragraph:
        draw = rng.random()
        changed = quoted(sentence, rng) if draw < 0.5 else bare_quotation(sentence, rng) if draw < 0.7 else None
        out.append(changed or sentence)
    return out


def write(files: Iterable[Path], text_path: Path, label_path: Path, *, rng: random.Random | None) -> None:
    """Write Stanza's tokenizer files. With `rng`, other typography and invented speech stand beside the original."""
    made = []
    for path in files:
        for rows in paragraphs(path):
            made.append([surface(r) for r in rows])
            if rng:
                made.append([surface(retype_marks(r, rng)) for r in rows])
                if rng.random() < 0.5:
                    made.append(with_speech([surface(r) for r in rows], rng))
    labelled = [label(p) for p in made]
    text_path.write_text("\n\n".join(text for text, _ in labelled) + "\n\n", encoding="utf-8")
    label_path.write_text("\n\n".join(labels for _, labels in labelled) + "\n\n", encoding="utf-8")


def write_expansions(files: Iterable[Path], path: Path) -> None:
    """Write the multi-word tokens with their words and counts, as Stanza's trainers read them."""
    counts = Counter(
        (token.text, tuple(w.lower() for w in token.words))
        for file in files
        for paragraph in paragraphs(file)
        for rows in paragraph
        for token in surface(rows)
        if len(token.words) > 1
    )
    path.write_text(json.dumps(list(counts.items())), encoding="utf-8")
