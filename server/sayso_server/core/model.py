"""Identifies the models that read a text."""

from typing import NamedTuple


class Model(NamedTuple):
    """The models that produced a result. `digest` is the SHA-256 of their files, hexadecimal."""

    name: str
    """ "bundled", a folder's name, or stanza:PACKAGE."""
    version: str
    digest: str
    number_format: str = ""
    """Number format of the encoder: int8 or float32, or float16 on a GPU."""
