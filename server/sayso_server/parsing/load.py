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


def load_parser(
    model: str = "bundled", *, threads: int | None = None, device: str = "cpu"
) -> tuple["StanzaParser", Model]:
    """A parser with the `bundled` models, those of a folder, or (`stanza:PACKAGE`) a Stanza package.

    Only the last may look for files elsewhere: in Stanza's resources folder, then at its hub. `threads` is the number
    of torch threads; it must be set before torch is first imported to take full effect.
    `device` is cpu, cuda or cuda:N.
    Raises ModelError with the problem in one line.
    """
    if threads is not None:
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    is_package = model.startswith(PACKAGE_PREFIX)
    folder = BUNDLED if model == "bundled" else Path(model)
    manifest = None if is_package else files.check(folder)
    from sayso_server.parsing import stanza_parser  # imports torch, after its threads are set
    from sayso_server.parsing.device import device_of, number_format

    place = device_of(device)
    stanza_parser.prepare(threads)
    if manifest is None:
        parser, version, digest = stanza_parser.from_package(model.removeprefix(PACKAGE_PREFIX), place)
        described = Model(model, version, digest, "float32")
    else:
        parser = stanza_parser.from_folder(folder, device=place)
        name = "bundled" if model == "bundled" else folder.name
        described = Model(name, manifest.version, manifest.digest, number_format(place))
    gc.freeze()  # modules and models stay: the garbage collector can skip their million objects
    return parser, described


def load_engine(model: str = "bundled", *, threads: int | None = None, device: str = "cpu") -> Extractor:
    """An extractor, warmed up; arguments and errors as for `load_parser`."""
    parser, described = load_parser(model, threads=threads, device=device)
    extractor = Extractor(parser, described, parser.coreference)
    try:
        extractor.extract("Mayor Mara Olin said that the bridge is open. “It failed,” she added.")
    except (DataError, LexiconError) as error:
        raise ModelError(f"the data of sayso-server are damaged ({error}): reinstall it") from error
    return extractor
