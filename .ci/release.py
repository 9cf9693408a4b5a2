"""`make release`: builds a release in build/release, if the checkout is ready for one.

Checks that nothing is uncommitted, that all distributions have the same version, that CHANGELOG.md has a section for it
and nothing unreleased, and that the contract is frozen. Then builds a wheel and a source archive of every distribution,
and writes the section as CHANGES.md and the checksums as SHA256SUMS. Nothing is uploaded.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from google.protobuf import text_format
from google.protobuf.descriptor_pb2 import FileDescriptorSet

ROOT = Path(__file__).parents[1]
CONTRACT = "sayso/"


def distributions(root: Path) -> dict[Path, dict[str, object]]:
    """The folders of the distributions, with the project tables of their pyproject.toml."""
    files = sorted({*root.glob("client/pyproject.toml"), *root.glob("server/**/pyproject.toml")})
    loaded = {file.parent: tomllib.loads(file.read_text("utf-8")) for file in files}
    return {folder: content["project"] for folder, content in loaded.items() if "project" in content}


def version_faults(projects: dict[Path, dict[str, object]]) -> Iterator[str]:
    """Different versions, and dependencies on another version of a sibling."""
    versions = {str(project["name"]): str(project["version"]) for project in projects.values()}
    if len(set(versions.values())) != 1:
        yield f"several versions: {versions}"
    for project in projects.values():
        needed = project.get("dependencies", [])
        for requirement in needed if isinstance(needed, list) else []:
            name, _, version = str(requirement).partition("==")
            if name in versions and version != versions[name]:
                yield f"{project['name']} needs {requirement}, and {name} is {versions[name]}"


def section(changelog: str, version: str) -> str:
    """The section of a version; empty if there is none."""
    found = re.search(rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |\Z)", changelog, re.M | re.S)
    return found[0].strip() + "\n" if found else ""


def changelog_faults(changelog: str, version: str) -> Iterator[str]:
    """A missing section of the version, or unreleased changes."""
    if not section(changelog, version):
        yield f"CHANGELOG.md has no section [{version}] with a date"
    unreleased = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## |\Z)", changelog, re.M | re.S)
    if unreleased and unreleased[1].strip():
        yield f"CHANGELOG.md has unreleased changes: move them into the section [{version}]"


def contract_faults(root: Path) -> Iterator[str]:
    """Files of the contract that differ from the frozen ones."""
    frozen = text_format.Parse(
        (root / "protos/v1.frozen.txtpb").read_text("utf-8"), FileDescriptorSet(), allow_unknown_field=True
    )
    was = {file.name: file for file in frozen.file if file.name.startswith(CONTRACT)}
    names = sorted(str(file.relative_to(root / "protos")) for file in (root / "protos/sayso").rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "contract.binpb")
        command = [sys.executable, "-m", "grpc_tools.protoc", "--proto_path=protos", f"--descriptor_set_out={out}"]
        subprocess.run([*command, *names], cwd=root, check=True)
        now = {file.name: file for file in FileDescriptorSet.FromString(out.read_bytes()).file}
    yield from (f"{name} is not as frozen: run `make freeze`" for name in names if now[name] != was.get(name))


def tree_faults(root: Path) -> Iterator[str]:
    """Uncommitted changes."""
    done = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True)
    yield from (f"uncommitted: {line[3:]}" for line in done.stdout.splitlines())


def build(projects: dict[Path, dict[str, object]], out: Path, root: Path) -> None:
    """Build a wheel and a source archive of each distribution; builds of the same commit are byte-identical."""
    done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=root, capture_output=True, text=True, check=True)
    environment = os.environ | {"SOURCE_DATE_EPOCH": done.stdout.strip()}
    for folder in projects:
        command = [sys.executable, "-m", "hatchling", "build", "--directory", str(out)]
        subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)


def checksums(out: Path) -> str:
    """The checksums in the format of `sha256sum --check`."""
    files = sorted(file for file in out.iterdir() if file.is_file())
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)


def main() -> None:
    """Check, build and write."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", action="store_true", help="only check; build nothing")
    only_check = arguments.parse_args().check
    projects = distributions(ROOT)
    version = str(next(iter(projects.values()))["version"])
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    faults = [*version_faults(projects), *changelog_faults(changelog, version), *contract_faults(ROOT)]
    faults += tree_faults(ROOT)
    if faults:
        sys.exit("not ready for a release:\n" + "".join(f"  {fault}\n" for fault in faults))
    if only_check:
        return
    out = ROOT / "build/release"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    build(projects, out, ROOT)
    (out / "CHANGES.md").write_text(section(changelog, version), "utf-8")
    (out / "SHA256SUMS").write_text(checksums(out), "utf-8")
    sys.stdout.write((out / "SHA256SUMS").read_text("utf-8"))


if __name__ == "__main__":
    main()
