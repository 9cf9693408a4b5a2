"""Converts server descriptions."""

from sayso._values.results import Limits, ServerInfo
from sayso._wire.plain import from_duration
from sayso._wire.results import from_model
from sayso.v1 import quotes_pb2 as pb


def from_server_info(message: pb.GetServerInfoResponse) -> ServerInfo:
    """The value for a server description."""
    return ServerInfo(
        version=message.server_version,
        ready=message.ready,
        model=from_model(message.model) if message.HasField("model") else None,
        languages=tuple(message.language_codes),
        limits=from_limits(message.limits),
        components=dict(message.component_versions),
    )


def from_limits(message: pb.Limits) -> Limits:
    """The value for limits."""
    return Limits(
        max_document_chars=message.max_document_chars,
        max_batch_documents=message.max_batch_documents,
        max_message_bytes=message.max_message_bytes,
        max_duration=from_duration(message.max_duration),
        max_stream_documents=message.max_stream_documents,
        max_known_speakers=message.max_known_speakers,
    )
