"""Documents that are not read again, because the workers that read them died.

What is kept of a document is a digest: none of its text. It is forgotten after a while, since a worker may die by
another's fault (of an operator, of a machine short of memory) twice in a row.
"""

import hashlib
from collections import OrderedDict

MOST = 1024
"""Digests kept; the oldest makes room for the newest."""


def digest_of(text: str) -> bytes:
    """What stands for a text; half a surrogate pair cannot come in here, but would not fail either."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).digest()


class Refusals:
    """Remembers refused documents for `duration` seconds, `most` of them."""

    def __init__(self, duration: float, most: int = MOST) -> None:
        self._duration = duration
        self._most = most
        self._until: OrderedDict[bytes, float] = OrderedDict()

    def add(self, text: str, now: float) -> None:
        """Refuse a text from `now` on, a time of the event loop."""
        digest = digest_of(text)
        self._until.pop(digest, None)
        self._until[digest] = now + self._duration
        while len(self._until) > self._most:
            self._until.popitem(last=False)

    def hold(self, text: str, now: float) -> bool:
        """Whether a text is refused."""
        while self._until and next(iter(self._until.values())) <= now:
            self._until.popitem(last=False)
        return bool(self._until) and digest_of(text) in self._until
