"""A client that reads a response only on demand: hand-written HTTP/2 with closed flow-control windows."""

import socket
import struct
from types import TracebackType

from support.serving import PATIENCE

WINDOW = 65_535
"""Bytes of an answer that a server may send unasked."""
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_LARGEST = 16_384
"""Bytes that a frame may have."""
_DATA, _HEADERS, _SETTINGS, _PING, _WINDOW_UPDATE = 0, 1, 4, 6, 8
_END_STREAM, _ACK, _END_HEADERS = 1, 1, 4


class SlowReader:
    """One call, and the bytes of its answer so far."""

    def __init__(self, port: int, method: str, request: bytes) -> None:
        self.read = 0
        self.is_whole = False
        """Whether the answer came to its end, with its status."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        headers = {
            ":method": "POST",
            ":scheme": "http",
            ":path": method,
            ":authority": "localhost",
            "te": "trailers",
            "content-type": "application/grpc",
        }
        block = b"".join(b"\x00" + _text(name) + _text(value) for name, value in headers.items())
        message = b"\x00" + struct.pack(">I", len(request)) + request
        pieces = [message[start : start + _LARGEST] for start in range(0, len(message), _LARGEST)]
        self._socket.sendall(_PREFACE + _frame(_SETTINGS, 0, 0, b"") + _frame(_HEADERS, _END_HEADERS, 1, block))
        for piece in pieces:
            self._socket.sendall(_frame(_DATA, 0, 1, piece))
        self._socket.sendall(_frame(_DATA, _END_STREAM, 1, b""))

    def __enter__(self) -> "SlowReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def read_window(self) -> None:
        """Read as much as the server may send unasked."""
        while self.read < WINDOW:
            self._take()

    def read_on(self) -> None:
        """Let the server send everything, and read to the end of the answer or of the connection."""
        for stream in (0, 1):
            self._socket.sendall(_frame(_WINDOW_UPDATE, 0, stream, struct.pack(">I", 2**30)))
        try:
            while not self.is_whole:
                self._take()
        except (EOFError, ConnectionError):
            pass

    def _take(self) -> None:
        kind, flags, stream, payload = self._frame()
        if kind == _DATA:
            self.read += len(payload)
        if kind == _PING and not flags & _ACK:
            self._socket.sendall(_frame(_PING, _ACK, 0, payload))
        if kind == _SETTINGS and not flags & _ACK:
            self._socket.sendall(_frame(_SETTINGS, _ACK, 0, b""))
        self.is_whole = bool(stream == 1 and kind == _HEADERS and flags & _END_STREAM)

    def _frame(self) -> tuple[int, int, int, bytes]:
        head = self._exactly(9)
        kind, flags, stream = struct.unpack(">BBI", head[3:])
        return kind, flags, stream & 0x7FFFFFFF, self._exactly(int.from_bytes(head[:3]))

    def _exactly(self, size: int) -> bytes:
        out = b""
        while len(out) < size:
            more = self._socket.recv(size - len(out))
            if not more:
                raise EOFError
            out += more
        return out


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3) + struct.pack(">BBI", kind, flags, stream) + payload


def _text(value: str) -> bytes:
    assert len(value) < 127
    return bytes([len(value)]) + value.encode()
