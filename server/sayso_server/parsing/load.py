"""The engine: the core's extraction with the requested models."""

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING

from sayso_server.core.lexicon import LexiconError
from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor
from sayso_server.core.scoring import DataError
from sayso_server.parsing import files
from sayso_server.parsing.errors import ModelError

if TYPE_CHECKING:
    from sayso_server.parsing.stanza_parser import StanzaParser

BUNDLED = Path(__file__).parent.parent / "models" / "en"
PACKAGE_PREFIX = "stanza:"


def load_parser(model: str = "bundled", *, threads: int | None = None) -> tuple["StanzaParser", Model]:
    """A parser on `bundled` models, those of a folder, or (`stanza:PACKAGE`) one of Stanza's own packages.

    Only the last may look for files elsewhere: in Stanza's resources folder, then at its hub. `threads` is how many
    cores torch may take; it must be set before torch is first imported to hold everywhere.
    Raises ModelError with the problem in one line.
    """
    if threads is not None:
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    is_package = model.startswith(PACKAGE_PREFIX)
    folder = BUNDLED if model == "bundled" else Path(model)
    manifest = None if is_package else files.check(folder)
    from sayso_server.parsing import stanza_parser  # imports torch, after its threads are set
    from sayso_server.parsing.layers import fastest_name

    stanza_parser.prepare(threads)
    if manifest is None:
        parser, version, digest = stanza_parser.from_package(model.removeprefix(PACKAGE_PREFIX))
        described = Model(model, version, digest, "float32")
    else:
        parser = stanza_parser.from_folder(folder)
        name = "bundled" if model == "bundled" else folder.name
        described = Model(name, manifest.version, manifest.digest, fastest_name())
    gc.freeze()  # modules and models stay: Python need not look for garbage among their million objects
    return parser, described


def load_engine(model: str = "bundled", *, threads: int | None = None) -> Extractor:
    """An extractor, warmed up; arguments and errors as for `load_parser`."""
    parser, described = load_parser(model, threads=threads)
    extractor = Extractor(parser, described, parser.coreference)
    try:
        extractor.extract("Mayor Mara Olin said that the bridge is open. “It failed,” she added.")
    except (DataError, LexiconError) as error:
        raise ModelError(f"the data of sayso-server are damaged ({error}): reinstall it") from error
    return extractor
