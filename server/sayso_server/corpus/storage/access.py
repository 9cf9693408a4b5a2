"""The files of an input and the folder of an output, local or in a store."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, NamedTuple, Protocol

from sayso_server.corpus.errors import MissingExtra
from sayso_server.corpus.storage import local
from sayso_server.corpus.storage.places import Address, address_of

Place = Path | Address


class Found(NamedTuple):
    """A file: its place, its path inside the folder or pattern searched, and its size in bytes."""

    place: Place
    name: str
    size: int


class Folder(Protocol):
    """The folder of an output. Names are paths inside it. Every method raises OSError."""

    def names(self, inside: str) -> list[str]:
        """The names of the files of a subfolder, sorted; empty if there is no such folder."""

    def is_empty(self) -> bool:
        """Whether it has no files."""

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if it does not exist."""

    def put(self, name: str, content: bytes) -> None:
        """Write or replace a file atomically."""

    def remove(self, name: str) -> None:
        """Remove a file if it exists."""

    def locked(self) -> AbstractContextManager[None]:
        """A lock for one process at a time. Raises OutputError if another process holds it."""

    def shown(self, name: str) -> str:
        """The path of a file, for messages."""


def place_of(text: str) -> Place:
    """A path or an address. Raises CorpusError."""
    return address_of(text) or Path(text.removeprefix("file://") if text.startswith("file:///") else text)


def find(place: Place) -> Iterator[Found]:
    """The file, the files of the folder, or those that match the pattern. Raises OSError; FileNotFoundError."""
    if isinstance(place, Address):
        return (Found(*one) for one in _remote().find(place))
    return (Found(*one) for one in local.find(place))


def open_input(place: Place) -> BinaryIO:
    """A seekable file. Raises OSError."""
    if isinstance(place, Address):
        stream: BinaryIO = _remote().open_input(place)
        return stream
    return open(place, "rb")


def folder(place: Place) -> Folder:
    """The folder of an output."""
    if isinstance(place, Address):
        made: Folder = _remote().RemoteFolder(place)
        return made
    return local.LocalFolder(place)


def _remote() -> ModuleType:
    try:
        from sayso_server.corpus.storage import remote
    except ImportError:
        raise MissingExtra("reading and writing object stores", "pyarrow", "use local paths") from None
    return remote
