"""`sayso-tools` without the data that it reads, which is no part of the project: a line, and status 2."""

import pytest
from click.testing import CliRunner

from sayso_tools.main import main
from sayso_tools.training.people import WEIGHTS


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("evaluate benchmarks --benchmarks nowhere", "there are no benchmarks at nowhere"),
        ("evaluate models --conllu nowhere", "File 'nowhere' does not exist"),
        ("evaluate people nowhere nowhere", "Directory 'nowhere' does not exist"),
        ("lists --lists nowhere", "no folder nowhere"),
        ("people nowhere", "no statements with a speaker in nowhere"),
        ("pronouns --treebanks nowhere", "nowhere/gum-train.conllu: No such file or directory; texts and treebanks"),
        ("speed load nowhere", "'nowhere': No such file or directory"),
        ("train tokenizer --encoder nowhere --treebanks nowhere", "nowhere"),
    ],
)
def test_data_that_is_missing_is_told(command: str, told: str) -> None:
    weights = WEIGHTS.read_bytes()
    result = CliRunner().invoke(main, command.split())
    assert told in result.stderr
    assert isinstance(result.exception, SystemExit)
    assert (result.exit_code, "Traceback" in result.stderr) == (2, False)
    assert WEIGHTS.read_bytes() == weights
