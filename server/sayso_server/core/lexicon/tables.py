"""Tables: `data/<name>.toml`, word lists by key."""

from collections.abc import Mapping
from functools import cache

from sayso_server.core.lexicon.files import folder, read_toml, unique


@cache
def load_table(name: str) -> Mapping[str, frozenset[str]]:
    """The word lists of a table by key, all lower case."""
    path = folder() / f"{name}.toml"
    return {key: frozenset(unique(value, f"{path.name}: {key}")) for key, value in read_toml(path).items()}
