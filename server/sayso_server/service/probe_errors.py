"""Why a probe gets no answer, from what gRPC and OpenSSL say, and what to do about it."""

import grpc

_ANOTHER_PORT = "--port is that of gRPC, not --http-port or --metrics-port"
_NO_TLS, _MORE_TLS = "--tls-cert and --tls-key", "--tls-client-ca, or --client-cert and --client-key"
_CAUSES = (
    (
        ("wrong_version_number",),
        "{place} does not speak TLS",
        f"leave out {_NO_TLS}, or is it another port? {_ANOTHER_PORT}",
    ),
    (("http1", "failed parsing http/2", "alpn"), "{place} does not speak gRPC", _ANOTHER_PORT),
    (("refused",), "no server listens at {place}", "is it running, and is --port that of serve?"),
    (("name or service not known", "domain name not found"), "there is no host {place}", "check --host"),
    (("timed out", "deadline"), "no answer from {place} in time", "allow more with --timeout"),
    (("bearer token",), "{place} does not accept the token", "give the probe the --token-file of serve, or a --token"),
    (("method not found",), "{place} has no health service", f"is it another server? {_ANOTHER_PORT}"),
)
"""What the libraries say of a cause, in lower case; what happened, and what to do about it."""

_CLOSED = ("socket closed", "connection reset", "end of tcp stream", "eof occurred", "broken pipe")


def told(place: str, error: grpc.RpcError | OSError, *, encrypted: bool) -> str:
    """The failure of a probe of `place`, in a line; `encrypted` where it spoke TLS."""
    said = _words_of(error)
    for words, message, advice in _CAUSES:
        if any(word in said.lower() for word in words):
            return f"{message.format(place=place)}: {advice}"
    if any(words in said.lower() for words in _CLOSED):
        wants = (
            f"asks for another certificate: give the probe {_MORE_TLS}"
            if encrypted
            else f"speaks TLS: give the probe {_NO_TLS}"
        )
        return f"{place} closes the connection: perhaps it {wants}"
    return f"no answer from {place}: {said}"


def _words_of(error: grpc.RpcError | OSError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return f"{error.code().name}, {error.details()}"
