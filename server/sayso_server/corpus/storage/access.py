"""The files of an input and the folder of an output, wherever they are."""

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
    """A file: where it is, its path inside the folder or pattern that was asked for, and its size in bytes."""

    place: Place
    name: str
    size: int


class Folder(Protocol):
    """An output. Names are paths inside it. Every method raises OSError."""

    def names(self, inside: str) -> list[str]:
        """The names of the files of a folder in it, sorted; none where there is no such folder."""

    def is_empty(self) -> bool:
        """Whether there is no file in it."""

    def read(self, name: str) -> bytes | None:
        """What a file holds; None where there is no such file."""

    def put(self, name: str, content: bytes) -> None:
        """Write or replace a file: whole or not at all."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""

    def locked(self) -> AbstractContextManager[None]:
        """For one process at a time. Raises OutputError where another has it."""

    def shown(self, name: str) -> str:
        """A file of it, for messages."""


def place_of(text: str) -> Place:
    """A path or an address. Raises CorpusError."""
    return address_of(text) or Path(text.removeprefix("file://") if text.startswith("file:///") else text)


def find(place: Place) -> Iterator[Found]:
    """The file, the files of the folder, or those that the pattern matches. Raises OSError; FileNotFoundError."""
    if isinstance(place, Address):
        return (Found(*one) for one in _remote().find(place))
    return (Found(*one) for one in local.find(place))


def open_input(place: Place) -> BinaryIO:
    """A file that can be read from any byte on. Raises OSError."""
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
        raise MissingExtra("reading and writing object stores", "pyarrow", "give paths of this machine") from None
    return remote
