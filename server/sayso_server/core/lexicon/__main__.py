"""`python -m sayso_server.core.lexicon`: sort the data files in place; a second run changes nothing. `make words`."""

import sys
from pathlib import Path

from sayso_server.core.lexicon.files import folder
from sayso_server.core.lexicon.layout import arranged, arranged_table


def main() -> None:
    """Rewrite the files, and name those that changed."""
    data = Path(str(folder()))
    for path in sorted(data.rglob("*.toml")):
        is_table = path.parent == data and path.stem != "cues"
        text = path.read_text(encoding="utf-8")
        new = arranged_table(text) if is_table else arranged(text)
        if new != text:
            path.write_text(new, encoding="utf-8")
            sys.stdout.write(f"{path.name}: sorted\n")


if __name__ == "__main__":
    main()
