"""The dbt project as files: where dbt runs, its manifest, parsed again whenever a file of it changes, and the command.

Owns when to parse. What is built from it is warehouse.py's.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dagster_dbt import DbtCliResource, DbtProject
from filelock import FileLock

from finago_assets.core.errors import FinagoError
from finago_assets.core.landing.files import typed_errors
from finago_assets.core.warehouse.graph import digest_of
from finago_assets.orchestration.dbt_layout import TARGET_FOLDER, lay_together, sources_of
from finago_assets.orchestration.dbt_run import PARSED
from finago_assets.project import DBT_PROJECT, IS_INSTALLED, find_project
from finago_assets.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.settings import Settings

PACKAGE: Final = "finago"
# beside the manifest: what it was parsed from
_PARSED_FROM: Final = "parsed_from.txt"


def dbt_folder() -> Path:
    """Return where dbt runs: in the checkout itself, or where it may write and the user's own models can join."""
    if _own() is None and not IS_INSTALLED:
        return DBT_PROJECT
    return read_settings().work_dir / "dbt_project"


def dbt_project() -> DbtProject:
    """Return the dbt project with the manifest of what lies there now, parsing it where that is another's."""
    own, folder = _own(), dbt_folder()
    target = folder / TARGET_FOLDER / _apis_beside(read_settings())
    with typed_errors("Reading the dbt project"):
        target.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".parse.lock"):
        if folder != DBT_PROJECT:
            with typed_errors("Laying the dbt project together"):
                lay_together(DBT_PROJECT, own, folder)
        read = digest_of([f"{folder}", _versions(), sources_of(DBT_PROJECT), own and [f"{own}", sources_of(own)]])
        if not _is_parsed_from(read, target):
            parse_project(folder, target)
            (target / _PARSED_FROM).write_text(read, encoding="utf-8")
    return DbtProject(project_dir=folder, profiles_dir=folder, target_path=target)


def _apis_beside(settings: Settings) -> str:
    """Name the APIs whose models are part of the project; each such project keeps its own parsing.

    dbt_project.yml asks for the same variables.
    """
    return "".join(f"with_{name}" for name, on in (("halo", settings.uses_halo), ("soap", settings.uses_soap)) if on)


def dbt_resource() -> DbtCliResource:
    """Return the dbt command of this very interpreter, wherever it was started from."""
    folder = os.fspath(dbt_folder())
    if not Path(folder, "dbt_project.yml").exists():
        dbt_project()
    return DbtCliResource(project_dir=folder, profiles_dir=folder, dbt_executable=_dbt())


def _own() -> Path | None:
    project = find_project()
    return project.own_dbt if project is not None and project.own_dbt.is_dir() else None


def _versions() -> list[str]:
    return [version(name) for name in ("dbt-core", "dbt-duckdb", "duckdb")]


def engine_of(manifest: Mapping[str, Any]) -> str:
    """Return a digest of what every table depends on: the project's settings and macros, and the versions that run."""
    own = {name: one["macro_sql"] for name, one in manifest["macros"].items() if one["package_name"] == PACKAGE}
    settings = [(DBT_PROJECT / name).read_text() for name in ("dbt_project.yml", "profiles.yml")]
    return digest_of([own, settings, _versions()])


def _is_parsed_from(read: str, target: Path) -> bool:
    try:
        known = (target / _PARSED_FROM).read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return known == read and all((target / name).exists() for name in ("manifest.json", PARSED))


def parse_project(folder: Path, target: Path) -> None:
    """Let dbt parse the project in a folder, and keep in another what it read. Raises FinagoError."""
    place, written = os.fspath(folder), os.fspath(target)
    command = [
        *(_dbt(), "parse", "--quiet", "--project-dir", place, "--profiles-dir", place),
        *("--target-path", written, "--log-path", written),
    ]
    done = subprocess.run(  # noqa: S603  our own command
        command, check=False, capture_output=True, text=True, cwd=folder, env=parsing_environment()
    )
    if done.returncode:
        raise FinagoError(f"dbt could not parse the project in {folder}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def parsing_environment() -> dict[str, str]:
    """Return the environment without what says where data lies: dbt would parse anew for each place, and read the same.

    A build over no data then finds nothing but what is below the folder that it is started in.
    """
    return {name: value for name, value in os.environ.items() if name not in {"FINAGO_DATA_DIR", "FINAGO_LANDING"}}


def _dbt() -> str:
    return os.fspath(Path(sys.executable).with_name("dbt"))
