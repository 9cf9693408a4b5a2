"""`python -m sayso_server.core.listing` lists the rules and link rules, and which have no weights or counts yet."""

import sys
from collections.abc import Iterator

from sayso_server.core.rules import RULES
from sayso_server.core.selection.weights import unweighed
from sayso_server.core.speakers.calibration import calibration
from sayso_server.core.speakers.link_rules import LINK_RULES, LinkFamily


def lines() -> Iterator[str]:
    """The tables, a row per line."""
    yield "rules, in order:"
    new = set(unweighed())
    for rule in RULES.values():
        notes = [rule.ends.value + " ends", *(["certain"] if rule.certain else [])]
        notes += ["no weights yet: those of its family"] if rule.name in new else []
        yield f"  {rule.name:24}{rule.family:14}{', '.join(notes)}"
    yield "link rules:"
    uncounted = set(calibration().uncounted())
    for link in LINK_RULES:
        note = "no counts yet: the mean of its family" if link in uncounted else ""
        yield f"  {link.name:34}{link.family if link.family is not LinkFamily.NOBODY else '-':14}{note}".rstrip()


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in lines())
