"""Known speakers of the client as the core takes them. Commands read them before gRPC is imported: not here either."""

from collections.abc import Iterable

from sayso.models import KnownSpeaker
from sayso_server.core import statement as domain


def known_values(speakers: Iterable[KnownSpeaker]) -> tuple[domain.KnownSpeaker, ...]:
    """The values of the core for known speakers that are valid."""
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
