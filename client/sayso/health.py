"""The health of a server."""

from dataclasses import dataclass

from sayso.models import ModelInfo, ServerInfo


@dataclass(frozen=True, slots=True)
class Health:
    """The health of a server, as the server reports it.

    `serving` is whether it accepts documents; it is false while the server loads its models or shuts down. `model` is
    None while the model is loading; `version` may be empty while the server is shutting down.
    """

    server: str
    serving: bool
    version: str
    model: ModelInfo | None


def health_of(server: str, serving: bool, info: ServerInfo | None) -> Health:
    """The health of a server, from its readiness and its description."""
    return Health(server, serving, info.version if info else "", info.model if info else None)
