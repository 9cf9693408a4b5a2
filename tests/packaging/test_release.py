"""The checks and the output of `make release`."""

import hashlib
import shutil
import subprocess
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from support.scripts import script

ROOT = Path(__file__).parents[2]
CHANGELOG = """# Changelog

## [Unreleased]

## [0.2.0] - 2031-03-09

### Added
- A thing.

## [0.1.0] - 2031-01-01
"""


@pytest.fixture(scope="module")
def release() -> ModuleType:
    return script(".ci/release.py")


def test_the_distributions_have_one_version(release: ModuleType) -> None:
    projects = release.distributions(ROOT)
    assert {"sayso", "sayso-server"} <= {project["name"] for project in projects.values()}
    assert list(release.version_faults(projects)) == []


def test_several_versions_are_refused(release: ModuleType) -> None:
    client = {"name": "sayso", "version": "0.2.0"}
    server = {"name": "sayso-server", "version": "0.1.0", "dependencies": ["sayso==0.1.0"]}
    faults = list(release.version_faults({Path("client"): client, Path("server"): server}))
    assert faults == [
        "several versions: {'sayso': '0.2.0', 'sayso-server': '0.1.0'}",
        "sayso-server needs sayso==0.1.0, and sayso is 0.2.0",
    ]


def test_the_changes_of_a_version_are_its_section(release: ModuleType) -> None:
    assert release.section(CHANGELOG, "0.2.0") == "## [0.2.0] - 2031-03-09\n\n### Added\n- A thing.\n"
    assert list(release.changelog_faults(CHANGELOG, "0.2.0")) == []


def test_a_changelog_without_the_version_or_with_more_is_refused(release: ModuleType) -> None:
    assert list(release.changelog_faults(CHANGELOG, "0.3.0")) == ["CHANGELOG.md has no section [0.3.0] with a date"]
    more = CHANGELOG.replace("## [Unreleased]\n", "## [Unreleased]\n- Another thing.\n")
    [fault] = release.changelog_faults(more, "0.2.0")
    assert "unreleased changes" in fault


def test_a_contract_that_is_not_frozen_is_refused(release: ModuleType, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "protos", tmp_path / "protos")
    before = set(release.contract_faults(tmp_path))
    contract = tmp_path / "protos/sayso/v1/quotes.proto"
    grown = contract.read_text("utf-8").replace(
        "  string display_name = 2;", "  string display_name = 2;\n  string x = 90;"
    )
    contract.write_text(grown, "utf-8")
    assert (
        set(release.contract_faults(tmp_path)) == {"sayso/v1/quotes.proto is not as frozen: run `make freeze`"} | before
    )


def test_uncommitted_changes_are_refused(release: ModuleType, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / "new.txt").touch()
    assert list(release.tree_faults(tmp_path)) == ["uncommitted: new.txt"]


def test_two_builds_are_the_same_and_their_checksums_hold(release: ModuleType, tmp_path: Path) -> None:
    client = {ROOT / "client": release.distributions(ROOT)[ROOT / "client"]}
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        release.build(client, tmp_path / name, ROOT)
    sums = release.checksums(tmp_path / "one")
    assert sums == release.checksums(tmp_path / "two")
    for line in sums.splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((tmp_path / "one" / name).read_bytes()).hexdigest() == digest
    [wheel] = (tmp_path / "one").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"sayso/py.typed", "sayso/v1/quotes_pb2.py"} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
