"""Quarantine for documents that crashed several workers: they are not read again.

It keeps only a digest of a document, none of its text. Entries expire, since a worker can also crash twice in a row for
other reasons, such as an operator or a machine out of memory. They outlive the request: clients of a hanging document
have usually timed out when its worker is killed, and send it again.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

MOST = 1024
"""The maximum number of digests; the oldest is evicted first."""


def digest_of(text: str) -> bytes:
    """The digest of a text; unpaired surrogates do not occur here, but would not fail."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).digest()


@dataclass(frozen=True, slots=True)
class _Record:
    crashes: int
    until: float


class Quarantine:
    """Remembers at most `most` documents, each for `duration` seconds after its last crash."""

    def __init__(self, duration: float, most: int = MOST) -> None:
        self._duration = duration
        self._most = most
        self._records: OrderedDict[bytes, _Record] = OrderedDict()

    def record_crash(self, text: str, now: float) -> int:
        """Record that a text crashed a worker at `now`, a time of the event loop. Returns its recent crashes."""
        crashes = self.crashes(text, now) + 1
        digest = digest_of(text)
        self._records.pop(digest, None)
        self._records[digest] = _Record(crashes, now + self._duration)
        while len(self._records) > self._most:
            self._records.popitem(last=False)
        return crashes

    def clear(self, text: str) -> None:
        """Forget a text that was read after all, so that something else caused its crashes."""
        self._records.pop(digest_of(text), None)

    def crashes(self, text: str, now: float) -> int:
        """The recent number of workers that a text crashed."""
        while self._records and next(iter(self._records.values())).until <= now:
            self._records.popitem(last=False)
        record = self._records.get(digest_of(text)) if self._records else None
        return record.crashes if record else 0
