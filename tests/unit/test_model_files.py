"""A models folder that is not whole is named, and nothing is loaded from it."""

import json
import zipfile
from pathlib import Path

import pytest

from sayso_server.parsing.errors import ModelError
from sayso_server.parsing.files import PROCESSORS, check, write_manifest
from sayso_server.parsing.load import load_engine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        *(f"{p}.pt" for p in PROCESSORS),
        "encoder/config.json",
        "encoder/tokenizer.json",
        "encoder/weights.npz",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    write_manifest(tmp_path, "1.2.3")
    return tmp_path


def test_a_whole_folder_has_a_manifest(folder: Path) -> None:
    manifest = check(folder)
    assert manifest.version == "1.2.3"
    assert len(manifest.digest) == 64
    assert "depparse.pt" in manifest.files


def test_the_digest_is_that_of_the_files(folder: Path) -> None:
    before = check(folder).digest
    (folder / "pos.pt").write_bytes(b"other")
    assert write_manifest(folder, "1.2.3").digest != before


@pytest.mark.parametrize("name", ["depparse.pt", "encoder/weights.npz"])
def test_damage_and_loss_are_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"damaged")
    with pytest.raises(ModelError, match=rf"{name} is damaged .* reinstall"):
        check(folder)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"{name} is missing: reinstall"):
        check(folder)


def test_a_manifest_that_does_not_read_is_named(folder: Path) -> None:
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match=r"manifest.json is missing or damaged"):
        check(folder)


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        "[]",
        '"text"',
        '{"version": 1, "digest": "d", "files": {}}',
        '{"version": "1", "digest": ["d"], "files": {}}',
        '{"version": "1", "digest": "d", "files": {"pos.pt": 1}}',
        '{"version": "1", "digest": "d", "files": ["ab", ["c", {}]]}',
        '{"version": "1", "digest": "d", "files": 1' + "0" * 5_000 + "}",
    ],
)
def test_a_manifest_that_is_nested_or_typed_wrongly_is_one_line(folder: Path, content: str) -> None:
    (folder / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"manifest.json is missing or damaged") as caught:
        check(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["../outside.pt", "/etc/hostname", "encoder/../../outside.pt", "a/./b", "..\\outside.pt"]
)
def test_a_manifest_names_no_file_outside_its_folder(folder: Path, name: str) -> None:
    content = json.loads((folder / "manifest.json").read_text("utf-8"))
    content["files"][name] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ModelError, match="names a file outside its folder"):
        check(folder)


def test_an_archive_that_unfolds_far_beyond_its_size_is_not_loaded(folder: Path) -> None:
    with zipfile.ZipFile(folder / "encoder/weights.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.npy", bytes(10_000_000))
    write_manifest(folder, "1.2.3")
    with pytest.raises(ModelError, match=r"weights.npz of [\d,]+ bytes decompresses to 10,000,000") as caught:
        check(folder)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_there_is_one_line() -> None:
    with pytest.raises(ModelError, match="no models folder /no/such/folder: check --model, or ") as caught:
        load_engine("/no/such/folder")
    assert "\n" not in str(caught.value)


def test_files_that_are_no_models_are_one_line(folder: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        load_engine(str(folder))
    assert "\n" not in str(caught.value)
