"""What is known of the call that the current task answers: for its line in the log, and for metrics."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class CallFacts:
    """Filled in on the way, by every task of the call. No text of the caller's is in it.

    `caller` is the name of its token, empty without one; `reason` why it was refused; `documents` and `words` are what
    was read for it; `queued` is the longest time that one of its documents waited for a worker, in seconds.
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
        """What there is to log."""
        facts: dict[str, str | int | float] = {"caller": self.caller, "reason": self.reason}
        facts = {name: value for name, value in facts.items() if value}
        if self.documents:
            facts |= {"documents": self.documents, "words": self.words, "queued": round(self.queued, 4)}
        return facts


_current: ContextVar[CallFacts | None] = ContextVar("call_facts", default=None)


def begin_call() -> CallFacts:
    """The facts of a new call, which are those of the current task from now on."""
    facts = CallFacts()
    _current.set(facts)
    return facts


def call_facts() -> CallFacts:
    """The facts of the current call; outside of any, some that nobody reads."""
    return _current.get() or CallFacts()
