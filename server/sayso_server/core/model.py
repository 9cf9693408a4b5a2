"""Which models read a text."""

from typing import NamedTuple


class Model(NamedTuple):
    """The models that made a result. `digest` is SHA-256 over their files, hexadecimal."""

    name: str
    """ "bundled", a folder's name, or stanza:PACKAGE."""
    version: str
    digest: str
    number_format: str = ""
    """What its encoder calculates in: int8 or float32, or float16 on a GPU."""
