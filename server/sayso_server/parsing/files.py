"""A models folder: which files it has, their digests, and whether they are whole."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from sayso_server.parsing.errors import ModelError

MANIFEST = "manifest.json"
PROCESSORS = ("tokenize", "mwt", "pos", "lemma", "depparse", "names", "roles")
"""The files of a folder are these, each with `.pt`, and the folder `encoder`."""

OPTIONAL = ("sentences", "links", "coreference")
"""Heads that older models do not have."""

REBUILD = "reinstall sayso-server, or train the models again (see the model card)"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a models folder says of itself. `digest` is SHA-256 over the digests of its files."""

    version: str
    digest: str
    files: dict[str, str]


def processors_of(folder: Path) -> tuple[str, ...]:
    """What a folder has models for, in the order in which they run."""
    return (*PROCESSORS, *(name for name in OPTIONAL if (folder / f"{name}.pt").is_file()))


def sha256(path: Path) -> str:
    """The digest of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_index(folder: Path) -> None:
    """Write the empty index without which Stanza loads nothing from a folder."""
    (folder / "resources.json").write_text("{}\n", encoding="utf-8")


def write_manifest(folder: Path, version: str) -> Manifest:
    """Write `manifest.json` over all files of a models folder, and Stanza's index."""
    write_index(folder)
    paths = sorted(
        p for p in folder.rglob("*") if p.is_file() and p.suffix in {".pt", ".json", ".npz"} and p.name != MANIFEST
    )
    files = {p.relative_to(folder).as_posix(): sha256(p) for p in paths}
    manifest = Manifest(version, _digest(files), files)
    content = {"version": version, "digest": manifest.digest, "files": files}
    (folder / MANIFEST).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return manifest


def _digest(files: dict[str, str]) -> str:
    return hashlib.sha256("".join(f"{name} {files[name]}\n" for name in sorted(files)).encode()).hexdigest()


def check(folder: Path) -> Manifest:
    """The manifest of a folder whose files are all whole. Raises ModelError that names the first that is not."""
    if not folder.is_dir():
        raise ModelError(f"there is no models folder {folder}: {REBUILD}")
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(content["version"], content["digest"], dict(content["files"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{folder / MANIFEST} is missing or damaged ({type(error).__name__}): {REBUILD}") from None
    needed = {f"{name}.pt" for name in PROCESSORS} | {
        f"encoder/{n}" for n in ("config.json", "tokenizer.json", "weights.npz")
    }
    for name in sorted(needed | manifest.files.keys()):
        path = folder / name
        if not path.is_file():
            raise ModelError(f"the model file {path} is missing: {REBUILD}")
        if sha256(path) != manifest.files.get(name):
            raise ModelError(f"the model file {path} is damaged (its SHA-256 is not that of {MANIFEST}): {REBUILD}")
    return manifest
