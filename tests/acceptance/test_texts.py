"""Real articles and releases, thousands of them: none fails, and every result keeps its promises.

The texts are not part of the project: TEST_SHARED names the folder that holds them (`../shared` by default).
"""

import json
import os
from pathlib import Path

import pytest
from support import models
from support.invariants import broken

from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor
from sayso_server.core.statement import CueClass, Options

TEXTS = Path(os.environ.get("TEST_SHARED", Path(__file__).parents[3] / "shared")) / "text"
FILES = sorted(TEXTS.glob("*.jsonl"))
EVERYTHING = Options(cue_classes=frozenset(CueClass))

pytestmark = pytest.mark.skipif(not FILES, reason=f"no texts in {TEXTS} (TEST_SHARED)")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_text_fails_and_every_result_keeps_its_promises(path: Path) -> None:
    extractor = Extractor(models.load().parser, Model("bundled", "", ""))
    faults, count = {}, 0
    for line in path.read_text("utf-8").splitlines():
        given = json.loads(line)
        try:
            result = extractor.extract(given["text"], EVERYTHING)
        except Exception as error:
            faults[given["id"]] = [repr(error)]
            continue
        count += len(result.statements)
        if found := broken(result):
            faults[given["id"]] = found
    assert faults == {}
    assert count > 0
