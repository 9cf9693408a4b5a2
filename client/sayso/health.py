"""How a server is."""

from dataclasses import dataclass

from sayso.models import ModelInfo, ServerInfo


@dataclass(frozen=True, slots=True)
class Health:
    """How a server is, as it says itself.

    `serving` is whether it reads documents: not so while its models load, and while it shuts down. `model` is None
    while it loads; `version` is empty where the server, shutting down, does not tell.
    """

    server: str
    serving: bool
    version: str
    model: ModelInfo | None


def health_of(server: str, serving: bool, info: ServerInfo | None) -> Health:
    """The health of a server that was asked whether it serves, and what it is."""
    return Health(server, serving, info.version if info else "", info.model if info else None)
