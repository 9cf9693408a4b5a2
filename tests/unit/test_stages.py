"""The training stages in order: which of them run, and that an interrupted training resumes."""

import argparse
from pathlib import Path

import pytest

from sayso_tools.training import stages


def test_stages_that_are_done_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    broken = {"links"}

    def run(options: argparse.Namespace) -> None:
        if options.stage in broken:
            raise KeyboardInterrupt
        ran.append(options.stage)

    monkeypatch.setattr(stages, "run", run)
    monkeypatch.setattr(stages, "check_encoder", lambda _: ran.append("encoder"))
    options = argparse.Namespace(stage=stages.ALL, work=tmp_path, encoder=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        stages.run_all(options)
    assert ran == ["encoder", *stages.STAGES][:-1]
    assert (tmp_path / stages.DONE).read_text().split() == list(stages.STAGES)[:-1]
    broken.clear()
    stages.run_all(options)
    assert ran == ["encoder", *stages.STAGES]
    stages.run_all(options)
    assert ran == ["encoder", *stages.STAGES]
