"""As much of kustomize as the manifests use: resources, and strategic merge patches. The tool itself is no package."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]

_KEYS = ("mountPath", "containerPort", "name", "port")
"""The keys that identify list items, in the order that Kubernetes uses."""


def build(folder: Path) -> list[Manifest]:
    """The manifests of a kustomization. A file that is missing, or a patch that finds nothing, is an error."""
    [described] = documents(folder / "kustomization.yaml")
    known = {"apiVersion", "kind", "resources", "patches", "images"}
    assert set(described) <= known, f"this reads only {sorted(known)}"
    found = [manifest for path in described["resources"] for manifest in _resources(folder / path)]
    for patch in described.get("patches", []):
        for change in documents(folder / patch["path"]):
            [place] = [place for place, manifest in enumerate(found) if identity(manifest) == identity(change)]
            found[place] = _merged(found[place], change)
    tags = {image["name"]: image["newTag"] for image in described.get("images", [])}
    return [_tagged(manifest, tags) for manifest in found]


def documents(path: Path) -> list[Manifest]:
    """The documents of a YAML file."""
    return list(yaml.safe_load_all(path.read_text("utf-8")))


def identity(manifest: Manifest) -> tuple[str, str, str, str]:
    """The identity of a manifest's object."""
    metadata = manifest["metadata"]
    return manifest["apiVersion"], manifest["kind"], metadata.get("namespace", ""), metadata["name"]


def containers(manifest: Manifest) -> Iterator[Manifest]:
    """The containers of a workload."""
    yield from manifest.get("spec", {}).get("template", {}).get("spec", {}).get("containers", [])


def _resources(path: Path) -> list[Manifest]:
    return build(path) if path.is_dir() else documents(path)


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        both = old | {name: _merged(old[name], value) if name in old else value for name, value in new.items()}
        return {name: value for name, value in both.items() if value is not None}
    if isinstance(old, list) and isinstance(new, list) and (key := _key(old, new)):
        known = {item[key]: item for item in old} | {
            item[key]: _merged(next((one for one in old if one[key] == item[key]), {}), item) for item in new
        }
        return list(known.values())
    return new


def _key(old: list[Any], new: list[Any]) -> str | None:
    items = old + new
    return next((key for key in _KEYS if all(isinstance(item, dict) and key in item for item in items)), None)


def _tagged(manifest: Manifest, tags: dict[str, str]) -> Manifest:
    for container in containers(manifest):
        if tag := tags.get(container["image"]):
            container["image"] += f":{tag}"
    return manifest
