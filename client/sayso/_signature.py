"""Signatures that list the keywords of `**options`, for help() and notebooks; type checkers read OptionKeywords."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

from sayso.models import Options

_Method = TypeVar("_Method", bound=Callable[..., Any])


def shows_options(method: _Method) -> _Method:
    """The same method, with each option listed in its signature and docstring."""
    own = inspect.signature(method)
    named = [one for one in own.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
    options = [
        inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=one.default, annotation=one.type)
        for one in fields(Options)
    ]
    method.__signature__ = own.replace(parameters=[*named, *options])  # type: ignore[attr-defined]
    said = inspect.cleandoc(Options.__doc__ or "").partition("\n\n")[2]
    method.__doc__ = f"{inspect.cleandoc(method.__doc__ or '')}\n\n{said}"
    return method
