"""Word lists: `data/words/*.toml`, one file per subject, and files that scripts generate from public data.

`data/generated/<list>.txt` adds its words to the list of the same name.
"""

from functools import cache
from importlib.resources.abc import Traversable

from sayso_server.core.lexicon.files import LexiconError, folder, read_generated, read_toml, unique


def read_lists(data: Traversable) -> dict[str, frozenset[str]]:
    """Every list of `data/words` by its name. Raises LexiconError for a name in two files."""
    lists: dict[str, frozenset[str]] = {}
    files: dict[str, str] = {}
    for path in sorted((data / "words").iterdir(), key=lambda path: path.name):
        for name, value in read_toml(path).items():
            if name in lists:
                raise LexiconError(f"{path.name}: {files[name]} has a list {name!r} too")
            files[name] = path.name
            lists[name] = frozenset(unique(value, f"{path.name}: {name}"))
    return lists


@cache
def _lists() -> dict[str, frozenset[str]]:
    return read_lists(folder())


@cache
def _list(name: str) -> frozenset[str]:
    path = folder() / "generated" / f"{name}.txt"
    made = frozenset(read_generated(path)[1]) if path.is_file() else frozenset()
    if name not in _lists() and not made:
        raise LexiconError(f"there is no word list {name!r}")
    return made | _lists().get(name, frozenset())


@cache
def load_words(*names: str) -> frozenset[str]:
    """The words of one list, or of several together, all lower case."""
    return frozenset().union(*(_list(name) for name in names))
