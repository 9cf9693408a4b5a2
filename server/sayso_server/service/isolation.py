"""One text that the engine cannot read fails alone."""

import traceback
from collections.abc import Sequence
from pathlib import Path

from sayso_server.core.statement import Extraction, Options
from sayso_server.service.engine import Engine


def extract_each(engine: Engine, texts: Sequence[str], options: Options) -> list[Extraction | Exception]:
    """One extraction, or the exception of its text alone, per text and in order."""
    try:
        return list(_extract(engine, texts, options))
    except Exception as error:
        if len(texts) == 1:
            return [error]
        return [outcome for text in texts for outcome in extract_each(engine, [text], options)]


def _extract(engine: Engine, texts: Sequence[str], options: Options) -> list[Extraction]:
    extractions = engine.extract_many(texts, options)
    if len(extractions) != len(texts):
        raise RuntimeError(f"the engine answered {len(extractions)} of {len(texts)} texts")
    return extractions


def describe(error: BaseException) -> str:
    """Type and place of an exception, without its message, which may quote the document."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""
    return f"{type(error).__name__}{place}"
