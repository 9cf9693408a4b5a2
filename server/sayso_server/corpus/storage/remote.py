"""Object stores and HDFS over pyarrow.fs; the only module that imports it.

An object appears atomically at the end of its request, so it is written under its own name. An HDFS file appears when
it is opened, so it is written under another name and then moved.
"""

import functools
import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, cast

from pyarrow import ArrowException
from pyarrow import fs as arrow_fs

from sayso_server.corpus.errors import InputError
from sayso_server.corpus.storage import lease
from sayso_server.corpus.storage.places import Address, is_hidden, matcher, split_pattern

_READ_AHEAD = 1024 * 1024
"""The size of one request, in bytes, for a file that is read line by line: about a hundred articles."""
_WRITTEN_AT_PLACE = ("s3", "gs", "gcs", "abfs", "abfss")
_UNFINISHED = "_unfinished/"
_DEFAULTS = {
    # Otherwise S3 gets each part in three requests, and keeps (and charges for) incomplete uploads of killed jobs.
    "s3": "allow_delayed_open=true",
    # Otherwise Google Cloud Storage retries for fifteen minutes without credentials, and no signal stops it.
    "gs": "retry_limit_seconds=60",
}
"""Default option by scheme, for addresses without it."""


def with_default(scheme: str, options: str) -> str:
    """The options of an address, with the default of its scheme unless it is set."""
    default = _DEFAULTS.get(scheme, "")
    is_set = default.partition("=")[0] in options
    return options if is_set else f"{options}&{default}".strip("&")


@functools.cache
def _opened(scheme: str, authority: str, options: str) -> tuple[Any, str]:
    """The store, and the path of the bucket or the root in it."""
    scheme = "gs" if scheme == "gcs" else scheme
    options = with_default(scheme, options)
    try:
        system, root = arrow_fs.FileSystem.from_uri(f"{scheme}://{authority}/" + (f"?{options}" if options else ""))
    except (ArrowException, ValueError, OSError) as error:
        raise InputError(f"{scheme}://{authority}: cannot be opened: {str(error).splitlines()[0]}") from None
    return system, root.strip("/")


def _resolved(address: Address) -> tuple[Any, str]:
    system, root = _opened(address.scheme, address.authority, address.options)
    if address.scheme in ("hdfs", "viewfs"):
        return system, f"/{address.path}"
    return system, f"{root}/{address.path}".strip("/")


def find(address: Address) -> Iterator[tuple[Address, str, int]]:
    """Files: place, name and size of each. The name of an existing file is never treated as a pattern."""
    system, path = _resolved(address)
    info = system.get_file_info(path)
    if info.type is arrow_fs.FileType.File:
        yield address, path.rpartition("/")[2], info.size
        return
    base, pattern = (address.path, "") if info.type is arrow_fs.FileType.Directory else split_pattern(address.path)
    folder = address.at(base)
    matches = matcher(pattern or "**").fullmatch
    found = _listed(folder)
    if found is None:
        raise FileNotFoundError(2, "there is no such file or folder", str(address))
    for name, size in found:
        if not is_hidden(name) and matches(name):
            yield folder.at(f"{base}/{name}".lstrip("/")), name, size


def _listed(folder: Address) -> list[tuple[str, int]] | None:
    """The names and sizes of all files in a folder, sorted; None if there is no such folder."""
    system, path = _resolved(folder)
    if system.get_file_info(path).type is not arrow_fs.FileType.Directory:
        return None
    files = system.get_file_info(arrow_fs.FileSelector(path, recursive=True))
    prefix = f"{path.strip('/')}/".lstrip("/")  # not every store begins paths with a slash
    return sorted(
        (one.path.lstrip("/").removeprefix(prefix), one.size) for one in files if one.type is arrow_fs.FileType.File
    )


def open_input(address: Address) -> BinaryIO:
    """A seekable file."""
    system, path = _resolved(address)
    return io.BufferedReader(cast(io.RawIOBase, system.open_input_file(path)), _READ_AHEAD)


class RemoteFolder:
    """A folder of a store as an output."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._system, self._path = _resolved(address)
        self._claim: lease.Claim | None = None

    def names(self, inside: str) -> list[str]:
        """The names of a folder's files."""
        return [name for name, _ in _listed(self._at(inside)) or () if "/" not in name]

    def is_empty(self) -> bool:
        """Whether it has no files except those of the lock."""
        return all(name.startswith((lease.FOLDER, _UNFINISHED)) for name, _ in _listed(self._address) or ())

    def read(self, name: str) -> bytes | None:
        """A file's bytes."""
        try:
            with self._system.open_input_file(f"{self._path}/{name}") as stream:
                return cast(bytes, stream.read())
        except FileNotFoundError:
            return None

    def put(self, name: str, content: bytes) -> None:
        """Write in one request: the object appears when it has been received completely."""
        if self._claim:
            self._claim.check()
        path = f"{self._path}/{name}"
        if self._address.scheme in _WRITTEN_AT_PLACE:
            self._write(path, content)
            return
        unfinished = f"{self._path}/{_UNFINISHED}{name.replace('/', '-')}"
        self._system.create_dir(path.rpartition("/")[0])
        self._system.create_dir(unfinished.rpartition("/")[0])
        self._write(unfinished, content)
        self.remove(name)  # HDFS cannot overwrite by moving; a job killed in between loses a part, which is read again
        self._system.move(unfinished, path)

    def remove(self, name: str) -> None:
        """Remove a file."""
        with suppress(FileNotFoundError):
            self._system.delete_file(f"{self._path}/{name}")

    def changed(self, name: str) -> float | None:
        """The modification time of a file in seconds, by the clock of the store; None if it does not exist."""
        info = self._system.get_file_info(f"{self._path}/{name}")
        return info.mtime_ns / 1e9 if info.type is arrow_fs.FileType.File else None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """A lock that lasts while its lease is renewed."""
        with lease.claimed(self) as claim:
            self._claim = claim
            yield
        self._claim = None

    def shown(self, name: str) -> str:
        """The address of a file."""
        return f"{self._address}/{name}".rstrip("/")

    def write_claim(self, name: str, content: bytes) -> None:
        """Like put(), for the lock itself."""
        path = f"{self._path}/{name}"
        if self._address.scheme not in _WRITTEN_AT_PLACE:
            self._system.create_dir(path.rpartition("/")[0])
        self._write(path, content)

    def _write(self, path: str, content: bytes) -> None:
        with self._system.open_output_stream(path, compression=None) as stream:
            stream.write(content)

    def _at(self, inside: str) -> Address:
        return self._address.at(f"{self._address.path}/{inside}".strip("/"))
