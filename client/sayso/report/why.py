"""Why a statement is here and whose it is, in sentences. Names of rules go with the model: unknown ones are named."""

import re
from collections.abc import Iterator

from sayso.models import Kind, Polarity, Result, Span, Statement

_KINDS = {
    Kind.DIRECT: "A direct quotation",
    Kind.MIXED: "Partly in quotation marks",
    Kind.INDIRECT: "Reported, not quoted",
}
_POLARITY = {
    Polarity.NEGATED: "; the text says that this was not said",
    Polarity.HEDGED: "; the text leaves open whether this was said",
}
_LINKS = (
    (("full name", "name", "same name", "label"), "“{mention}” names {name}"),
    (
        ("surname", "inner surname", "given name", "short form", "initials", "acronym", "other name", "company"),
        "“{mention}” is short for {name}",
    ),
    (("pronoun he or she", "pronoun they", "pronoun it", "first person"), "“{mention}” refers to {name}{before}"),
    (
        ("role", "role in lead", "role, country untold", "age", "epithet", "organization again", "same description"),
        "“{mention}” is {name}{before}",
    ),
    (("same document", "document continued"), "“{mention}” is {name}{before}"),
    (("speaker goes on", "turns taken", "guest goes on", "acts just before"), "{name} speaks here{before}"),
)
"""By the rule of the link: how a mention is its speaker's."""
_BREAK = re.compile(r"\n[ \t\r]*\n")
_END = re.compile(r"[.!?][\"”’')\]]*\s")


def found(statement: Statement) -> str:
    """What the statement is, and how sure that is."""
    kind = _KINDS.get(statement.kind, "A statement")
    cue = f"reported by “{statement.cue.text}”" if statement.cue else "without a reporting word of its own"
    polarity = _POLARITY.get(statement.polarity, "")
    return f"{kind}, {cue}{polarity}. {percent(statement.confidence)} sure that these words are right."


def attributed(statement: Statement, result: Result, text: str) -> str:
    """Whose it is, why, how sure that is, and who comes second."""
    mention = " ".join(statement.source.text.split()) if statement.source else ""
    if not statement.speaker:
        return f"Who “{mention}” is could not be found." if mention else "The text names nobody for it."
    sentence = _link(statement, text, mention)
    return f"{sentence}; {percent(statement.speaker_confidence)} sure. {''.join(_second(statement, result))}".strip()


def percent(share: float) -> str:
    """A share for people."""
    return f"{share:.0%}"


def _link(statement: Statement, text: str, mention: str) -> str:
    speaker, rule = statement.speaker, statement.explanation.speaker_rule if statement.explanation else ""
    assert speaker
    if speaker.name.casefold() in mention.casefold():
        return f"“{mention}” is next to it"
    if not mention:
        mention = speaker.name
    for rules, form in _LINKS:
        if rule in rules:
            return form.format(mention=mention, name=speaker.name, before=_before(statement, text))
    by = f", by the rule “{rule}”" if rule else ""
    return f"“{mention}” is taken for {speaker.name}{by}" if mention != speaker.name else f"It is {speaker.name}’s{by}"


def _before(statement: Statement, text: str) -> str:
    """Where the speaker was named last."""
    assert statement.speaker
    here = statement.source.start if statement.source else statement.content[0].start
    earlier = [span for span in statement.speaker.mentions if span.end <= here and len(span.text) > 3]
    return f", last named {_distance(text, earlier[-1], here)}" if earlier else ""


def _distance(text: str, last: Span, here: int) -> str:
    between = text[last.end : here]
    breaks, ends = len(_BREAK.findall(between)), len(_END.findall(between))
    if breaks:
        return "in the paragraph before" if breaks == 1 else f"{breaks} paragraphs before"
    if ends > 1:
        return "earlier in this paragraph"
    return "in the sentence before" if ends else "in the same sentence"


def _second(statement: Statement, result: Result) -> Iterator[str]:
    if not statement.explanation:
        return
    names = {speaker.speaker_id: speaker.name for speaker in result.speakers}
    others = [one for one in statement.explanation.alternatives if one.speaker_id in names]
    if others:
        yield f"Second choice: {names[others[0].speaker_id]}, {percent(others[0].confidence)}."
