"""The wheel in an environment of its own, in a folder that is no checkout: demo, a project of one's own, a run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import running
from tests.install.wheel import build, copy_sources
from tests.security.canaries import SECRET, sightings
from tests.security.places import Search, open_to_others, within_reach

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.slow

LIBRARIES = Path(sysconfig.get_path("purelib"))
OWN_MODEL = "select period, sum(amount) as amount from {{ ref('profit_and_loss') }} group by period\n"
BROKEN = "models: [{name: broken, columns: [{name: number, data_tests: [not_null]}]}]\n"
OWN_SEED = "organization_id,account_from,account_to,grouping_category,grouping_code\n,3000,3999,own,sales\n"


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it, which sees the libraries of this one but not its checkout."""

    folder: Path

    @property
    def package(self) -> Path:
        (found,) = self.folder.glob("lib/python*/site-packages/finago_assets")
        return found

    def type(self, where: Path, *command: str, variables: Mapping[str, str] | None = None) -> str:
        """Run a command that must succeed; return what it said."""
        return self.run(where, *command, variables=variables).stdout

    def run(
        self, where: Path, *command: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command that must succeed; return all of it."""
        environment = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
            "HOME": os.environ.get("HOME", "/"),
            "DO_NOT_TRACK": "1",
            # what is installed may be read-only, and then Python writes nothing there either
            "PYTHONDONTWRITEBYTECODE": "1",
            **(variables or {}),
        }
        program = self.folder / "bin" / command[0]
        done = subprocess.run(
            [program, *command[1:]], cwd=where, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
        return done


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    wheel = build("wheel", copy_sources(tmp_path_factory.mktemp("sources")), tmp_path_factory.mktemp("wheel"))
    found = Installed(tmp_path_factory.mktemp("installed"))
    venv.create(found.folder, symlinks=True)
    python = found.folder / "bin" / "python"
    options = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "--python", f"{python}", "install", *options, f"{wheel}"]
    subprocess.run(command, check=True, capture_output=True)
    # a folder that is named here is seen, and what its own .pth files name is not: the checkout stays out
    (found.package.parent / "libraries.pth").write_text(f"{LIBRARIES}\n")
    for name in ("dagster", "dbt", "dg"):
        script = Path(sys.executable).with_name(name).read_text()
        (found.folder / "bin" / name).write_text(f"#!{python}\n{script.partition(chr(10))[2]}")
        (found.folder / "bin" / name).chmod(0o755)
    return found


def _files(folder: Path) -> set[str]:
    return {f"{path.relative_to(folder)}" for path in folder.rglob("*") if path.is_file()}


def _rows(warehouse: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(warehouse, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_the_demo_runs_in_an_empty_folder_and_writes_into_its_data_folder_alone_and_keeps_nobodys_credentials(
    installed: Installed, tmp_path: Path
) -> None:
    before = _files(installed.package)
    done = installed.run(tmp_path, "finago-assets", "demo", variables={"FINAGO_CLIENT_SECRET": SECRET})
    said = done.stdout
    assert "Ten questions to these books" in said
    assert f"The queries: {installed.package / 'docs' / 'questions.md'}" in said
    assert "finago-assets dev" in said
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert _files(installed.package) == before
    assert (tmp_path / "data" / "dagster" / "history" / "runs.db").is_file()
    ((lines, balance),) = _rows(
        tmp_path / "data" / "finago.duckdb", "select count(*), sum(debit) - sum(credit) from marts.general_ledger"
    )
    assert (lines != 0, balance) == (True, 0)
    scan = Search().through(tmp_path).covered(300)
    assert [*scan.hits, *sightings((said + done.stderr).encode())] == []
    assert scan.unread == []
    # what is laid together there for dbt is as open as what is installed
    laid_together = str(tmp_path / "data" / "work" / "dbt_project")
    assert [path for path in open_to_others(tmp_path / "data") if laid_together not in path] == []
    assert within_reach(tmp_path / "data") == []
    print(f"T14, the demo: 0 hits, {scan.files} files, {scan.bytes:,} bytes")


def test_a_project_of_ones_own_adds_yaml_a_model_and_a_seed_and_they_are_published_with_ours(
    installed: Installed, tmp_path: Path
) -> None:
    project, before = tmp_path / "books", _files(installed.package)
    installed.type(tmp_path, "finago-assets", "init", "books")
    (project / "own_dbt" / "models" / "revenue_by_month.sql").write_text(OWN_MODEL)
    (project / "own_dbt" / "models" / "broken.sql").write_text("select cast('no number' as integer) as number\n")
    (project / "own_dbt" / "models" / "broken.yml").write_text(BROKEN)
    (project / "own_dbt" / "seeds" / "account_grouping.csv").write_text(OWN_SEED)
    shutil.copy(project / ".env.example", project / ".env")
    scaffold = ["dg", "scaffold", "defs", "finago_assets.FinagoEndpoint", "suppliers", "--like", "customers"]
    installed.type(project, *scaffold)
    with running(size=Size.TINY, years=1) as office, (project / ".env").open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in office.environment().items())
        file.flush()
        home = {"DAGSTER_HOME": f"{project}"}
        installed.type(project, "dagster", "definitions", "validate", variables=home)
        listed = json.loads(installed.type(project, "dg", "list", "defs", "--json", variables=home))
        keys = {asset["asset_key"]: asset for asset in listed["assets"]}
        assert {"finago/suppliers", "marts/profit_and_loss", "own/revenue_by_month"} <= set(keys)
        assert keys["own/revenue_by_month"]["dependency_keys"] == ["marts/profit_and_loss"]
        materialize = ["dagster", "asset", "materialize", "-m", "finago_assets.definitions", "--select", "*"]
        days = ("--partition-range", "2024-01-01...2024-01-31")
        log = installed.run(project, *materialize, *days, variables=home).stderr
        said = installed.type(project / "defs", "finago-assets", "doctor")
    assert "works" in said
    assert (project / "own_dbt" / "models" / "revenue_by_month.sql").read_text() == OWN_MODEL
    assert _files(installed.package) == before
    warehouse = project / "data" / "finago.duckdb"
    # one that cannot be built is named, and holds back nothing else
    assert "Not built, and missing or as they were before: own/broken" in log
    assert _rows(warehouse, "select count(*) > 0 from own.revenue_by_month") == [(True,)]
    details = project / "data" / "finago_details.duckdb"
    assert _rows(details, "select grouping_code from seeds.account_grouping") == [("sales",)]
    assert list(project.glob("data/raw/finago/suppliers/*/*/data.parquet"))
