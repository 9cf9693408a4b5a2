"""The engine: Stanza with the models that were asked for, behind the core's extraction."""

import os
from pathlib import Path

from sayso_server.core.pipeline import Extractor, Model
from sayso_server.parsing import files
from sayso_server.parsing.errors import ModelError

BUNDLED = Path(__file__).parent.parent / "models" / "en"


def load_engine(model: str = "bundled", *, threads: int | None = None) -> Extractor:
    """An extractor on `bundled` models or those of a folder. Nothing is downloaded.

    `threads` is how many cores torch may take; it must be set before torch is first imported to hold everywhere.
    Raises ModelError with one line that says what is wrong.
    """
    if threads is not None:
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    if model.startswith("stanza:"):
        raise ModelError(f"{model}: Stanza's own packages are not supported yet; use bundled or a folder")
    folder = BUNDLED if model == "bundled" else Path(model)
    manifest = files.check(folder)
    from sayso_server.parsing.stanza_parser import StanzaParser  # imports torch, after its threads are set

    parser = StanzaParser(folder, threads=threads)
    parser.parse(["The mayor said that the bridge is open."])  # warm-up
    return Extractor(parser, Model("bundled" if model == "bundled" else folder.name, manifest.version, manifest.digest))
