"""The table of rules: names, files, cases, and weights for a rule that training does not know."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.bracket import read_cases
from support.frozen import FrozenParser
from support.toy import ToyParser

from sayso_server.core import listing, rules
from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor
from sayso_server.core.rules import RULES, Family, Rule
from sayso_server.core.scoring import Scorer
from sayso_server.core.selection import proposals
from sayso_server.core.selection.evidence import Basis
from sayso_server.core.selection.weights import scorers, unweighed, with_families
from sayso_server.core.speakers.link_rules import LINK_RULES
from sayso_server.core.statement import Cue, CueClass, Options, Span

GOLDEN = Path(__file__).parent.parent / "golden"
EVERYTHING = Options(cue_classes=frozenset(CueClass))


def test_a_rule_is_in_the_file_that_has_its_name() -> None:
    for name, rule in RULES.items():
        assert rule.name == name
        own = name.replace("-", "_")
        assert rule.propose is getattr(importlib.import_module(f"sayso_server.core.rules.{own}"), own)
    files = {path.stem for path in Path(rules.__file__).parent.glob("*.py")} - {"__init__"}
    assert {name.replace("-", "_") for name in RULES} == files


def test_the_tables_list_every_rule_once() -> None:
    listed = [line.split("  ")[1] for line in listing.lines() if line.startswith("  ")]
    assert listed == [*RULES, *(rule.name for rule in LINK_RULES)]


def test_every_row_has_a_name_of_its_own() -> None:
    tables = (rules.BEFORE_CHOICE, rules.OF_CUES, rules.OF_DOCUMENTS, rules.AFTER_CHOICE)
    names = [rule.name for table in tables for rule in table]
    assert len(set(names)) == len(names)


def test_a_rule_begins_its_docstring_with_an_example() -> None:
    for rule in RULES.values():
        example = (rule.propose.__doc__ or "").split("  ")[0]
        assert len(example.split()) >= 3, f"{rule.name}: a docstring begins with an example sentence"


def test_every_rule_has_a_golden_case() -> None:
    found = set()
    for path in (GOLDEN / "cases").glob("*.md"):
        extractor = Extractor(FrozenParser(GOLDEN / "trees" / f"{path.stem}.conllu"), Model("frozen", "0", ""))
        found |= {s.rule for case in read_cases(path) for s in extractor.extract(case.text, EVERYTHING).statements}
    assert found == set(RULES)


def test_a_rule_without_weights_has_the_mean_of_its_family() -> None:
    weights = {"bias": 1.0, "rule=a": 0.4, "rule=b": 0.2, "source=PRON rule=a": 0.5, "rule=other": 9.0}
    families = {"a": Family.LABEL, "b": Family.LABEL, "other": Family.LINKS, "new": Family.LABEL}
    found = with_families(Scorer(weights, 0.5), {"a", "b", "other"}, families)
    assert found.threshold == 0.5
    assert {k: v for k, v in found.weights.items() if k not in weights} == {
        "rule=new": pytest.approx(0.3),
        "source=PRON rule=new": 0.25,
    }


def test_a_rule_whose_family_has_no_weights_adds_nothing() -> None:
    scorer = Scorer({"bias": 1.0, "rule=a": 0.4})
    assert with_families(scorer, {"a"}, {"a": Family.LABEL, "new": Family.LINKS}) == scorer


def shouting(site: Site, document: Document) -> Iterator[Candidate]:
    """“FIRE” shouted Olin   A rule that training has never seen."""
    tree = site.tree
    loud = [w for w in tree.words if w.text.isupper() and len(w.text) > 1]
    if loud:
        content = (Span(loud[0].start, loud[-1].end),)
        yield Candidate(content, Cue((site.head.span,), "say", CueClass.SAY), site, None, None, sentence=tree.span)


def test_a_new_rule_works_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Rule("shouting", Family.QUOTATION, shouting, certain=True)
    monkeypatch.setattr(proposals, "OF_CUES", (rule, *rules.OF_CUES))
    monkeypatch.setitem(RULES, rule.name, rule)
    scorers.cache_clear()
    try:
        assert "shouting" in unweighed()
        assert "rule=shouting" in scorers()[Basis.TREES].weights
        text = "FIRE Mara Olin said ."
        [statement] = Extractor(ToyParser(), Model("toy", "0", "")).extract(text).statements
        assert statement.rule == "shouting"
        assert [span.of(text) for span in statement.content] == ["FIRE"]
        assert 0 < statement.confidence < 1
    finally:
        monkeypatch.undo()
        scorers.cache_clear()
    assert "shouting" not in unweighed()
