"""The Python of the readme files runs as it stands there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.serving import PATIENCE, Running

from sayso.cli.connection import EXIT_STATUS

ROOT = Path(__file__).parent.parent.parent
MODULES = Path(os.environ.get("SAYSO_NODE_MODULES", ROOT / "build/acceptance/node_modules"))


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


def test_the_example_for_node_runs(served: Running) -> None:
    node = shutil.which("node")
    if not node or not (MODULES / "@grpc/grpc-js").exists():
        pytest.skip("node or grpc-js is missing: make acceptance fetches the latter")
    [example] = re.findall(r"```js\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    example = example.replace("localhost:50051", served.address).replace("said Mara Olin", "said Mara")
    done = subprocess.run(
        [node, "-e", example],
        cwd=ROOT,
        env=os.environ | {"NODE_PATH": str(MODULES)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "Mara [ '“The plan failed,”' ]\n")


def test_the_exit_statuses_of_the_readme_are_those_of_the_help() -> None:
    table = (ROOT / "README.md").read_text("utf-8").split("| exit status | |")[1].split("\n\n")[0]
    listed = [
        number for row in table.splitlines() for number in re.findall(r"\b\d+\b", row.split("|")[1] if row else "")
    ]
    assert listed == re.findall(r"^ +(\d+)  ", EXIT_STATUS, re.MULTILINE)
