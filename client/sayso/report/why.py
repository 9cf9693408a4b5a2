"""Explains a statement and its speaker in sentences. Rules depend on the model; unknown ones are shown by name."""

import re
from collections.abc import Iterator

from sayso.models import Kind, Polarity, Result, Span, Statement

_KINDS = {
    Kind.DIRECT: "A direct quotation",
    Kind.MIXED: "Partly in quotation marks",
    Kind.INDIRECT: "Reported, not quoted",
}
_POLARITY = {
    Polarity.NEGATED: "; according to the text, this was not said",
    Polarity.HEDGED: "; the text leaves open whether this was said",
}
_LINKS = (
    (("full name", "name", "same name", "label"), "“{mention}” names {name}"),
    (
        ("surname", "inner surname", "given name", "short form", "initials", "acronym", "other name", "company"),
        "“{mention}” is a short form of {name}",
    ),
    (("pronoun he or she", "pronoun they", "pronoun it", "first person"), "“{mention}” refers to {name}{before}"),
    (
        ("role", "role in lead", "role, country untold", "age", "epithet", "organization again", "same description"),
        "“{mention}” is {name}{before}",
    ),
    (("same document", "document continued"), "“{mention}” is {name}{before}"),
    (("speaker goes on", "turns taken", "guest goes on", "acts just before"), "{name} speaks here{before}"),
)
"""How the mention refers to its speaker, by link rule."""
_BREAK = re.compile(r"\n[ \t\r]*\n")
_END = re.compile(r"[.!?][\"”’')\]]*\s")


def found(statement: Statement) -> str:
    """The kind of the statement, its cue and its confidence."""
    kind = _KINDS.get(statement.kind, "A statement")
    cue = f"reported by “{statement.cue.text}”" if statement.cue else "without a reporting word"
    polarity = _POLARITY.get(statement.polarity, "")
    return f"{kind}, {cue}{polarity}. {percent(statement.confidence)} sure that these words are right."


def attributed(statement: Statement, result: Result, text: str) -> str:
    """The speaker, why, the confidence, and the second choice."""
    mention = " ".join(statement.source.text.split()) if statement.source else ""
    if not statement.speaker:
        return f"No speaker was found for “{mention}”." if mention else "The text names no speaker."
    sentence = _link(statement, text, mention)
    return f"{sentence}; {percent(statement.speaker_confidence)} sure. {''.join(_second(statement, result))}".strip()


def percent(share: float) -> str:
    """A share as a percentage."""
    return f"{share:.0%}"


def _link(statement: Statement, text: str, mention: str) -> str:
    speaker, rule = statement.speaker, statement.explanation.speaker_rule if statement.explanation else ""
    assert speaker
    if speaker.name.casefold() in mention.casefold():
        return f"“{mention}” is named next to it"
    if not mention:
        mention = speaker.name
    for rules, form in _LINKS:
        if rule in rules:
            return form.format(mention=mention, name=speaker.name, before=_before(statement, text))
    by = f", by the rule “{rule}”" if rule else ""
    return f"“{mention}” refers to {speaker.name}{by}" if mention != speaker.name else f"It is {speaker.name}’s{by}"


def _before(statement: Statement, text: str) -> str:
    """Where the speaker was last named."""
    assert statement.speaker
    here = statement.source.start if statement.source else statement.content[0].start
    earlier = [span for span in statement.speaker.mentions if span.end <= here and len(span.text) > 3]
    return f", last named {_distance(text, earlier[-1], here)}" if earlier else ""


def _distance(text: str, last: Span, here: int) -> str:
    between = text[last.end : here]
    breaks, ends = len(_BREAK.findall(between)), len(_END.findall(between))
    if breaks:
        return "in the previous paragraph" if breaks == 1 else f"{breaks} paragraphs earlier"
    if ends > 1:
        return "earlier in this paragraph"
    return "in the previous sentence" if ends else "in the same sentence"


def _second(statement: Statement, result: Result) -> Iterator[str]:
    if not statement.explanation:
        return
    names = {speaker.speaker_id: speaker.name for speaker in result.speakers}
    others = [one for one in statement.explanation.alternatives if one.speaker_id in names]
    if others:
        yield f"Second choice: {names[others[0].speaker_id]}, {percent(others[0].confidence)}."
