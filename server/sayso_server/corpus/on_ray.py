"""The runner on Ray Data: `map_batches` over slices, with a pool of actors that each have a reader.

It is the only module that imports ray. Little data is transferred: positions of slices to the actors, finished parts
back.
"""

import functools
import itertools
import logging
import os
import pickle
import secrets
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sayso_server.corpus.errors import CorpusError, MissingExtra
from sayso_server.corpus.parts import Part
from sayso_server.corpus.plan import Slice
from sayso_server.corpus.reading import Reading, SliceReader

# Ray reads these when it is imported: no usage statistics, no messages about itself.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
try:
    import ray
    import ray.data
except ImportError:
    raise MissingExtra(
        "reading with several workers or on a cluster", "ray", "leave out --workers and --address"
    ) from None

_FOLDER = "sayso-ray-"
_LOT = 256
"""The maximum number of items in Ray at once: finished parts, or blocks of profiles."""
_OBJECT_STORE = 128 * 1024 * 1024
"""The object store size of our own Ray instance in bytes: it holds a few finished parts of about 50 kB."""


@contextmanager
def parts_on_ray(
    reading: Reading, slices: tuple[Slice, ...], *, workers: int, address: str | None
) -> Iterator[Iterator[Part]]:
    """Parts in the order in which they finish; on the cluster at `address`, otherwise on our own Ray instance."""
    with _connected(address, workers, reading.threads):
        yield _parts(reading, slices, workers)


@contextmanager
def mapping_on_ray(*, workers: int, address: str | None) -> Iterator[Callable[..., Iterator[Any]]]:
    """A mapper (see people/job.py) on Ray Data, which sends items in batches; runs where `parts_on_ray` does."""
    with _connected(address, workers, 1):
        yield functools.partial(_mapped, workers=workers)


def _mapped(function: Callable[[Any, Any], Any], items: Iterable[Any], shared: Any, *, workers: int) -> Iterator[Any]:
    """The results in the order of the items. Shared data is sent once; items are sent in batches."""
    reference = ray.put(shared)
    remaining = iter(items)
    while lot := [pickle.dumps(item) for item in itertools.islice(remaining, _LOT)]:
        numbered = [{"number": number, "item": item} for number, item in enumerate(lot)]
        dataset = ray.data.from_items(numbered, override_num_blocks=min(len(lot), 4 * workers)).map_batches(
            _Applied,
            fn_constructor_args=(function, [reference]),
            batch_size=1,
            num_cpus=1,
            compute=ray.data.ActorPoolStrategy(size=min(workers, len(lot))),
        )
        try:
            results = {row["number"]: row["result"] for row in dataset.iter_rows()}
        except ray.exceptions.RayError as error:
            raise CorpusError(f"Ray failed: {type(error).__name__}") from error
        yield from (pickle.loads(results[number]) for number in range(len(lot)))


class _Applied:
    """A function of an item, and of what all share, as Ray Data wants it."""

    def __init__(self, function: Callable[[Any, Any], Any], shared: list[Any]) -> None:
        self._function = function
        self._shared = ray.get(shared[0])

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        results = [pickle.dumps(self._function(pickle.loads(item), self._shared)) for item in batch["item"]]
        return {"number": batch["number"], "result": results}


class _Actor:
    """A reader as a Ray Data actor: a batch is one slice."""

    def __init__(self, reading: Reading) -> None:
        self._reader = SliceReader(reading)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        return {"part": [_outcome(self._reader, piece) for piece in batch["slice"]]}


def _outcome(reader: SliceReader, piece: bytes) -> bytes:
    """The part, or the error that ends the job, returned as a value, since Ray would wrap and log an exception."""
    try:
        return pickle.dumps(reader.read(pickle.loads(piece)))
    except CorpusError as error:
        return pickle.dumps(CorpusError(str(error)))


def _parts(reading: Reading, slices: tuple[Slice, ...], workers: int) -> Iterator[Part]:
    pieces = [{"slice": pickle.dumps(one)} for one in slices]
    # One block per slice: Ray distributes blocks, and a small input would become a single one.
    dataset = ray.data.from_items(pieces, override_num_blocks=len(pieces)).map_batches(
        _Actor,
        fn_constructor_args=(reading,),
        batch_size=1,
        num_cpus=reading.threads,
        # One slice is read and one waits: more would wait for a slow worker while others are idle.
        compute=ray.data.ActorPoolStrategy(size=min(workers, len(pieces)), max_tasks_in_flight_per_actor=2),
    )
    try:
        for row in dataset.iter_rows():
            outcome = pickle.loads(row["part"])
            if isinstance(outcome, CorpusError):
                raise outcome
            yield outcome
    except ray.exceptions.RayError as error:
        raise CorpusError(f"Ray failed: {type(error).__name__}") from error


@contextmanager
def _connected(address: str | None, workers: int, threads: int) -> Iterator[None]:
    """A connection to the cluster at `address`, or to our own Ray instance, which it starts, stops and cleans up."""
    if address:
        _check(address)
    folder = None if address else _folder()
    try:
        with _without_standard_error(), _own_signals():
            ray.init(log_to_driver=False, **({"address": address} if address else _own(folder, workers * threads)))
        _silence()
        yield
    except ConnectionError as error:
        message = f"cannot connect to a Ray cluster at {address}; if it is running, check RAY_AUTH_TOKEN"
        raise CorpusError(message) from error
    finally:
        with _without_standard_error():
            ray.shutdown()
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _check(address: str) -> None:
    """Check that the cluster answers: Ray itself would retry for minutes. Raises CorpusError."""
    if address.startswith("ray://"):
        raise CorpusError(f"{address}: Ray Data cannot run through ray://; run this on a machine of the cluster")
    host, _, port = address.rpartition(":")
    if host and port.isdecimal():
        try:
            socket.create_connection((host, int(port)), timeout=10).close()
        except OSError as error:
            raise CorpusError(f"there is no Ray cluster at {address}: {error.strerror or error}") from error


def _folder() -> str:
    """A folder for our own Ray instance; removes those of killed processes. The path is short, for Unix sockets."""
    for path in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        if not _is_alive(path.name.removeprefix(_FOLDER).split("-")[0]):
            shutil.rmtree(path, ignore_errors=True)
    return tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-")


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _own(folder: str | None, cores: int) -> dict[str, Any]:
    # Ray requires a token, and would create one in the home folder, which may not be writable.
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    return {
        "address": "local",
        "num_cpus": cores + 1,  # if the actors take all cores, Ray Data has none left for itself
        "include_dashboard": False,
        "object_store_memory": _OBJECT_STORE,
        "_temp_dir": folder,
    }


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep our own SIGTERM handler: Ray's prints a stack trace and aborts."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _without_standard_error() -> Iterator[None]:
    """Silence standard error: Ray writes to it at start and end, bypassing logging; errors come as exceptions."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _silence() -> None:
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.ERROR)
