"""The articles of examples/newsroom with the bundled models: results are sound, and some name who is expected."""

import csv
import json
from pathlib import Path

import pytest
from support import models
from support.invariants import broken

from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor
from sayso_server.core.statement import Extraction

pytestmark = pytest.mark.live

NEWSROOM = Path(__file__).parents[2] / "examples/newsroom"
ARTICLES = {
    article["id"]: article for article in map(json.loads, (NEWSROOM / "articles.jsonl").read_text("utf-8").splitlines())
}
EXPECTED = list(csv.DictReader((NEWSROOM / "expected.csv").read_text("utf-8").splitlines()))


@pytest.fixture(scope="module")
def results() -> dict[str, Extraction]:
    loaded = models.load()
    extractor = Extractor(loaded.parser, Model("bundled", "", ""), loaded.coreference)
    return {name: extractor.extract(article["text"]) for name, article in ARTICLES.items()}


@pytest.mark.parametrize("name", ARTICLES)
def test_results_are_sound(name: str, results: dict[str, Extraction]) -> None:
    assert results[name].statements
    assert broken(results[name]) == []


@pytest.mark.parametrize("row", EXPECTED, ids=[f"{row['id']}: {row['content begins']}" for row in EXPECTED])
def test_the_expected_speaker_says_it(row: dict[str, str], results: dict[str, Extraction]) -> None:
    result = results[row["id"]]
    names = {speaker.speaker_id: speaker.display_name for speaker in result.speakers}
    contents = [" … ".join(span.of(result.text) for span in one.content) for one in result.statements]
    found = [
        names.get(one.speaker_id or "", "nobody")
        for one, content in zip(result.statements, contents, strict=True)
        if content.startswith(row["content begins"])
    ]
    assert found == [row["speaker"]], contents


def test_every_article_has_what_the_readme_says() -> None:
    fields = {"id", "title", "published_at", "byline", "genre", "text"}
    assert {frozenset(article) for article in ARTICLES.values()} == {frozenset(fields)}
    assert {row["id"] for row in EXPECTED} <= set(ARTICLES)
