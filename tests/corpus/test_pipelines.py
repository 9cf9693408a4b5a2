"""The block of docs/corpus.md for Ray Data, with the fake engine."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.corpus import environment

pytest.importorskip("ray", reason="the extra `corpus` is not installed: no Ray")
PAGE = (Path(__file__).parents[2] / "docs/corpus.md").read_text("utf-8")


def test_ray_data(tmp_path: Path) -> None:
    found = re.search(r"```python\n(import ray\n.*?)```", PAGE, re.DOTALL)
    assert found
    block = found[1].replace("(BatchReader, ", "(BatchReader, fn_constructor_kwargs={'load': load_deadly}, ")
    assert "load_deadly" in block
    (tmp_path / "news").mkdir()
    texts = [{"id": f"d{n}", "text": "“Yes,” said Mara." if n % 2 else "Nothing."} for n in range(40)]
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in texts)
    (tmp_path / "news" / "a.jsonl").write_text(lines, "utf-8")
    start = "from support.engine import load_deadly\n"
    end = "\nprint(sorted(row['document_id'] for row in ray.data.read_parquet('statements').take_all()))"
    done = subprocess.run(
        [sys.executable, "-c", start + block + end],
        cwd=tmp_path,
        env=environment() | {"RAY_USAGE_STATS_ENABLED": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1].replace("'", '"')) == sorted(f"d{n}" for n in range(1, 40, 2))
