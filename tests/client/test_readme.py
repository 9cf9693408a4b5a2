"""The Python of the readme files runs as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.serving import PATIENCE, Running

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("readme", ["README.md", "client/README.md"])
def test_the_examples_run(served: Running, readme: str) -> None:
    examples = re.findall(r"```python\n(.*?)```", (ROOT / readme).read_text("utf-8"), re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        done = subprocess.run(
            [sys.executable, "-c", example],
            env=os.environ | {"SAYSO_SERVER": served.address, "PYTHONPATH": str(ROOT / "client")},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout
