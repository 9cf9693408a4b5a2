"""Turns sentences into quotations, with and without a cue."""

from collections.abc import Sequence

from sayso_tools.formats.conllu import Sentence
from sayso_tools.training.edits import capital, closed, has_stop, loose, mark, tight, words
from sayso_tools.training.phrases import Source, invented

SPOKEN_ENDS = [[","]] * 3 + [["."], ["…"], ["…", "."], ["..."], ["...."], ["—"], ["?"]]
"""Replacements of the full stop at the end of a quotation before its cue."""

PAIRS = (("“", "”"),) * 5 + (('"', '"'),) * 3 + (("‘", "’"),) * 2 + (("'", "'"), ("«", "»"), ("``", "''"))


def said(source: Source, *, end: bool = True) -> Sentence:
    """The words after a quotation: its speaker, and sometimes the time or another action."""
    rng = source.rng
    who, cue = invented("speaker", source), invented("cue", source)
    out = words(f"{cue} {who}" if rng.random() < 0.35 and " " not in cue else f"{who} {cue}")
    if rng.random() < 0.25:
        out += words(invented("moment", source))
    if not end:
        return out
    if rng.random() < 0.2:
        out = [*tight(out), mark(",", space=True), *words(invented("tail", source))]
    return closed(out)


def with_speech(paragraph: list[Sentence], source: Source) -> list[Sentence]:
    """Turn some sentences, or pairs, into quotations: with a cue before, after or inside, or without one."""
    rng = source.rng
    out: list[Sentence] = []
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


def quoted(several: Sequence[Sentence], source: Source) -> list[Sentence]:
    """Several sentences as one quotation; they stay separate, and the cue belongs to the first or the last."""
    rng = source.rng
    opening, closing = rng.choice(PAIRS)
    draw = rng.random()
    body = [loose(s) for s in several]
    stop = body[-1][-1].text
    body[-1] = tight(body[-1])
    if draw < 0.42:  # “It was late. We left,” she said.
        marks = rng.choice(SPOKEN_ENDS) if stop == "." else [stop]
        body[-1] = [*tight(body[-1][:-1]), *map(mark, marks), mark(closing, space=True), *said(source)]
    elif draw < 0.54:  # She said: “It was late. We left.”
        lead = [*tight(capital(said(source, end=False))), mark(rng.choice([":", ","]), space=True)]
        body[-1] = [*body[-1], mark(closing, space=True)]
        return [[*lead, mark(opening), *body[0]], *body[1:]]
    elif draw < 0.64 and len(several) > 1:  # “It was late,” she said. “We left.”
        body[0] = [*tight(body[0][:-1]), mark(","), mark(closing, space=True), *said(source)]
        body[1] = [mark(opening), *body[1]]
        body[-1] = [*body[-1], mark(closing, space=True)]
    elif draw < 0.88:  # “It was late. We left.”
        body[-1] = [*body[-1], mark(closing, space=True)]
    else:  # She called it “late in the day.” The mark closes at the end only.
        word = rng.randrange(len(several[0]) - 1)
        first = several[0]
        return [[*first[:word], mark(opening), *tight(first[word:]), mark(closing, space=True)], *several[1:]]
    body[0] = [mark(opening), *body[0]]
    return body
