"""A models folder that is not whole is named, and nothing is loaded from it."""

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


def test_a_folder_that_is_not_there_is_one_line() -> None:
    with pytest.raises(ModelError, match="no models folder") as caught:
        load_engine("/no/such/folder")
    assert "\n" not in str(caught.value)


def test_files_that_are_no_models_are_one_line(folder: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        load_engine(str(folder))
    assert "\n" not in str(caught.value)
