"""Converts the client's known speakers to those of the core. Must not import gRPC: commands use it early."""

from collections.abc import Iterable

from sayso.models import KnownSpeaker
from sayso_server.core import statement as domain


def known_values(speakers: Iterable[KnownSpeaker]) -> tuple[domain.KnownSpeaker, ...]:
    """The core's values for valid known speakers."""
    return tuple(
        domain.KnownSpeaker(
            external_id=one.external_id,
            name=one.name,
            aliases=tuple(one.aliases),
            type=domain.SpeakerType(one.type),
            role=one.role,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
        )
        for one in speakers
    )
