"""Training text of the tokenizer: treebank paragraphs as raw text with one label per character."""

import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from sayso_server.parsing.conllu import Sentence, Token, label, paragraphs, surface
from sayso_server.training.data import retype_marks

PRONOUNS = ["she", "he", "they", "I", "the mayor", "the court", "officials", "Ms. Reed", "Mr. Lund"]
CUES = ["said", "asked", "told reporters", "added", "wrote", "replied", "warned"]
TAILS = ["adding that it was late", "according to the filing", "in a statement", "as she left"]
TIMES = ["on Jan. 3", "on Sept. 12", "at 5 p.m. Monday", "at 9 a.m.", "in the U.S. Senate", "on Friday"]
PAIRS = [("“", "”"), ("“", "”"), ('"', '"'), ("‘", "’")]


def tokens(words: str) -> Sentence:
    """Plain words as tokens, a space after each."""
    return [Token(w, (w,), True) for w in words.split()]


def speaker(names: Sequence[str], rng: random.Random) -> str:
    """Somebody who may have said it: a pronoun, a name, a name with initials or a title."""
    if rng.random() < 0.5:
        return rng.choice(PRONOUNS)
    name = rng.choice(names)
    first, middle = rng.choice("ABCDEHJKLMNPRST"), rng.choice("ABCDEHJKLMNPRST")
    return rng.choice(
        [name, f"{rng.choice(names)} {name}", f"{first}. {middle}. {name}", f"{first}. {name}", f"Dr. {name}"]
    )


def ending(names: Sequence[str], rng: random.Random) -> Sentence:
    """What follows a quotation up to the full stop: who said it, and sometimes when, or what else they did."""
    who, cue = speaker(names, rng), rng.choice(CUES)
    words = tokens(f"{cue} {who}" if rng.random() < 0.25 and " " not in cue else f"{who} {cue}")
    if rng.random() < 0.25:
        words += tokens(rng.choice(TIMES))
    if rng.random() < 0.15:
        words = [*tight(words), Token(",", (",",), True), *tokens(rng.choice(TAILS))]
    if words[-1].text.endswith("."):  # the point of a.m. also ends the sentence
        return words
    return [*tight(words), Token(".", (".",), True)]


def tight(sentence: Sentence) -> Sentence:
    """The sentence without a space behind it."""
    return [*sentence[:-1], Token(sentence[-1].text, sentence[-1].words, False)]


def quoted(sentence: Sentence, names: Sequence[str], rng: random.Random) -> Sentence | None:
    """The sentence as a quotation with its cue: “No!” she said. One sentence, whatever mark stands inside."""
    if (
        not 1 < len(sentence) <= 25
        or sentence[-1].text not in {".", "!", "?"}
        or any(t.text in {'"', "“", "”"} for t in sentence)
    ):
        return None
    opening, closing = rng.choice(PAIRS)
    mark = {".": rng.choice([",", ",", "."])}.get(sentence[-1].text, sentence[-1].text)
    head = [Token(opening, (opening,), False), *tight(sentence[:-1]), Token(mark, (mark,), False)]
    return [*head, Token(closing, (closing,), True), *ending(names, rng)]


def bare_quotation(sentence: Sentence, rng: random.Random) -> Sentence | None:
    """The sentence alone in quotation marks: “It was late.”"""
    if sentence[-1].text not in {".", "!", "?"} or any(t.text in {'"', "“", "”"} for t in sentence):
        return None
    opening, closing = rng.choice(PAIRS)
    return [Token(opening, (opening,), False), *tight(sentence), Token(closing, (closing,), True)]


def with_speech(paragraph: list[Sentence], names: Sequence[str], rng: random.Random) -> list[Sentence]:
    """The paragraph with some sentences put into somebody's mouth, as news has them."""
    out: list[Sentence] = []
    for sentence in paragraph:
        draw = rng.random()
        changed = quoted(sentence, names, rng) if draw < 0.5 else bare_quotation(sentence, rng) if draw < 0.7 else None
        out.append(changed or sentence)
    return out


def surnames(files: Iterable[Path]) -> list[str]:
    """Proper nouns of the treebanks, in alphabetic order."""
    rows = (row for file in files for paragraph in paragraphs(file) for rows in paragraph for row in rows)
    return sorted({row[1] for row in rows if row[3] == "PROPN" and row[1].isalpha() and row[1].istitle()})


def write(files: Sequence[Path], text_path: Path, label_path: Path, *, rng: random.Random | None) -> None:
    """Write Stanza's tokenizer files. With `rng`, other typography and invented speech stand beside the original."""
    made = []
    names = surnames(files)
    for path in files:
        for rows in paragraphs(path):
            made.append([surface(r) for r in rows])
            if rng:
                made.append([surface(retype_marks(r, rng)) for r in rows])
                if rng.random() < 0.5:
                    made.append(with_speech([surface(r) for r in rows], names, rng))
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
