"""`make docs`: the pages as a site, by Sphinx and MyST. A forge shows the same files without it.

The source folder is the repository, so that links between pages, and to pages next to the code, are checked.
"""

import re
import tomllib
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]

project = "sayso"
release = tomllib.loads((ROOT / "client/pyproject.toml").read_text("utf-8"))["project"]["version"]
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "client/*.md", "server/**/*.md", "examples/**/*.md"]
exclude_patterns = ["**/node_modules", "build", ".*"]
myst_heading_anchors = 4
myst_enable_extensions = ["strikethrough"]
html_theme = "furo"
html_title = f"sayso {release}"
html_copy_source = False
suppress_warnings = ["misc.highlighting_failure"]  # blocks that are parts of files, and languages without colours


def setup(app: Sphinx) -> None:
    """Registers what is done to a page before it is read."""
    app.connect("source-read", add_contents)


def add_contents(app: Sphinx, name: str, source: list[str]) -> None:
    """Give the index its table of contents: the pages that it links to, in order, then all others."""
    if name != root_doc:
        return
    linked = re.findall(r"\]\(([\w./-]+)\.md[#)]", source[0])
    pages = [str((ROOT / "docs" / target).resolve().relative_to(ROOT)) for target in linked]
    others = sorted(app.env.found_docs - set(pages) - {root_doc})
    lines = "\n".join(f"/{page}" for page in dict.fromkeys([*pages, *others]))
    source[0] += f"\n\n```{{toctree}}\n:hidden:\n\n{lines}\n```\n"
