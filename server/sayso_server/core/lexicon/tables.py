"""Tables: word lists by key, in `data/<name>.toml` and in files that scripts generate from public data.

`data/generated/<name>.tsv` adds its words to the table of the same name: one key per line, a tab, words.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources.abc import Traversable

from sayso_server.core.lexicon.files import folder, read_generated, read_toml, unique


def read_table(data: Traversable, name: str) -> dict[str, frozenset[str]]:
    """A table from `data`, by key: generated keys first, then those that are only in the TOML file."""
    table: dict[str, frozenset[str]] = {}
    path = data / "generated" / f"{name}.tsv"
    for line in read_generated(path)[1] if path.is_file() else ():
        key, _, words = line.partition("\t")
        table[key] = frozenset(unique(words, f"{path.name}: {key}"))
    path = data / f"{name}.toml"
    for key, value in read_toml(path).items():
        table[key] = table.get(key, frozenset()) | frozenset(unique(value, f"{path.name}: {key}"))
    return table


@cache
def load_table(name: str) -> Mapping[str, frozenset[str]]:
    """The word lists of a table by key, all lower case; generated keys come first."""
    return read_table(folder(), name)
