"""The sieves of noun phrases in order: the first that knows whom a phrase means has it."""

from sayso_server.core.speakers.descriptions.by_name import (
    coordinated_names,
    coordination,
    name_at_head,
    name_behind_role,
    name_in_apposition,
)
from sayso_server.core.speakers.descriptions.documents import document, elliptical
from sayso_server.core.speakers.descriptions.people import (
    described,
    described_person,
    group,
    of_age,
    office_holder,
    organization,
)
from sayso_server.core.speakers.descriptions.phrase import Phrase, Sieve
from sayso_server.core.speakers.entities import Link

SIEVES: tuple[Sieve, ...] = (
    coordinated_names,
    coordination,
    name_behind_role,
    name_at_head,
    name_in_apposition,
    elliptical,
    document,
    of_age,
    group,
    office_holder,
    described_person,
    organization,
    described,
)


def link_phrase(phrase: Phrase) -> Link:
    """Who or what a noun phrase stands for."""
    return next(link for sieve in SIEVES if (link := sieve(phrase)) is not None)
