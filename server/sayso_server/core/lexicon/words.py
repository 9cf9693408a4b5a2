"""Word lists: `data/words/*.toml`, one file per subject."""

from functools import cache
from importlib.resources.abc import Traversable

from sayso_server.core.lexicon.files import LexiconError, folder, read_toml, unique


def read_lists(data: Traversable) -> dict[str, frozenset[str]]:
    """Every list below `data` by its name; a name that two files use is an error."""
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
def load_words(*names: str) -> frozenset[str]:
    """The words of one list, or of several together, all lower case."""
    try:
        return frozenset().union(*(_lists()[name] for name in names))
    except KeyError as error:
        raise LexiconError(f"data/words has no list {error}") from None
