"""`make docs-picture`: docs/page.png, the page of an invented article. Needs Chromium and Pillow (extra `plots`)."""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from support.browser import browsing

ROOT = Path(__file__).parents[2]
SIZE = (1040, 640)
COLOURS = 64


def main() -> None:
    """Read the article, open its page and take the picture, in few colours."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        article = ROOT / "examples/strait.txt"
        command = [sys.executable, "-m", "sayso", "extract", "--local", article.name, "-o", str(folder / "page.html")]
        subprocess.run(command, cwd=article.parent, check=True)
        with browsing(folder / "profile") as page:
            page.size(*SIZE)
            page.prefer("light")
            page.open(folder / "page.html")
            page.picture(folder / "page.png")
        picture = Image.open(folder / "page.png").convert("RGB").quantize(COLOURS)
        picture.save(ROOT / "docs/page.png", optimize=True)


if __name__ == "__main__":
    main()
