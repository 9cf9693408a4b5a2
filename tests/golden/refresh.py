"""`make golden`: parse the golden cases with the bundled models and freeze the trees; print what changed."""

import sys
from pathlib import Path

from support.bracket import read_cases
from support.frozen import freeze

from sayso_server.core.document import read
from sayso_server.parsing.files import check
from sayso_server.parsing.load import BUNDLED
from sayso_server.parsing.stanza_parser import from_folder

HERE = Path(__file__).parent


def main() -> None:
    """Refresh every file of trees."""
    parser = from_folder(BUNDLED)
    version = check(BUNDLED).version
    for path in sorted((HERE / "cases").glob("*.md")):
        documents = [read(case.text) for case in read_cases(path)]
        paragraphs = list(dict.fromkeys(d.plain[p.start : p.end] for d in documents for p in d.paragraphs))
        target = HERE / "trees" / f"{path.stem}.conllu"
        new = freeze(paragraphs, parser.parse(paragraphs), f"models {version}")
        old = target.read_text(encoding="utf-8") if target.exists() else ""
        changed = len(set(new.split("\n\n")) - set(old.split("\n\n")))
        target.write_text(new, encoding="utf-8")
        sys.stdout.write(f"{target.name}: {len(paragraphs)} paragraphs, {changed} sentences or headers changed\n")


if __name__ == "__main__":
    main()
