"""Arguments of another type than they must have."""

from numbers import Number
from typing import Any, TypeVar

_Value = TypeVar("_Value")


def typed(name: str, value: _Value, kind: Any, wanted: str) -> _Value:
    """The value, if it is of its kind; True and False are no numbers. Raises TypeError, which names the argument."""
    if not isinstance(value, kind) or (isinstance(value, bool) and issubclass(kind, Number)):
        raise TypeError(f"{name} is of type {type(value).__name__}; it must be {wanted}")
    return value
