"""Alerts and queries, checked with Prometheus' own tool; skipped if it is missing."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from sayso_server.service.telemetry.metrics import Metrics

DEPLOY = Path(__file__).parent.parent.parent / "server/deploy"
PROMTOOL = shutil.which("promtool")
PATIENCE = 60

pytestmark = pytest.mark.skipif(not PROMTOOL, reason="promtool is missing: apt-get install prometheus")


def promtool(*arguments: str | Path, text: bytes = b"") -> None:
    done = subprocess.run(
        [str(PROMTOOL), *map(str, arguments)], input=text, capture_output=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


def test_the_alerts_and_the_configuration_are_valid() -> None:
    promtool("check", "config", DEPLOY / "prometheus/prometheus.yml")


def test_the_alerts_fire_when_they_should() -> None:
    promtool("test", "rules", Path(__file__).with_name("alerts.yaml"))


def test_the_queries_of_the_dashboard_are_valid(tmp_path: Path) -> None:
    board = json.loads((DEPLOY / "grafana/dashboards/sayso.json").read_text("utf-8"))
    queries = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
    filled = [query.replace("$__rate_interval", "5m").replace("$instance", ".*") for query in queries]
    rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(filled)]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}), "utf-8")
    promtool("check", "rules", tmp_path / "rules.yaml")


def test_the_page_of_metrics_is_as_prometheus_wants_it() -> None:
    promtool("check", "metrics", text=Metrics().page()[0])
