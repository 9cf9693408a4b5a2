"""The load generator, with a simulated clock and against a server with the fake engine."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.serving import running

import sayso
from sayso_tools.load.calls import Call, Load, due_times, timed
from sayso_tools.load.summary import percentile, summary, table
from sayso_tools.main import main

TEXT = "“Yes,” said Mara."


class Clock:
    """Simulated time that passes only while waiting."""

    def __init__(self) -> None:
        self.now = 100.0

    def read(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def test_calls_are_due_at_the_rate_and_the_same_ones_for_a_seed() -> None:
    load = Load(rate=50.0, calls=5000)
    due = list(due_times(load))
    assert due == sorted(due) == list(due_times(load))
    assert len(due) == 5000
    assert 95 < due[-1] < 105
    assert list(due_times(Load(rate=50.0, calls=5000, seed=2))) != due


def test_a_latency_counts_from_when_the_call_was_due() -> None:
    """One call at a time takes ten seconds while several per second are due: the others wait, and their wait counts."""
    clock = Clock()

    async def slow(text: str) -> None:
        await clock.sleep(10)

    load = Load(rate=5.0, calls=4, max_in_flight=1)
    calls = asyncio.run(timed(slow, [TEXT], load, clock=clock.read, sleep=clock.sleep))
    assert [call.due for call in calls] == list(due_times(load))
    ends = [call.due + call.latency for call in calls]
    assert ends == pytest.approx([ends[0] + 10 * number for number in range(4)])
    assert [call.outcome for call in calls] == ["ok"] * 4


def test_errors_are_outcomes_by_name_and_reason() -> None:
    clock = Clock()

    async def fail(text: str) -> None:
        raise sayso.Overloaded("full", reason="QUEUE_FULL") if text == "a" else sayso.ServerUnavailable("gone")

    calls = asyncio.run(timed(fail, ["a", "b"], Load(rate=1, calls=3), clock=clock.read, sleep=clock.sleep))
    assert [call.outcome for call in calls] == ["Overloaded/QUEUE_FULL", "ServerUnavailable", "Overloaded/QUEUE_FULL"]


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, percent) for percent in (50, 90, 99, 99.9, 100)] == [50, 90, 99, 100, 100]
    assert percentile([7.0], 50) == 7
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_the_summary_tells_answers_from_all_calls() -> None:
    calls = [Call(float(n), 0.5, "ok", 100) for n in range(1, 10)] + [Call(10.0, 10.0, "ServerUnavailable", 100)]
    figures = summary(calls)
    assert figures["outcomes"] == {"ok": 9, "ServerUnavailable": 1}
    assert (figures["seconds"], figures["offered_per_second"]) == (20.0, 1.0)
    assert (figures["answered_per_second"], figures["words_per_second"]) == (0.45, 45.0)
    assert (figures["latency_of_answers"]["max"], figures["latency_of_all"]["max"]) == (0.5, 10.0)
    assert "10 calls in 20.0 s: 9 ok, 1 ServerUnavailable" in table(figures)


def test_against_a_server(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": "a", "text": TEXT}), "utf-8")
    with running() as server:
        arguments = [
            "speed",
            "load",
            str(source),
            "--server",
            server.address,
            "--rate",
            "1000",
            "--calls",
            "20",
            "--json",
        ]
        done = CliRunner().invoke(main, arguments)
        assert server.engine.read == [TEXT] * 20
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["outcomes"] == {"ok": 20}


def test_without_documents(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").touch()
    done = CliRunner().invoke(main, ["speed", "load", str(tmp_path / "in.jsonl")])
    assert done.exit_code == 2
    assert "no documents found" in done.stderr


def test_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra `plots` is not installed")
    from sayso_tools.load.summary import draw

    draw([Call(1.0, 0.5, "ok", 100), Call(2.0, 1.5, "Overloaded", 100)], tmp_path / "load.svg")
    drawn = (tmp_path / "load.svg").read_text("utf-8")
    assert "ok (1)" in drawn
    assert "Overloaded (1)" in drawn
