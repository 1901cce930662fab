"""What lies in the wheel, and that an sdist makes the same one."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

from tests.install.wheel import ROOT, build, copy_sources

pytest.importorskip("setuptools")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_sources(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="module")
def wheel(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    # what dbt leaves in a checkout is no part of it
    (sources / "dbt_project" / "target").mkdir(exist_ok=True)
    (sources / "dbt_project" / "target" / "manifest.json").write_text("{}")
    return zipfile.ZipFile(build("wheel", sources, tmp_path_factory.mktemp("wheel")))


def _in(folder: Path) -> set[str]:
    # what dbt and Python write, and what the linter reads
    unwanted = {"target", "logs", "__pycache__", "ruff.toml"}
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {f"{path}" for path in files if not unwanted & set(path.parts)}


def test_the_dbt_project_is_in_the_package_with_all_that_dbt_reads(wheel: zipfile.ZipFile) -> None:
    place = "finago_assets/dbt_project/"
    held = {name.removeprefix(place) for name in wheel.namelist() if name.startswith(place)}
    assert held == {name for name in _in(ROOT / "dbt_project") if not Path(name).name.startswith(".")}
    assert "models/marts/trial_balance.sql" in held


def test_every_file_of_the_package_is_there_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    held = {name for name in wheel.namelist() if not name.startswith("finago_assets/dbt_project/")}
    # the demo answers from the document's queries; no other document comes along
    ours = {f"finago_assets/{name}" for name in _in(ROOT / "finago_assets")} | {"finago_assets/docs/questions.md"}
    assert {name for name in held if ".dist-info/" not in name} == ours
    assert "finago_assets/py.typed" in ours


def test_its_metadata_says_what_it_is_and_whose_it_is_not(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
    said = message_from_string(wheel.read(name).decode())
    assert (said["Name"], said["Requires-Python"]) == ("finago-assets", "<3.14,>=3.11")
    assert said.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")
    assert (said["Project-URL"], said["License"], said["License-Expression"]) == (None, None, None)


def test_an_sdist_makes_the_same_wheel(sources: Path, wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    sdist = build("sdist", sources, tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = (path for path in tmp_path.iterdir() if path.name.startswith("finago_assets-"))
    with zipfile.ZipFile(build("wheel", unpacked, tmp_path / "again")) as again:
        assert sorted(again.namelist()) == sorted(wheel.namelist())
    shutil.rmtree(unpacked)
