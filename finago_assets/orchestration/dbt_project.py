"""The dbt project as files: its manifest, parsed again whenever a file of it is newer, and the dbt command.

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
from finago_assets.core.warehouse.graph import digest_of

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE: Final = "finago"
PROJECT_DIR: Final = Path(__file__).parents[2] / "dbt_project"


def dbt_project() -> DbtProject:
    """Return the dbt project with a manifest that is at least as new as its files, parsing it when it is not."""
    project = DbtProject(project_dir=PROJECT_DIR, profiles_dir=PROJECT_DIR)
    with FileLock(PROJECT_DIR / ".parse.lock"):
        if _stale(project.manifest_path):
            _parse()
    return project


def dbt_resource() -> DbtCliResource:
    """Return the dbt command of this very interpreter, wherever it was started from."""
    return DbtCliResource(
        project_dir=os.fspath(PROJECT_DIR), profiles_dir=os.fspath(PROJECT_DIR), dbt_executable=_dbt()
    )


def engine_of(manifest: Mapping[str, Any]) -> str:
    """Return a digest of what every table depends on: the project's settings and macros, and the versions that run."""
    own = {name: one["macro_sql"] for name, one in manifest["macros"].items() if one["package_name"] == PACKAGE}
    settings = [(PROJECT_DIR / name).read_text() for name in ("dbt_project.yml", "profiles.yml")]
    versions = [version(name) for name in ("dbt-core", "dbt-duckdb", "duckdb")]
    return digest_of([own, settings, versions])


def _stale(manifest: Path) -> bool:
    if not manifest.exists():
        return True
    built = manifest.stat().st_mtime
    sources = (path for pattern in ("*.yml", "*.sql", "*.csv") for path in PROJECT_DIR.rglob(pattern))
    return any(path.stat().st_mtime > built for path in sources if "target" not in path.parts)


def _parse() -> None:
    command = [
        _dbt(),
        "parse",
        "--quiet",
        "--project-dir",
        os.fspath(PROJECT_DIR),
        "--profiles-dir",
        os.fspath(PROJECT_DIR),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=PROJECT_DIR)  # noqa: S603  our own command
    if done.returncode:
        raise FinagoError(
            f"dbt could not parse the project in {PROJECT_DIR}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )


def _dbt() -> str:
    return os.fspath(Path(sys.executable).with_name("dbt"))
