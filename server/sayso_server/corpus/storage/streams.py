"""Files as byte streams from an offset on, compressed or not.

A compressed file can only be read from its start. The slices of a file come in order, so a process keeps its last
stream and continues from there; only a step back starts again. Skipping is cheap: decompression is thousands of times
faster than extraction.
"""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from sayso_server.corpus.errors import MissingExtra
from sayso_server.corpus.storage.access import Place, open_input

_SKIPPED_AT_ONCE = 1024 * 1024


def _zstd(stream: BinaryIO) -> BinaryIO:
    try:
        from sayso_server.corpus import arrow
    except MissingExtra:
        raise MissingExtra(".zst", "pyarrow", "decompress it first: unzstd") from None
    return arrow.unpacked(stream, "zstd")


_UNPACKED: dict[str, Callable[[BinaryIO], BinaryIO]] = {
    ".gz": lambda stream: cast(BinaryIO, gzip.GzipFile(fileobj=stream)),
    ".bz2": lambda stream: cast(BinaryIO, bz2.BZ2File(stream)),
    ".xz": lambda stream: cast(BinaryIO, lzma.LZMAFile(stream)),  # noqa: SIM115 - the caller closes it
    ".zst": _zstd,
}
COMPRESSED = tuple(_UNPACKED)
"""The extensions of compressed files."""

DAMAGED = (EOFError, zlib.error, lzma.LZMAError, OSError)
"""The errors raised while reading a damaged or truncated compressed file."""


def unpacked_name(name: str) -> str:
    """The name of a file without its compression extension."""
    return name.removesuffix(PurePosixPath(name).suffix) if name.endswith(COMPRESSED) else name


class _Unpacking:
    """A decompressed stream of a compressed file, which keeps track of its position."""

    def __init__(self, place: Place, suffix: str) -> None:
        self.place = place
        self.offset = 0
        self._packed = open_input(place)
        self._stream = _UNPACKED[suffix](self._packed)

    def read(self, size: int = -1) -> bytes:
        return self._passed(self._stream.read(size))

    def readline(self, size: int = -1) -> bytes:
        return self._passed(self._stream.readline(size))

    def skip_to(self, offset: int) -> None:
        while self.offset < offset and self.read(min(offset - self.offset, _SKIPPED_AT_ONCE)):
            pass

    def close(self) -> None:
        self._stream.close()
        self._packed.close()

    def _passed(self, data: bytes) -> bytes:
        self.offset += len(data)
        return data


_kept: list[_Unpacking] = []
"""The last stream, if it was not read to its end."""


def forget() -> None:
    """Close the stream that is kept for the next slice."""
    while _kept:
        _kept.pop().close()


@contextmanager
def opened(place: Place, name: str, offset: int = 0) -> Iterator[BinaryIO]:
    """The decompressed bytes of a file from an offset on. Raises the errors in DAMAGED."""
    suffix = PurePosixPath(name).suffix
    if suffix not in _UNPACKED:
        with open_input(place) as plain:
            plain.seek(offset)
            yield plain
        return
    stream = _taken(place, suffix, offset)
    try:
        stream.skip_to(offset)
        yield cast(BinaryIO, stream)
    except GeneratorExit:  # the reader of a slice stopped before the end
        _kept.append(stream)
        raise
    except BaseException:
        stream.close()
        raise
    stream.close()


def _taken(place: Place, suffix: str, offset: int) -> _Unpacking:
    """The kept stream, if it is of this file and not past the offset; otherwise a new one."""
    if _kept and _kept[0].place == place and _kept[0].offset <= offset:
        return _kept.pop()
    forget()
    return _Unpacking(place, suffix)
