"""Descriptions of exceptions without their messages, which may quote the document."""

import traceback
from pathlib import Path


def describe(error: BaseException) -> str:
    """Type and place of an exception, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""
    return f"{type(error).__name__}{place}"
