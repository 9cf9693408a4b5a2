"""The benchmarks: their texts, interleaved workloads, and reports."""

import json
from pathlib import Path

import pytest

from sayso_tools.bench.report import Results, plot, table, write
from sayso_tools.bench.texts import WORDS, invented, of_file, of_length
from sayso_tools.bench.timing import Figure, Turn, Work, alternate, latency_ratio, speed, speed_ratio


def test_invented_articles_are_of_one_length_and_always_the_same() -> None:
    articles = invented(5)
    assert articles == invented(5)
    assert len(set(articles)) == 5
    for text in articles:
        assert abs(len(text.split()) - WORDS) < 80
        assert "{" not in text


@pytest.mark.parametrize("words", [1, 100, 5_000])
def test_a_text_of_some_length_has_that_many_words(words: int) -> None:
    assert len(of_length(["One two three.\n\nFour five."], words).split()) == words


def test_texts_are_spread_over_a_file(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text("".join(json.dumps({"text": f"Text {i}."}) + "\n" for i in range(10)), encoding="utf-8")
    assert of_file(file, 2) == ["Text 0.", "Text 5."]
    assert len(of_file(file, 100)) == 10


@pytest.mark.parametrize("content", ["", "no JSON", '{"title": "no text"}', "[1]"])
def test_a_file_that_holds_no_texts_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"texts\.jsonl"):
        of_file(file, 2)


def test_works_take_turns_in_changing_order() -> None:
    order: list[str] = []

    def work(name: str) -> Work:
        def run() -> list[float]:
            order.append(name)
            return [0.5, 0.1, 0.3]

        return Work(10, run)

    turns = alternate({name: work(name) for name in "abc"}, 2, lambda _: None)
    assert order == ["a", "b", "c", "c", "b", "a"]
    assert [turn.article_seconds for turn in turns["b"]] == [0.3, 0.3]


def test_ratios_are_taken_within_each_round() -> None:
    fast, slow = [Turn(100, 1.0), Turn(50, 2.0), Turn(10, 9.0)], [Turn(50, 2.0), Turn(10, 6.0), Turn(10, 9.0)]
    assert speed(fast) == Figure(50, 10, 100)
    assert speed_ratio(fast, slow) == Figure(2, 1, 5)
    assert latency_ratio(slow, fast) == Figure(2, 1, 3)


def results() -> Results:
    figure = Figure(1200.0, 1000.0, 1500.0)
    return Results(
        {"texts": "two"},
        {"extractor": figure, "a < b": figure},
        {"extractor over a": Figure(0.5, 0.4, 0.6)},
        {100: Figure(1.0, 1.0, 1.0)},
        Figure(5.0, 4.0, 6.0),
        {"worker": 500.0},
    )


def test_everything_measured_is_in_the_table() -> None:
    written = table(results())
    for expected in (
        "| extractor | 1,200 (1,000 to 1,500) |",
        "| extractor over a | 0.50 (0.40 to 0.60) |",
        "| 100 | 1.00 (1.00 to 1.00) |",
        "until it is ready: 5.00 (4.00 to 6.00) s",
        "500 MiB in the worker",
    ):
        assert expected in written


def test_what_was_not_measured_is_left_out() -> None:
    written = table(Results({"texts": "two"}, {"extractor": Figure(1, 1, 1)}))
    assert "ready" not in written
    assert "Resident" not in written
    assert "ratio |" not in written


def test_the_plot_is_a_picture_with_a_bar_for_each_figure() -> None:
    drawn = plot(results())
    assert drawn.startswith("<svg ")
    assert drawn.count("<rect") == 4  # three bars, and the ground
    assert "a &lt; b" in drawn


def test_files_are_written(tmp_path: Path) -> None:
    write(results(), tmp_path / "new" / "folder")
    figures = json.loads((tmp_path / "new/folder/figures.json").read_text("utf-8"))
    assert figures["speeds"]["extractor"] == {"median": 1200.0, "low": 1000.0, "high": 1500.0}
    assert {p.name for p in (tmp_path / "new/folder").iterdir()} == {"figures.json", "plot.svg", "README.md"}
