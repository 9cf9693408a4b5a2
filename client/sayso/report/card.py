"""The card of a statement: an explanation in sentences, buttons, and its rules and features in a fold."""

from collections.abc import Iterator
from html import escape

from sayso._evidence import for_and_against
from sayso.models import Result, Span, Statement
from sayso.report.people import People, name_of
from sayso.report.why import attributed, found, percent

_ACTIONS = (("quote", "Copy quotation"), ("link", "Copy link"), ("correct", "Correct…"))


def card(key: str, statement: Statement, result: Result, text: str, people: People) -> str:
    """The card, hidden until its statement is hovered or focused. Screen readers read the element `-why`."""
    identifier = f"{key}-{statement.statement_id}"
    speaker = statement.speaker
    role = f' <span class="about">{escape(speaker.role)}</span>' if speaker and speaker.role else ""
    actions = "".join(f'<button type="button" data-do="{name}">{label}</button>' for name, label in _ACTIONS)
    return (
        f'<div class="card {people.classes(statement)}" role="group" aria-label="About this statement" '
        f'id="{identifier}-card" data-s="{identifier}" hidden>'
        f'<div id="{identifier}-why"><p class="who"><b>{escape(name_of(statement))}</b>{role}</p>'
        f"<p>{escape(attributed(statement, result, text))}</p><p>{escape(found(statement))}</p></div>"
        f'{_list(_around(statement))}<p class="actions">{actions}</p>{_features(statement, result)}</div>'
    )


def _features(statement: Statement, result: Result) -> str:
    if not statement.explanation:
        return ""
    return f"<details><summary>Rules and features</summary>{_list(_why(statement, result))}</details>"


def _list(facts: Iterator[tuple[str, str]]) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts if value)
    return f"<dl>{rows}</dl>" if rows else ""


def _around(statement: Statement) -> Iterator[tuple[str, str]]:
    if speaker := statement.speaker:
        yield "known as", speaker.external_id
        yield "perhaps", "\n".join(map(str, speaker.candidates))
    yield "said to", _joined(statement.addressees)
    yield "where", _joined(statement.medium)
    yield "when", _joined(statement.time)


def _joined(spans: tuple[Span, ...]) -> str:
    return "; ".join(span.text for span in spans)


def _why(statement: Statement, result: Result) -> Iterator[tuple[str, str]]:
    explanation, cue = statement.explanation, statement.cue
    assert explanation
    supporting, opposing = for_and_against(explanation.evidence)
    yield "cue", f"{cue.text} ({cue.lemma}; class {cue.cue_class})" if cue else ""
    yield "found by", explanation.rule
    yield "for it", "\n".join(supporting)
    yield "against it", "\n".join(opposing)
    yield "speaker by", explanation.speaker_rule
    supporting, opposing = for_and_against(explanation.speaker_evidence)
    yield "for the speaker", "\n".join(supporting)
    yield "against the speaker", "\n".join(opposing)
    names = {speaker.speaker_id: speaker.name for speaker in result.speakers}
    others = [
        f"{names[one.speaker_id]} ({percent(one.confidence)})"
        for one in explanation.alternatives
        if one.speaker_id in names
    ]
    yield "or else", ", ".join(others)
