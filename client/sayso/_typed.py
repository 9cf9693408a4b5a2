"""Type checks of arguments."""

from numbers import Number
from typing import Any, TypeVar

_Value = TypeVar("_Value")


def typed(name: str, value: _Value, kind: Any, wanted: str) -> _Value:
    """The value, if its type is `kind`; booleans are not numbers. Raises a TypeError that names the argument."""
    if not isinstance(value, kind) or (isinstance(value, bool) and issubclass(kind, Number)):
        raise TypeError(f"{name} is of type {type(value).__name__}; it must be {wanted}")
    return value
