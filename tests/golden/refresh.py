"""`make golden` gives trees to the golden cases that have none; `make golden-all` parses all of them again."""

import sys
from pathlib import Path

from support.models import load
from support.refresh import OtherModelsError, add, freeze_all, refresh

GOLDEN = Path(__file__).parent


def main() -> int:
    """Refresh the files of trees, and report the changes."""
    try:
        lines = refresh(GOLDEN, freeze_all if "--all" in sys.argv[1:] else add, load)
    except OtherModelsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
