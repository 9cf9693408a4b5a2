"""The rules that propose statements, in order of trust: of those that find something for a cue, the first proposes."""

from collections.abc import Callable, Iterable

from sayso_server.core.cues import Candidate, Site
from sayso_server.core.document import Document
from sayso_server.core.rules.adjectives import adjective_complement
from sayso_server.core.rules.asides import interrupting_cue
from sayso_server.core.rules.attributive import according_to, as_clause
from sayso_server.core.rules.clauses import clausal_complement
from sayso_server.core.rules.infinitives import infinitival_complement, small_clause
from sayso_server.core.rules.nouns import noun_complement
from sayso_server.core.rules.objects import reported_object
from sayso_server.core.rules.quoted import quoted_fragment, quoted_speech

Rule = Callable[[Site, Document], Iterable[Candidate]]

RULES: tuple[Rule, ...] = (
    according_to,
    as_clause,
    quoted_speech,
    interrupting_cue,
    clausal_complement,
    infinitival_complement,
    small_clause,
    noun_complement,
    adjective_complement,
    quoted_fragment,
    reported_object,
)
