"""`sayso-tools evaluate models` on files written here: correct annotations score, wrong ones do not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from sayso_tools.main import main

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

TREE = """# newpar
# text = The mayor said no.
1\tThe\tthe\tDET\tDT\tDefinite=Def|PronType=Art\t2\tdet\t_\t_
2\tmayor\tmayor\tNOUN\tNN\tNumber=Sing\t3\tnsubj\t_\t_
3\tsaid\tsay\tVERB\tVBD\tMood=Ind|Number=Sing|Person=3|Tense=Past|VerbForm=Fin\t0\troot\t_\t_
4\tthat\tthat\tSCONJ\tIN\t_\t6\tmark\t_\t_
5\tshe\tshe\tPRON\tPRP\tCase=Nom|Gender=Fem|Number=Sing|Person=3|PronType=Prs\t6\tnsubj\t_\t_
6\tknew\tknow\tVERB\tVBD\tMood=Ind|Number=Sing|Person=3|Tense=Past|VerbForm=Fin\t3\tccomp\t_\tSpaceAfter=No
7\t.\t.\tPUNCT\t.\t_\t3\tpunct\t_\t_

"""
NAMES = "John\tB-PER\nSmith\tI-PER\nleft\tO\nParis\tB-LOC\n.\tO\n\nNothing\tO\n.\tO\n\n"
ROLES = ("roles source", "roles cue", "roles content")
ATTRIBUTIONS = {
    "text": "The mayor said that she knew.",
    "attributions": [{"source": [[0, 9]], "cue": [[10, 14]], "content": [[15, 28]]}],
}


def evaluate(*arguments: str) -> dict[str, float]:
    """The figures, each under the names that lead to it: `conllu gold UAS`."""
    result = CliRunner().invoke(main, ["evaluate", "models", "--json", *arguments])
    assert result.exit_code == 0, result.output
    return dict(flat(json.loads(result.stdout)))


def flat(figures: object, *names: str) -> Iterator[tuple[str, float]]:
    if isinstance(figures, dict):
        for name, below in figures.items():
            yield from flat(below, *names, name)
    elif isinstance(figures, int | float):
        yield " ".join(names), figures


def test_files_of_every_kind(tmp_path: Path) -> None:
    files = {"conllu": TREE, "iob2": NAMES, "roles": json.dumps(ATTRIBUTIONS)}
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    out = evaluate(*(f"--{name}={tmp_path / name}" for name in files))
    expected = {f"conllu gold {name}" for name in ("UAS", "LAS", "UPOS", "Lemmas")}
    expected |= {f"conllu raw {name}" for name in ("Tokens", "Sentences", "LAS")}
    expected |= {f"{what} {name}" for what in ("iob2", *ROLES) for name in ("P", "R", "F1")}
    assert {name: out[name] for name in expected} == dict.fromkeys(expected, 100)


def test_wrong_gold_lowers_the_figures(tmp_path: Path) -> None:
    (tmp_path / "conllu").write_text(
        TREE.replace("6\tmark", "3\tmark").replace("3\tccomp", "3\tadvcl"), encoding="utf-8"
    )
    (tmp_path / "iob2").write_text(NAMES.replace("B-LOC", "O"), encoding="utf-8")
    out = evaluate(f"--conllu={tmp_path / 'conllu'}", f"--iob2={tmp_path / 'iob2'}")
    assert out["conllu gold UAS"] == round(100 * 6 / 7, 2)
    assert out["conllu gold LAS"] == round(100 * 5 / 7, 2)
    assert (out["iob2 P"], out["iob2 R"], out["iob2 F1"]) == (50, 100, 66.67)


@pytest.mark.parametrize(
    ("option", "content", "message"),
    [
        ("conllu", NAMES, "is not CoNLL-U"),
        ("conllu", TREE.replace("0\troot", "19\troot"), "not a whole tree"),
        ("iob2", TREE, "is not IOB2"),
        ("iob2", "one column\n", "line 1: columns are separated by tabs"),
        ("roles", "{}", "'text'"),
    ],
)
def test_files_of_another_kind_are_told_in_one_line(tmp_path: Path, option: str, content: str, message: str) -> None:
    (tmp_path / "file").write_text(content, encoding="utf-8")
    result = CliRunner().invoke(main, ["evaluate", "models", f"--{option}={tmp_path / 'file'}"])
    assert result.exit_code == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr
