"""`python -m sayso_server.core.lexicon` (`make words`): sorts the data files in place; a second run changes nothing."""

import sys
from pathlib import Path

from sayso_server.core.lexicon.cues import parse_cues
from sayso_server.core.lexicon.files import LexiconError, folder, read_toml
from sayso_server.core.lexicon.layout import arranged, arranged_table
from sayso_server.core.lexicon.tables import read_table
from sayso_server.core.lexicon.words import read_lists


def main() -> None:
    """Rewrite the files, and print the names of those that changed."""
    data = Path(str(folder()))
    for path in sorted(data.rglob("*.toml")):
        is_table = path.parent == data and path.stem != "cues"
        text = path.read_text(encoding="utf-8")
        new = arranged_table(text) if is_table else arranged(text)
        if new != text:
            path.write_text(new, encoding="utf-8")
            sys.stdout.write(f"{path.name}: sorted\n")
    try:
        _check(data)
    except LexiconError as error:
        sys.exit(str(error))


def _check(data: Path) -> None:
    """Raise LexiconError for what sorting cannot repair: a word listed twice, an unknown frame, a missing licence."""
    read_lists(data)
    for path in sorted(data.glob("*.toml")):
        if path.stem == "cues":
            parse_cues(read_toml(path))
        else:
            read_table(data, path.stem)


if __name__ == "__main__":
    main()
