"""Documents that crashed workers: one that crashed several is not read again.

What is kept of a document is a digest: none of its text. It is forgotten after a while, since a worker may die by
another's fault (of an operator, of a machine short of memory) twice in a row. The memory outlives the request: who
sends a document that takes for ever has often gone by the time its worker is ended, and comes again.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

MOST = 1024
"""Digests kept; the oldest makes room for the newest."""


def digest_of(text: str) -> bytes:
    """The digest of a text; half a surrogate pair cannot occur here, but would not fail either."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).digest()


@dataclass(frozen=True, slots=True)
class _Record:
    crashes: int
    until: float


class Quarantine:
    """Remembers documents for `duration` seconds after the last crash, `most` of them."""

    def __init__(self, duration: float, most: int = MOST) -> None:
        self._duration = duration
        self._most = most
        self._records: OrderedDict[bytes, _Record] = OrderedDict()

    def record_crash(self, text: str, now: float) -> int:
        """A text crashed a worker at `now`, a time of the event loop. Returns how many it crashed lately."""
        crashes = self.crashes(text, now) + 1
        digest = digest_of(text)
        self._records.pop(digest, None)
        self._records[digest] = _Record(crashes, now + self._duration)
        while len(self._records) > self._most:
            self._records.popitem(last=False)
        return crashes

    def clear(self, text: str) -> None:
        """A text was read, so something else crashed its worker."""
        self._records.pop(digest_of(text), None)

    def crashes(self, text: str, now: float) -> int:
        """How many workers a text crashed lately."""
        while self._records and next(iter(self._records.values())).until <= now:
            self._records.popitem(last=False)
        record = self._records.get(digest_of(text)) if self._records else None
        return record.crashes if record else 0
