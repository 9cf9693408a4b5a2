"""Noun phrases that refer to entities. `SIEVES` are tried in order, from precise to loose; the first answer wins."""

from collections.abc import Callable

from sayso_server.core.speakers.descriptions.anything import anything
from sayso_server.core.speakers.descriptions.by_name import (
    name_after_job_title,
    name_at_head,
    name_before_verb,
    name_in_apposition,
)
from sayso_server.core.speakers.descriptions.documents import document
from sayso_server.core.speakers.descriptions.elliptical import elliptical
from sayso_server.core.speakers.descriptions.epithets import epithet
from sayso_server.core.speakers.descriptions.groups import coordinated_names, coordination, group
from sayso_server.core.speakers.descriptions.kin import spouse
from sayso_server.core.speakers.descriptions.lead import body_in_headline, named_after_lead, named_next, role_in_lead
from sayso_server.core.speakers.descriptions.organizations import organization, organization_untold
from sayso_server.core.speakers.descriptions.people import described_person, of_age, office_holder
from sayso_server.core.speakers.descriptions.phrase import Phrase
from sayso_server.core.speakers.descriptions.together import named_together
from sayso_server.core.speakers.descriptions.variation import variation
from sayso_server.core.speakers.entities import Proposal

Sieve = Callable[[Phrase], Proposal | None]
"""A sieve reads a phrase and the entities known so far; it changes neither."""

SIEVES: tuple[Sieve, ...] = (
    coordinated_names,
    coordination,
    name_after_job_title,
    name_before_verb,
    name_at_head,
    name_in_apposition,
    named_together,
    elliptical,
    document,
    of_age,
    group,
    office_holder,
    role_in_lead,
    named_after_lead,
    named_next,
    body_in_headline,
    epithet,
    variation,
    spouse,
    organization_untold,
    described_person,
    organization,
    anything,
)


def propose(phrase: Phrase) -> Proposal:
    """The entity that a noun phrase refers to, known or new."""
    return next(proposal for sieve in SIEVES if (proposal := sieve(phrase)) is not None)
