"""Facts about the current call, for its log line and for metrics."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class CallFacts:
    """Filled in by the tasks of a call as it proceeds. It never contains text of the caller.

    `caller` is the name of its token, empty without one; `reason` is why it was rejected; `documents` and `words` are
    the numbers read for it; `queued` is the longest time that one of its documents waited for a worker, in seconds.
    """

    caller: str = ""
    reason: str = ""
    documents: int = 0
    words: int = 0
    queued: float = 0.0

    def read(self, words: int, queued: float) -> None:
        """Count a document that was read."""
        self.documents += 1
        self.words += words
        self.queued = max(self.queued, queued)

    def shown(self) -> dict[str, str | int | float]:
        """The fields to log."""
        facts: dict[str, str | int | float] = {"caller": self.caller, "reason": self.reason}
        facts = {name: value for name, value in facts.items() if value}
        if self.documents:
            facts |= {"documents": self.documents, "words": self.words, "queued": round(self.queued, 4)}
        return facts


_current: ContextVar[CallFacts | None] = ContextVar("call_facts", default=None)


def begin_call() -> CallFacts:
    """Create the facts of a new call, and make them those of the current task."""
    facts = CallFacts()
    _current.set(facts)
    return facts


def call_facts() -> CallFacts:
    """The facts of the current call; outside a call, a throw-away object."""
    return _current.get() or CallFacts()
