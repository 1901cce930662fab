"""A new endpoint is data: a row, its fields and a staging model, written into a copy of the checkout, and no more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.reference import facts

if TYPE_CHECKING:
    from tests.sandbox_server import StartSandbox

ROOT = Path(__file__).parents[2]
ROW = """
    _endpoint(
        name="ships",
        path="/ships",
        title="Ships in the harbour",
        group="harbour",
        kind=EndpointKind.REFERENCE,
        key=("id",),
        scopes=("api.harbour.ship:read",),
        paging=Paging.PAGE,
        page_size=100,
    ),
"""
FIELDS = """
    "ships": {"id!": INTEGER, "name": TEXT, "tonnage": NUMBER},
"""
MODEL = """{{ typed('ships', [
    ['ship_id', 'id', 'integer'],
    ['ship_name', 'name'],
    ['tonnage', 'tonnage', 'decimal'],
], key=['ship_id']) }}
"""
YAML = """models:
  - name: stg_ships
    description: One row for each ship.
"""
SAID = {
    "scopes": ["api.harbour.ship:read"],
    "query": {"properties": {"limit": {"type": "integer", "maximum": 100}, "page": {"type": "integer"}}},
    "answers": {
        "200": {
            "links": True,
            "schema": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "id": {"type": "integer"},
                        "name": {"type": "string"},
                        "tonnage": {"type": "number"},
                    },
                    "required": ["id", "name", "tonnage"],
                },
            },
        }
    },
}


def _copy(to: Path) -> Path:
    unneeded = shutil.ignore_patterns("__pycache__", "target", "logs")
    for name in ("finago_assets", "dbt_project", "docs"):
        shutil.copytree(ROOT / name, to / name, ignore=unneeded)
    shutil.copy(ROOT / "pyproject.toml", to)
    return to


def _insert(file: Path, before: str, text: str) -> None:
    there = file.read_text("utf-8")
    assert there.count(before) == 1, before
    file.write_text(there.replace(before, f"{text.strip(chr(10))}\n{before}"), "utf-8")


@pytest.mark.slow
def test_an_endpoint_is_added_in_a_row_its_fields_and_a_staging_model_and_is_landed_staged_and_queried(
    start_sandbox: StartSandbox, tmp_path: Path
) -> None:
    copy = _copy(tmp_path / "checkout")
    api, staging = copy / "finago_assets" / "apis" / "finago", copy / "dbt_project" / "models" / "staging" / "harbour"
    _insert(api / "endpoints.py", "    # organization\n", ROW)
    _insert(api / "fields.py", "    # organization\n", FIELDS)
    staging.mkdir()
    (staging / "stg_ships.sql").write_text(MODEL)
    (staging / "stg_ships.yml").write_text(YAML)
    description = tmp_path / "facts.json"
    operations = {**facts()["operations"], "GET /ships": SAID}
    description.write_text(json.dumps({**facts(), "operations": operations}, default=float))
    office = start_sandbox(description=description)
    home = tmp_path / "dagster"
    home.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    places = {"PYTHONPATH": f"{copy}", "FINAGO_DATA_DIR": f"{tmp_path / 'data'}", "DAGSTER_HOME": f"{home}"}
    environment = {**kept, **office.environment(), **places}

    def run(*words: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=copy, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]

    run("finago_assets.apis.document")
    assert "`finago/ships`" in (copy / "docs" / "endpoints.md").read_text("utf-8")
    assert "### ships.list" in (copy / "docs" / "templates.md").read_text("utf-8")
    chosen = 'key:"finago/ships" or key:"staging/stg_ships"'
    run("dagster", "asset", "materialize", "-m", "finago_assets.definitions", "--select", chosen)
    with closing(duckdb.connect(tmp_path / "data" / "work" / "warehouse.duckdb", read_only=True)) as warehouse:
        ships, odd = warehouse.execute(
            "select count(distinct ship_id), count(*) filter (where _lost is not null or ship_name is null) "
            "from staging.stg_ships"
        ).fetchall()[0]
    assert ships > 0
    assert odd == 0
