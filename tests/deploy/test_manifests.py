"""The files of server/deploy: they parse, their references exist, and they match the server."""

import configparser
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from support.kustomize import Manifest, build, containers, documents, identity

from sayso_server.commands.environment import variables_of
from sayso_server.commands.probe import probe
from sayso_server.commands.serve import serve
from sayso_server.main import COMMANDS, main
from sayso_server.service.settings import Settings
from sayso_server.service.telemetry.metrics import Metrics
from sayso_server.version import VERSION

DEPLOY = Path(__file__).parent.parent.parent / "server/deploy"
KUBERNETES = DEPLOY / "kubernetes"
KUSTOMIZATIONS = sorted(path.parent for path in KUBERNETES.rglob("kustomization.yaml"))
DASHBOARD = DEPLOY / "grafana/dashboards/sayso.json"
ALERTS = DEPLOY / "prometheus/alerts.yaml"
METRIC = re.compile(r"\b(?:sayso|grpc_server|process)_[a-z_]+\b")


def of_kind(manifests: list[Manifest], kind: str) -> Manifest:
    [found] = [manifest for manifest in manifests if manifest["kind"] == kind]
    return found


def expressions() -> list[str]:
    """The queries of the dashboard and of the alerts."""
    board = json.loads(DASHBOARD.read_text("utf-8"))
    queries = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
    [alerts] = documents(ALERTS)
    return queries + [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.yaml")), ids=lambda path: str(path.relative_to(DEPLOY)))
def test_every_file_parses(path: Path) -> None:
    assert all(isinstance(document, dict) for document in documents(path))


@pytest.mark.parametrize("folder", KUSTOMIZATIONS, ids=lambda folder: str(folder.relative_to(KUBERNETES)))
def test_a_kustomization_resolves_to_different_objects_with_images_of_this_version(folder: Path) -> None:
    manifests = build(folder)
    identities = [identity(manifest) for manifest in manifests]
    assert len(set(identities)) == len(identities) > 0
    for manifest in manifests:
        assert manifest["kind"] == "Namespace" or manifest["metadata"]["namespace"] == "sayso"
        assert [one["image"] for one in containers(manifest)] in ([], [f"sayso-server:{VERSION}"])


def test_every_manifest_is_part_of_a_kustomization() -> None:
    listed: set[Path] = set()
    for folder in KUSTOMIZATIONS:
        [described] = documents(folder / "kustomization.yaml")
        paths = [*described["resources"], *(patch["path"] for patch in described.get("patches", []))]
        listed |= {(folder / path).resolve() for path in paths}
    others = {path for path in KUBERNETES.rglob("*.yaml") if path.name != "kustomization.yaml"} - listed
    assert {path.name for path in others} == {"prometheus-adapter.yaml"}


def test_the_base_starts_no_corpus_job() -> None:
    assert {manifest["kind"] for manifest in build(KUBERNETES / "base")} == {
        *("Deployment", "HorizontalPodAutoscaler", "Namespace", "NetworkPolicy", "PodDisruptionBudget", "Service"),
    }


def test_volumes_are_there_for_all_mounts_and_labels_for_all_selectors() -> None:
    for folder in KUSTOMIZATIONS:
        for manifest in build(folder):
            template = manifest["spec"].get("template") if manifest["kind"] in ("Deployment", "Job") else None
            if not template:
                continue
            volumes = {volume["name"] for volume in template["spec"]["volumes"]}
            assert {mount["name"] for one in containers(manifest) for mount in one["volumeMounts"]} == volumes
            wanted = manifest["spec"].get("selector", {}).get("matchLabels", {})
            assert wanted.items() <= template["metadata"]["labels"].items()


def test_the_claim_of_the_corpus_job_is_there() -> None:
    manifests = build(KUBERNETES / "corpus")
    claims = [
        one["persistentVolumeClaim"]["claimName"] for one in _volumes(manifests) if "persistentVolumeClaim" in one
    ]
    assert claims == [of_kind(manifests, "PersistentVolumeClaim")["metadata"]["name"]]


def _volumes(manifests: list[Manifest]) -> list[Manifest]:
    return list(of_kind(manifests, "Job")["spec"]["template"]["spec"]["volumes"])


def test_tls_turns_every_probe_into_a_command() -> None:
    manifests = build(KUBERNETES / "overlays/tls")
    [container] = containers(of_kind(manifests, "Deployment"))
    probes = {name: container[name] for name in ("startupProbe", "readinessProbe", "livenessProbe")}
    commands = {name: probe["exec"]["command"] for name, probe in probes.items() if "grpc" not in probe}
    ready, live = ["sayso-server", "probe"], ["sayso-server", "probe", "--live"]
    assert commands == {"startupProbe": ready, "readinessProbe": ready, "livenessProbe": live}
    mounts = [mount["mountPath"] + "/" for mount in container["volumeMounts"]]
    for variable in ("SAYSO_TLS_CERT", "SAYSO_TLS_KEY", "SAYSO_TOKEN_FILE"):
        [path] = [one["value"] for one in container["env"] if one["name"] == variable]
        assert any(path.startswith(mount) for mount in mounts)
    [port] = of_kind(manifests, "Service")["spec"]["ports"]
    assert "appProtocol" not in port


def test_the_autoscaler_of_the_queue_keeps_what_the_base_says() -> None:
    base, scaled = (
        of_kind(build(KUBERNETES / path), "HorizontalPodAutoscaler") for path in ("base", "overlays/queue-metric")
    )
    assert [metric["type"] for metric in scaled["spec"]["metrics"]] == ["Pods", "Resource"]
    assert scaled["spec"] | {"metrics": base["spec"]["metrics"]} == base["spec"]


def test_every_metric_that_is_asked_for_exists() -> None:
    names = set(Metrics().names()) | {"sayso_build_info", "sayso_last_reload_successful"}
    hpa = of_kind(build(KUBERNETES / "overlays/queue-metric"), "HorizontalPodAutoscaler")
    asked = set(METRIC.findall("\n".join(expressions())))
    asked |= {one["pods"]["metric"]["name"] for one in hpa["spec"]["metrics"] if one["type"] == "Pods"}
    asked |= set(METRIC.findall((KUBERNETES / "overlays/queue-metric/prometheus-adapter.yaml").read_text("utf-8")))
    assert len(asked) > 20
    assert asked <= names


def test_labels_that_are_asked_for_exist() -> None:
    found: dict[str, set[str]] = {}
    for family in Metrics().registry.collect():
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    for expression in expressions():
        for name, selector in re.findall(r"\b((?:sayso|grpc_server)_[a-z_]+)\{([^}]*)\}", expression):
            asked = set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", selector)) - {"instance", "job"}
            assert name == "sayso_build_info" or asked <= found[name], expression


def _everything() -> str:
    """All files, without their comments."""
    kinds = {".yaml", ".yml", ".json", ".service"}
    files = [path for path in DEPLOY.rglob("*") if path.suffix in kinds or path.name == "Dockerfile"]
    return re.sub(r"#.*", "", "\n".join(path.read_text("utf-8") for path in files))


def test_every_variable_and_command_is_one_of_the_server() -> None:
    text = _everything()
    assert set(re.findall(r"\bSAYSO_[A-Z_]+\b", text)) <= variables_of(serve, probe)
    commands = re.findall(r'"sayso-server", "([\w-]+)"((?:, "--[\w-]+")*)', text)
    assert commands
    for command, flags in commands:
        assert command in COMMANDS
        options = CliRunner().invoke(main, [command, "--help"]).output
        assert all(flag in options for flag in re.findall(r"--[\w-]+", flags))


def test_compose_mounts_what_is_there_and_scrapes_the_server() -> None:
    [compose] = documents(DEPLOY / "compose.yaml")
    services: dict[str, Any] = compose["services"]
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (DEPLOY / source).is_dir() if source.startswith("./") else source in compose["volumes"]
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
        assert all(name in services for name in service.get("depends_on", []))
    build_of = services["sayso"]["build"]
    context = (DEPLOY / build_of["context"]).resolve()
    assert (context / build_of["dockerfile"]).samefile(DEPLOY / "Dockerfile")
    assert set(build_of["args"]) <= set(re.findall(r"ARG (\w+)", (DEPLOY / "Dockerfile").read_text("utf-8")))
    prometheus = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text("utf-8"))
    [scraped] = prometheus["scrape_configs"]
    host, port = scraped["static_configs"][0]["targets"][0].split(":")
    assert host in services
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert f"SAYSO_METRICS_PORT={port}" in dockerfile
    assert f"EXPOSE {Settings().port} {port}" in dockerfile
    for file in prometheus["rule_files"]:
        assert (DEPLOY / "prometheus" / file).exists()
    [alerts] = documents(ALERTS)
    assert {"job": scraped["job_name"]} == {"job": re.findall(r'job="(\w+)"', str(alerts))[0]}


def test_every_alert_has_a_test_in_which_it_fires() -> None:
    [alerts] = documents(ALERTS)
    [tests] = documents(Path(__file__).with_name("alerts.yaml"))
    named = {rule["alert"] for group in alerts["groups"] for rule in group["rules"]}
    fires = {case["alertname"] for test in tests["tests"] for case in test["alert_rule_test"] if case["exp_alerts"]}
    assert fires == named


def test_grafana_finds_its_dashboard_and_its_source() -> None:
    board = json.loads(DASHBOARD.read_text("utf-8"))
    [provider] = documents(DEPLOY / "grafana/provisioning/dashboards/sayso.yaml")
    [sources] = documents(DEPLOY / "grafana/provisioning/datasources/prometheus.yaml")
    [compose] = documents(DEPLOY / "compose.yaml")
    folder = provider["providers"][0]["options"]["path"]
    assert f"./grafana/dashboards:{folder}:ro" in compose["services"]["grafana"]["volumes"]
    assert [source["url"] for source in sources["datasources"]] == ["http://prometheus:9090"]
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in board["panels"]:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
        assert panel["type"] == "row" or panel["targets"]


def test_the_dashboard_has_every_metric_of_the_server() -> None:
    asked = {re.sub(r"_(bucket|sum|count)$", "", name) for name in METRIC.findall("\n".join(expressions()))}
    own = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in Metrics().registry.collect()
        if family.name.startswith(("sayso_", "grpc_server_"))
    }
    assert own - asked == set()


def test_systemd_waits_for_the_drain_and_does_not_repeat_what_is_invalid() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read(DEPLOY / "systemd/sayso-server.service")
    service = unit["Service"]
    assert float(service["TimeoutStopSec"]) > Settings().drain_duration + Settings().stop_grace
    assert service["RestartPreventExitStatus"] == "2"
    assert service["ExecReload"].endswith("-HUP $MAINPID")
    assert service["ExecStart"].split()[1:] == ["serve"]
