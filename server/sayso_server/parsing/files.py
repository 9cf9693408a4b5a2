"""A models folder: its files, their digests and integrity checks."""

import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sayso_server.parsing.errors import ModelError

MANIFEST = "manifest.json"
PROCESSORS = ("tokenize", "mwt", "pos", "lemma", "depparse", "names", "roles")
"""The files of a folder: one `.pt` file for each of these, and the folder `encoder`."""

_MOST_UNFOLDING = 20
"""The maximum decompressed size of an archive relative to its file; ours are below 2."""

OPTIONAL = ("sentences", "links", "coreference")
"""Heads that older models lack."""

REBUILD = "reinstall sayso-server, or train the models again (see the model card)"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of a models folder. `digest` is the SHA-256 of the digests of its files."""

    version: str
    digest: str
    files: dict[str, str]


def processors_of(folder: Path) -> tuple[str, ...]:
    """The processors that a folder has models for, in the order in which they run."""
    return (*PROCESSORS, *(name for name in OPTIONAL if (folder / f"{name}.pt").is_file()))


def sha256(path: Path) -> str:
    """The digest of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_index(folder: Path) -> None:
    """Write the empty index that Stanza needs to load models from a folder."""
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
    """The manifest of a folder with intact files. Raises ModelError that names the first damaged file."""
    if not folder.is_dir():
        raise ModelError(f"there is no models folder {folder}: check --model, or {REBUILD}")
    manifest = _read_manifest(folder / MANIFEST)
    needed = {f"{name}.pt" for name in PROCESSORS} | {
        f"encoder/{n}" for n in ("config.json", "tokenizer.json", "weights.npz")
    }
    for name in sorted(needed | manifest.files.keys()):
        path = folder / name
        if not path.is_file():
            raise ModelError(f"the model file {path} is missing: {REBUILD}")
        if sha256(path) != manifest.files.get(name):
            raise ModelError(f"the model file {path} is damaged (its SHA-256 is not that of {MANIFEST}): {REBUILD}")
        _check_unfolding(path)
    return manifest


def _read_manifest(path: Path) -> Manifest:
    """The content of a manifest. Raises ModelError if it is invalid or names files outside its folder."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest(content["version"], content["digest"], dict(content["files"]))
        if not all(isinstance(one, str) for one in (manifest.version, manifest.digest, *_flat(manifest.files))):
            raise TypeError
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"{path} is missing or damaged ({type(error).__name__}): {REBUILD}") from None
    for name in manifest.files:
        if not _is_inside(name):
            raise ModelError(f"{path} names a file outside its folder: {ascii(name)[:100]}")
    return manifest


def _flat(files: dict[str, str]) -> tuple[str, ...]:
    return (*files, *files.values())


def _is_inside(name: str) -> bool:
    """Whether a name is a relative path inside the folder, on any operating system."""
    path = PurePosixPath(name)
    return path.as_posix() == name and not path.is_absolute() and not {"..", "."} & {*path.parts} and "\\" not in name


def _check_unfolding(path: Path) -> None:
    """Raise ModelError for an archive that would decompress to far more than its file size and fill the memory."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            unfolded = sum(member.file_size for member in archive.infolist())
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        raise ModelError(f"the model file {path} is a damaged archive ({type(error).__name__}): {REBUILD}") from None
    size = path.stat().st_size
    if unfolded > _MOST_UNFOLDING * size:
        raise ModelError(f"the model file {path} of {size:,} bytes decompresses to {unfolded:,}, too large for a model")
