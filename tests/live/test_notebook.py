"""The notebook in examples/ runs against a server with the bundled models and gives its stored output."""

import os
from pathlib import Path
from typing import Any

import pytest
from support.page_server import PageServer

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE = 300

pytestmark = [
    pytest.mark.live,
    # jupyter_client says that its connection, over loopback, is not encrypted
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture
def environment(server: PageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    libraries = [str(EXAMPLES.parent / "client"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(libraries))
    monkeypatch.setenv("SAYSO_SERVER", server.grpc)


@pytest.mark.usefixtures("environment")
def test_it_shows_what_it_shows() -> None:
    nbformat = pytest.importorskip("nbformat", reason="the group docs is missing: make docs installs it")
    nbclient = pytest.importorskip("nbclient", reason="the group docs is missing: make docs installs it")
    pytest.importorskip("ipykernel", reason="the group docs is missing: make docs installs it")
    notebook = nbformat.read(EXAMPLES / "notebook.ipynb", as_version=4)
    expected = _outputs(notebook)
    assert any(expected)
    client = nbclient.NotebookClient(notebook, timeout=PATIENCE, resources={"metadata": {"path": str(EXAMPLES)}})
    client.execute()
    assert _outputs(notebook) == expected


def _outputs(notebook: Any) -> list[list[str]]:
    """The output of each cell as text."""
    return [
        [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.get("outputs", [])]
        for cell in notebook.cells
    ]
