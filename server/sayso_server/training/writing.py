"""Kinds of writing that the treebanks hold too little of, made from their own sentences for the tokenizer to learn from.

Each kind is a function of one paragraph, a list of sentences of tokens, with a share of the paragraphs; `KINDS` has all
of them in the order in which they are applied. What a function cannot change it returns as it is.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sayso_server.parsing.conllu import Sentence, Token

Paragraph = list[Sentence]


def surnames(rows: Iterable[Sequence[str]]) -> list[str]:
    """Proper nouns of rows of a treebank, in alphabetic order."""
    return sorted({row[1] for row in rows if row[3] == "PROPN" and row[1].isalpha() and row[1].istitle()})


@dataclass(frozen=True)
class Source:
    """What is drawn from: a generator of random numbers, and surnames."""

    rng: random.Random
    names: Sequence[str]


class Kind(NamedTuple):
    """A kind of writing: how often it is made, and of what."""

    share: float
    make: Callable[[Paragraph, Source], Paragraph]


MARKS = frozenset('"“”«»‘’\'`')
STOPS = frozenset(".!?")
PAIRS = (("“", "”"),) * 5 + (('"', '"'),) * 3 + (("‘", "’"),) * 2 + (("'", "'"), ("«", "»"), ("``", "''"))
PRONOUNS = ("she", "he", "they", "it", "I", "we")
GROUPS = ("the mayor", "the court", "officials", "police", "the ministry", "a spokesman", "his lawyer", "one witness")
CUES = ("said", "said", "said", "asked", "told reporters", "added", "wrote", "replied", "warned", "says", "tweeted", "recalled")
TITLES = (
    "Mr.", "Mr.", "Ms.", "Mrs.", "Dr.", "Sen.", "Sen.", "Gov.", "Rep.", "Gen.", "Col.", "Lt.", "Sgt.", "Capt.", "Rev.", "Prof.",
    "Hon.", "Fr.", "Maj.", "Cpl.", "Adm.", "Cmdr.", "Supt.", "Det.", "Insp.", "Sens.", "Reps.", "Messrs.", "Lt. Gov.", "Lt. Col.",
    "Maj. Gen.", "Brig. Gen.", "Atty. Gen.", "Mt.", "St.", "Ft.", "Pres.", "Amb.", "Sec.", "Asst.",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Mon.", "Tues.", "Wed.", "Thurs.", "Fri.")
MONTHS = ("Jan.", "Feb.", "Mar.", "Apr.", "Aug.", "Sept.", "Sep.", "Oct.", "Nov.", "Dec.", "March", "May", "June")
HALVES = ("a.m.", "p.m.", "a.m.", "p.m.", "am", "pm", "AM", "PM", "A.M.", "P.M.")
ZONES = ("", "", "", "", "EST", "ET", "GMT", "local time")
STATES = (
    "Ala.", "Ariz.", "Ark.", "Calif.", "Colo.", "Conn.", "Del.", "Fla.", "Ga.", "Ill.", "Ind.", "Kan.", "Ky.", "La.", "Md.", "Mass.",
    "Mich.", "Minn.", "Miss.", "Mo.", "Mont.", "Neb.", "Nev.", "N.H.", "N.J.", "N.M.", "N.Y.", "N.C.", "N.D.", "Okla.", "Ore.", "Pa.",
    "R.I.", "S.C.", "S.D.", "Tenn.", "Tex.", "Vt.", "Va.", "Wash.", "W.Va.", "Wis.", "Wyo.", "D.C.", "B.C.", "Ont.", "Que.",
)  # fmt: skip
PLACES = ("U.S.", "U.S.", "U.S.", "U.K.", "U.N.", "E.U.", "D.C.", "L.A.", "N.Y.", "U.A.E.")
BODIES = ("Senate", "Congress", "House", "Army", "Embassy", "Supreme Court", "Security Council", "Department of State", "troops", "officials")
FIRMS = ("Inc.", "Corp.", "Co.", "Ltd.", "Bros.", "& Co.", "& Sons", "LLC", "PLC", "L.P.", "S.A.", "N.V.")
OTHERS = ("No. 2", "No. 10", "vs. Brazil", "v. Board", "etc.", "e.g. trains", "i.e. never", "St. Louis", "Mt. Vernon", "5th Ave.", "Elm St.",
    "approx. 40", "Fig. 3", "pp. 35", "Ph.D. students", "Vol. 2", "Art. 5", "Sec. 230", "ca. 1900", "Jr. High", "dept. heads")  # fmt: skip
SITES = ("www.{0}.com", "{0}.org", "https://www.{0}.gov/news/{1}.html", "http://{0}.co.uk/{1}?id=7", "www.{0}.net/{1}", "{0}.com", "https://t.co/{1}")
MAILS = ("{0}@{1}.com", "{0}.{1}@example.org", "press@{1}.gov", "{0}_{1}@mail.net")
AGENCIES = ("AP", "Reuters", "AFP", "UPI")
TURNS = ("Q", "A", "Q.", "A.", "REPORTER", "MODERATOR", "THE COURT", "MR. {0}", "SEN. {0}", "{0}", "Ms. {1}", "{1}")


def words(text: str) -> Sentence:
    """Tokens of a text cut at spaces; commas, colons, brackets and a stop after a full word are tokens of their own."""
    out: Sentence = []
    for chunk in text.split():
        opening = [mark for mark in chunk[: len(chunk) - len(chunk.lstrip("(["))]]
        core = chunk[len(opening) :]
        closing = core[len(core.rstrip(",:;)]")) :]
        core = core[: len(core) - len(closing)]
        parts = [*opening, *([core] if core else []), *closing]
        out += [Token(part, (part,), i == len(parts) - 1) for i, part in enumerate(parts)]
    return out


def mark(text: str, *, space: bool = False) -> Token:
    """A token that is one word."""
    return Token(text, (text,), space)


def tight(sentence: Sentence) -> Sentence:
    """The sentence without a space after it."""
    return [*sentence[:-1], replace(sentence[-1], space=False)] if sentence else []


def loose(sentence: Sentence) -> Sentence:
    """The sentence with a space after it."""
    return [*sentence[:-1], replace(sentence[-1], space=True)] if sentence else []


def closed(sentence: Sentence, stop: str = ".") -> Sentence:
    """The sentence with a full stop; the point of an abbreviation at its end is one already."""
    if sentence[-1].text.endswith(".") and stop == ".":
        return loose(sentence)
    return [*tight(sentence), mark(stop, space=True)]


def lowered(sentence: Sentence) -> Sentence:
    """The sentence with its first word in lower case, unless that is I or has more capitals."""
    first = sentence[0]
    if first.text[:1].isupper() and first.text[1:].islower():
        lower = first.text[0].lower() + first.text[1:]
        return [replace(first, text=lower, words=(lower,) if len(first.words) == 1 else first.words), *sentence[1:]]
    return sentence


def initial(rng: random.Random) -> str:
    """J."""
    return f"{rng.choice('ABCDEFGHJKLMNOPRSTVW')}."


def person(source: Source) -> str:
    """A name: with a title, with initials, or plain."""
    rng, last = source.rng, source.rng.choice(source.names)
    first = rng.choice(source.names)
    return rng.choice(
        (
            last, f"{first} {last}", f"{rng.choice(TITLES)} {last}", f"{rng.choice(TITLES)} {first} {last}",
            f"{rng.choice(TITLES)} {last}", f"{initial(rng)} {initial(rng)} {last}", f"{first} {initial(rng)} {last}",
            f"{rng.choice(TITLES)} {initial(rng)} {initial(rng)} {last}", f"{initial(rng)} {last}", f"{first} {last} Jr.",
        )
    )  # fmt: skip


def speaker(source: Source) -> str:
    """Somebody who may have said it."""
    draw = source.rng.random()
    if draw < 0.3:
        return source.rng.choice(PRONOUNS)
    return source.rng.choice(GROUPS) if draw < 0.5 else person(source)


def clock(rng: random.Random) -> str:
    """A time of day: 4 a.m., 10:30 p.m. EST."""
    hour = str(rng.randint(1, 12)) + (f":{rng.randint(0, 59):02}" if rng.random() < 0.5 else "")
    return f"{hour} {rng.choice(HALVES)} {rng.choice(ZONES)}".strip()


def moment(source: Source) -> str:
    """When or where something happened, with abbreviations."""
    rng = source.rng
    return rng.choice(
        (
            f"at {clock(rng)}", f"at {clock(rng)} {rng.choice(DAYS)}", f"at {clock(rng)} on {rng.choice(DAYS)}",
            f"on {rng.choice(MONTHS)} {rng.randint(1, 28)}", f"on {rng.choice(DAYS)}, {rng.choice(MONTHS)} {rng.randint(1, 28)}",
            f"on {rng.choice(DAYS)}", f"in {rng.choice(MONTHS)} {rng.randint(1990, 2025)}", f"in the {rng.choice(PLACES)}",
            f"in {rng.choice(source.names)}, {rng.choice(STATES)}", f"in the {rng.choice(PLACES)} {rng.choice(BODIES)}",
            f"at {rng.choice(source.names)} {rng.choice(FIRMS)}", f"with {person(source)}", f"with {rng.choice(OTHERS)}",
            f"near {rng.choice(source.names)} {rng.choice(('St.', 'Ave.', 'Rd.', 'Blvd.'))}", f"at {address(rng)}",
            f"from {person(source)} of {rng.choice(source.names)} {rng.choice(FIRMS)}",
        )
    )  # fmt: skip


def address(rng: random.Random) -> str:
    """An address of the web or of mail."""
    made = ["".join(rng.choice("abcdefghiklmnoprstuvw") for _ in range(rng.randint(3, 9))) for _ in range(2)]
    return rng.choice(SITES + MAILS).format(*made)


def has_stop(sentence: Sentence) -> bool:
    """Whether the sentence is prose that ends with one stop, without quotation marks."""
    return len(sentence) > 1 and sentence[-1].text in STOPS and not any(t.text in MARKS or t.text == "''" for t in sentence)


def said(source: Source, *, end: bool = True) -> Sentence:
    """What follows a quotation: who said it, at times when, or what else they did."""
    rng = source.rng
    who, cue = speaker(source), rng.choice(CUES)
    out = words(f"{cue} {who}" if rng.random() < 0.35 and " " not in cue else f"{who} {cue}")
    if rng.random() < 0.25:
        out += words(moment(source))
    if not end:
        return out
    if rng.random() < 0.2:
        tail = rng.choice(("adding that it was late", "according to the filing", "in a statement", "as she left", "in the U.S."))
        out = [*tight(out), mark(",", space=True), *words(tail)]
    return closed(out)


def with_speech(paragraph: Paragraph, source: Source) -> Paragraph:
    """Some sentences, or two in a row, as quotations: with a cue before, behind or inside, or without."""
    rng = source.rng
    out: Paragraph = []
    i = 0
    while i < len(paragraph):
        sentence = paragraph[i]
        if not has_stop(sentence) or rng.random() < 0.3:
            out.append(sentence)
            i += 1
            continue
        several = [sentence]
        while i + len(several) < len(paragraph) and rng.random() < 0.3 and has_stop(paragraph[i + len(several)]):
            several.append(paragraph[i + len(several)])
        out += quoted(several, source)
        i += len(several)
    return out


def quoted(several: Sequence[Sentence], source: Source) -> Paragraph:
    """Sentences as one quotation, each still a sentence; the cue belongs to the first or the last of them."""
    rng = source.rng
    opening, closing = rng.choice(PAIRS)
    draw = rng.random()
    body = [loose(s) for s in several]
    stop = body[-1][-1].text
    body[-1] = tight(body[-1])
    if draw < 0.5:  # “It was late. We left,” she said.
        marks = {".": rng.choice([[","], [","], [","], ["."], ["…"], ["…", "."], ["..."], ["...."], ["—"]])}.get(stop, [stop])
        body[-1] = [*tight(body[-1][:-1]), *map(mark, marks), mark(closing, space=True), *said(source)]
    elif draw < 0.62:  # She said: “It was late. We left.”
        lead = [*tight(capital(said(source, end=False))), mark(rng.choice([":", ","]), space=True)]
        body[-1] = [*body[-1], mark(closing, space=True)]
        return [[*lead, mark(opening), *body[0]], *body[1:]]
    elif draw < 0.72 and len(several) > 1:  # “It was late,” she said. “We left.”
        body[0] = [*tight(body[0][:-1]), mark(","), mark(closing, space=True), *said(source)]
        body[1] = [mark(opening), *body[1]]
        body[-1] = [*body[-1], mark(closing, space=True)]
    elif draw < 0.9:  # “It was late. We left.”
        body[-1] = [*body[-1], mark(closing, space=True)]
    else:  # She called it “late in the day.” The mark closes at the end only.
        word = rng.randrange(len(several[0]) - 1)
        first = several[0]
        return [[*first[:word], mark(opening), *tight(first[word:]), mark(closing, space=True)], *several[1:]]
    body[0] = [mark(opening), *body[0]]
    return body


def capital(sentence: Sentence) -> Sentence:
    """The sentence with a capital letter at its beginning."""
    first = sentence[0].text[:1].upper() + sentence[0].text[1:]
    return [mark(first, space=sentence[0].space), *sentence[1:]]


def with_moments(paragraph: Paragraph, source: Source) -> Paragraph:
    """Some sentences with abbreviations at the end, or at the beginning: In the U.S., it was late at 4 a.m."""
    rng = source.rng
    out: Paragraph = []
    for sentence in paragraph:
        draw = rng.random()
        if has_stop(sentence) and draw < 0.5:
            out.append(closed([*loose(sentence[:-1]), *words(moment(source))], sentence[-1].text))
        elif draw < 0.65 and has_stop(sentence):
            comma = [mark(",", space=True)] if rng.random() < 0.6 else []
            lead = capital(words(moment(source)))
            out.append([*(tight(lead) if comma else lead), *comma, *lowered(sentence)])
        elif draw < 0.8 and has_stop(sentence):
            cue = words(f"{person(source)} {rng.choice(('said', 'says', 'told reporters', 'denied'))}")
            out.append([*capital(cue), *lowered(sentence)])
        else:
            out.append(sentence)
    return out


def with_names(paragraph: Paragraph, source: Source) -> Paragraph:
    """Capitalized words inside sentences with a title or initials before them."""
    out: Paragraph = []
    for sentence in paragraph:
        made: Sentence = []
        for i, token in enumerate(sentence):
            is_name = token.text.istitle() and len(token.text) > 3 and token.text.isalpha() and (i or len(sentence) > 3)
            if is_name and (not made or made[-1].space) and source.rng.random() < 0.25:
                made += words(person(source))
                if made[-1].text == "Jr." and len(sentence) == i + 1:
                    made.pop()
                made[-1] = replace(made[-1], space=token.space)
            else:
                made.append(token)
        out.append(made)
    return out


def with_bullets(paragraph: Paragraph, source: Source) -> Paragraph:
    """Each sentence with a bullet, a number or a time before it."""
    rng = source.rng
    form = rng.choice(("•", "•", "-", "*", "–", "·", "1.", "1.", "1)", "(1)", "a)", "(a)", "time", "time", "clock"))
    out: Paragraph = []
    for number, sentence in enumerate(paragraph, 1):
        if form == "time":
            lead = words(f"{rng.randint(1, 12)}:{rng.randint(0, 59):02} {rng.choice(('a.m.', 'p.m.', 'a.m.', 'AM', 'pm'))}{rng.choice(('', '', ' —', ':'))}")
            lead = [t for t in lead]
        elif form == "clock":
            lead = words(rng.choice((f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}", f"[{rng.randint(0, 23):02}:{rng.randint(0, 59):02}]")))
        elif form in {"1.", "1)", "(1)", "a)", "(a)"}:
            name = str(number) if "1" in form else "abcdefghijklmnopqrstuvwxyz"[(number - 1) % 26]
            parts = [name if part in {"1", "a"} else part for part in form]
            lead = [mark(part, space=i == len(parts) - 1) for i, part in enumerate(parts)]
        else:
            lead = [mark(form, space=True)]
        out.append([*lead, *sentence])
    return out


def with_dateline(paragraph: Paragraph, source: Source) -> Paragraph:
    """A dateline before the first sentence: CARROW, Ohio (AP) — It was late."""
    rng = source.rng
    place = rng.choice(source.names).upper()
    region = rng.choice(("", "", f", {rng.choice(STATES)}", ", Ohio", ", England"))
    agency = rng.choice(("", f" ({rng.choice(AGENCIES)})", f", {rng.choice(MONTHS)} {rng.randint(1, 28)}"))
    lead = [*words(place + region + agency), mark(rng.choice(("—", "–", "--", "-")), space=True)]
    return [[*lead, *paragraph[0]], *paragraph[1:]]


def with_turn(paragraph: Paragraph, source: Source) -> Paragraph:
    """A speaker before the first sentence, as in a transcript: OLIN: It was late."""
    name = source.rng.choice(source.names)
    lead = tight(words(source.rng.choice(TURNS).format(name.upper(), name)))
    return [[*lead, mark(":", space=True), *paragraph[0]], *paragraph[1:]]


def glued(paragraph: Paragraph, source: Source) -> Paragraph:
    """Some spaces left out: after a stop before a capital letter, after a comma."""
    rng = source.rng
    out: Paragraph = []
    for i, sentence in enumerate(paragraph):
        follows = paragraph[i + 1][0].text if i + 1 < len(paragraph) else ""
        made = [
            replace(token, space=False) if token.text == "," and token.space and rng.random() < 0.1 and not b.text[0].isdigit() else token
            for token, b in zip(sentence, [*sentence[1:], sentence[-1]], strict=True)
        ]  # fmt: skip
        is_free = made[-1].text in STOPS and follows[:1].isupper() and len(follows) > 1
        out.append(tight(made) if is_free and rng.random() < 0.6 else made)
    return out


def headline(paragraph: Paragraph, source: Source) -> Paragraph:
    """One sentence, as a headline: without its stop, in capitals, Title Case or as it is."""
    sentence = source.rng.choice(paragraph)
    if len(sentence) > 3 and sentence[-1].text == ".":
        sentence = sentence[:-1]
    return recased([sentence], source)


def recased(paragraph: Paragraph, source: Source) -> Paragraph:
    """All of it in lower case, in capitals, or in Title Case."""
    change = source.rng.choice((str.lower, str.lower, str.upper, str.upper, capitalized))
    return [
        [Token(change(t.text), (change(t.text),) if len(t.words) == 1 else t.words, t.space) for t in sentence]
        if all(len(change(t.text)) == len(t.text) for t in sentence)
        else sentence
        for sentence in paragraph
    ]


def capitalized(text: str) -> str:
    """The word with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def unended(paragraph: Paragraph, source: Source) -> Paragraph:
    """The last sentence without its stop, or with an ellipsis."""
    last = paragraph[-1]
    if last[-1].text != "." or len(last) < 3:
        return paragraph
    ending = source.rng.choice(([], [], [mark("…")], [mark("...")], [mark("…"), mark(".")]))
    return [*paragraph[:-1], [*(tight(last[:-1]) if ending else last[:-1]), *ending]]


def trailing(paragraph: Paragraph, source: Source) -> Paragraph:
    """Some stops inside the paragraph as an ellipsis."""
    return [
        [*s[:-1], *map(mark, source.rng.choice((["…"], ["…", "."], ["...."], ["..."])))]
        if s[-1].text == "." and len(s) > 2 and source.rng.random() < 0.4 else s
        for s in paragraph
    ]  # fmt: skip


KINDS = (
    Kind(0.12, with_names),
    Kind(0.20, with_moments),
    Kind(0.03, trailing),
    Kind(0.30, with_speech),
    Kind(0.04, with_bullets),
    Kind(0.03, with_dateline),
    Kind(0.02, with_turn),
    Kind(0.03, unended),
    Kind(0.04, glued),
    Kind(0.06, recased),
    Kind(0.03, headline),
)


def varied(paragraph: Paragraph, source: Source) -> Paragraph:
    """The paragraph after every kind of writing whose turn it is."""
    for kind in KINDS:
        if source.rng.random() < kind.share:
            paragraph = kind.make(paragraph, source)
    return paragraph
