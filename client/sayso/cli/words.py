"""Readable text for statements."""

import re
from collections.abc import Sequence

from sayso._evidence import for_and_against
from sayso.models import Evidence, Polarity, Speaker, Statement

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def one_line(text: str) -> str:
    """The text on one line, without control characters, which must not reach the terminal."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def who(statement: Statement) -> str:
    """The speaker, and the mention if it differs: John Kirby (he)."""
    mention = one_line(statement.source.text) if statement.source else ""
    if statement.speaker is None:
        return mention or "?"
    name = one_line(statement.speaker.name)
    return f"{name} ({mention})" if mention and name.casefold() not in mention.casefold() else name


def cue(statement: Statement) -> str:
    """The reporting words, and the polarity if it is negated or hedged."""
    words = one_line(statement.cue.text) if statement.cue else "-"
    return words if statement.polarity in {Polarity.AFFIRMED, Polarity.UNKNOWN} else f"{words} [{statement.polarity}]"


def said(statement: Statement) -> str:
    """The content, with an ellipsis where it is interrupted."""
    return one_line(" … ".join(span.text for span in statement.content))


def why(statement: Statement) -> list[str]:
    """The lines that `--explain` adds: confidences, rules, and the features for and against."""
    lines = [f"confidence {statement.confidence:.2f}"]
    if explanation := statement.explanation:
        lines[0] += f", found by {explanation.rule}"
        if statement.speaker:
            linked = f" by {explanation.speaker_rule}" if explanation.speaker_rule else ""
            lines.append(f"speaker {statement.speaker_confidence:.2f}{linked}{_known(statement.speaker)}")
            lines += _features("speaker ", explanation.speaker_evidence)
        lines += _features("", explanation.evidence)
    return [one_line(line) for line in lines]


def _known(speaker: Speaker) -> str:
    """The speaker's external id or candidates: ", known as Q7"."""
    if speaker.candidates:
        return f", perhaps {' or '.join(map(str, speaker.candidates))}"
    return f", known as {speaker.external_id}" if speaker.external_id else ""


def _features(subject: str, evidence: Sequence[Evidence]) -> list[str]:
    """Features as "for cue.lemma=say +1.20, …": one line for those in favour and one for those against, if any."""
    supporting, opposing = for_and_against(evidence)
    sides = (("for", supporting), ("against", opposing))
    return [f"{subject}{name} {', '.join(listed)}" for name, listed in sides if listed]
