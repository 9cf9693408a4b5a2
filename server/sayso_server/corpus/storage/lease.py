"""The lock of an output on stores without locks: a claim that its owner renews.

Each job first writes its own claim, and only then looks for others. Stores list everything that has been written, so of
two jobs at least one sees the other and withdraws. This needs no conditional requests, which not every store supports.
Two jobs that start at the same moment may both withdraw. Ages are measured by the store's clock, from the times of two
claims.

A claim that was not renewed for the length of a lease belongs to a killed job and is taken over; a claim of a process
that has ended on this machine is taken over at once.
"""

import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from sayso_server.corpus.errors import OutputError
from sayso_server.corpus.storage.owner import Owner, owner_of, this_process

FOLDER = "_lock/"
LEASE_SECONDS = 120.0
RENEWED_SECONDS = 20.0
SETTLING_SECONDS = 5.0
"""The wait after a takeover: a request of the killed job may still be in progress."""

_log = logging.getLogger(__name__)


class Store(Protocol):
    """The methods of an output's folder that the lock needs."""

    def names(self, inside: str) -> list[str]:
        """The names of the files of a folder."""

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if it does not exist."""

    def write_claim(self, name: str, content: bytes) -> None:
        """Write a file."""

    def remove(self, name: str) -> None:
        """Remove a file."""

    def changed(self, name: str) -> float | None:
        """The modification time of a file in seconds; None if it does not exist."""

    def shown(self, name: str) -> str:
        """The path of a file, for messages."""


@dataclass
class Claim:
    """A held claim. It is lost if it was not renewed in time, or another job has taken it over."""

    store: Store
    owner: Owner
    clock: Callable[[], float] = time.monotonic
    _ended: threading.Event = field(default_factory=threading.Event)
    _renewed: float = 0.0
    _is_taken: bool = False

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{FOLDER}{self.owner.token}.json"

    def write(self) -> None:
        """Write or renew it."""
        began = self.clock()
        self.store.write_claim(self.name, json.dumps(self.owner.record()).encode())
        self._renewed = began

    def check(self) -> None:
        """Check the claim before anything is written. Raises OutputError if it is lost."""
        if self._is_taken or self.clock() - self._renewed > LEASE_SECONDS / 2:
            raise OutputError(
                f"{self.store.shown('')}: the lock was lost: it could not be renewed for {LEASE_SECONDS / 2:g} seconds,"
                " or another job took it over; when no other job is running, run the same command again"
            )

    def keep(self) -> None:
        """Renew it until it ends; runs in a thread."""
        while not self._ended.wait(RENEWED_SECONDS) and not self._is_taken:
            self.renew()

    def renew(self) -> None:
        """Write it again, unless another job has removed it."""
        try:
            if self.store.changed(self.name) is None:
                self._is_taken = True
            else:
                self.write()
        except OSError:
            pass  # check() raises if it has been too long

    def end(self) -> None:
        """Stop renewing it, and remove it."""
        self._ended.set()
        with contextlib.suppress(OSError):  # it expires with its lease
            self.store.remove(self.name)


@contextlib.contextmanager
def claimed(store: Store) -> Iterator[Claim]:
    """Hold the lock. Raises OutputError if another job holds it."""
    claim = Claim(store, this_process())
    claim.write()
    try:
        _refuse_or_take_over(store, claim)
        thread = threading.Thread(target=claim.keep, daemon=True)
        thread.start()
        yield claim
    finally:
        claim.end()


def _refuse_or_take_over(store: Store, claim: Claim) -> None:
    own = store.changed(claim.name) or 0.0
    stale = []
    for name in (FOLDER + one for one in store.names(FOLDER.rstrip("/"))):
        if name == claim.name:
            continue
        content, written = store.read(name), store.changed(name)
        if content is None or written is None:
            continue  # withdrawn in the meantime
        owner = _owner(content)
        age = max(0.0, own - written)
        if age < LEASE_SECONDS and not owner.has_ended():
            raise OutputError(
                f"{store.shown('')}: another job is writing to it: {owner}, whose lock was renewed {age:.0f} s ago;"
                f" if it was killed, its lock expires {LEASE_SECONDS:g} s after that"
            )
        stale.append((name, owner, age))
    for name, owner, age in stale:
        _log.warning("%s: took over the lock of %s, which was renewed %.0f s ago", store.shown(""), owner, age)
        store.remove(name)
    if stale:
        time.sleep(SETTLING_SECONDS)


def _owner(content: bytes) -> Owner:
    try:
        record = json.loads(content)
    except ValueError:
        record = {}
    return owner_of(record if isinstance(record, dict) else {})
