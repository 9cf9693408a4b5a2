"""The caller's own input fields, which are copied into both tables."""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sayso_server.corpus.errors import CorpusError
from sayso_server.lines import moment

TYPES = {"string": "string", "int": "int", "float": "float", "bool": "bool", "timestamp": "moment"}
"""Type names of the command line, with the column types."""
UNREADABLE_FIELD = "UNREADABLE_FIELD"
"""The warning for a document whose value has the wrong type: its column is null."""

Value = str | int | float | bool | datetime | None


@dataclass(frozen=True, slots=True)
class Carried:
    """A field of the input that becomes a column under the same name. `type` is one of TYPES."""

    name: str
    type: str = "string"

    def value(self, record: Mapping[str, object]) -> tuple[Value, bool]:
        """The value of a record, null if it has none; and whether the value has the right type."""
        given = record.get(self.name)
        if given is None:
            return None, True
        try:
            value = _READ[self.type](given)
        except (ValueError, TypeError, OverflowError):
            return None, False
        return value, value is not None


def carried_of(texts: Sequence[str], taken: Sequence[str]) -> tuple[Carried, ...]:
    """Fields given as `NAME` or `NAME:TYPE`. Raises CorpusError if a name is `taken` or given twice."""
    found: dict[str, Carried] = {}
    for text in texts:
        name, colon, kind = text.rpartition(":")
        one = Carried(name, kind) if colon and kind in TYPES else Carried(text)
        if colon and kind not in TYPES and re.fullmatch("[a-z]+", kind):
            raise CorpusError(f"--carry {text}: the type must be one of {', '.join(TYPES)}")
        if one.name in taken:
            raise CorpusError(f"--carry {one.name}: the tables already have a column of this name")
        if one.name in found:
            raise CorpusError(f"--carry {one.name}: given twice")
        found[one.name] = one
    return tuple(found.values())


def columns(carried: Sequence[Carried]) -> dict[str, str]:
    """The columns of these fields, and their types."""
    return {one.name: TYPES[one.type] for one in carried}


def _string(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text.encode(errors="replace").decode()


def _int(value: object) -> int:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError
    number = int(value)  # type: ignore[call-overload] # raises TypeError for invalid values
    if not -(2**63) <= number < 2**63:
        raise OverflowError
    return int(number)


def _float(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        raise ValueError
    return number


def _bool(value: object) -> bool:
    known: dict[object, bool] = {True: True, False: False, "true": True, "false": False}
    if value not in known:
        raise ValueError
    return known[value]


_READ: dict[str, Callable[[object], Value]] = {
    "string": _string,
    "int": _int,
    "float": _float,
    "bool": _bool,
    "timestamp": moment,
}
